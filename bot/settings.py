"""Every setting of Recado, read once from the environment and `.env`; secrets may come from files (`NAME_FILE`)."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.errors import ConfigurationError


class Settings(BaseSettings):
    """Names in the environment are the field names in upper case. `.env.example` explains each."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", env_ignore_empty=True, frozen=True)

    # Where things are kept
    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    recado_data_dir: Path = Path(".recado")

    # The web door
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_base_url: str = ""
    web_processes: int = Field(default=1, ge=1, le=64)
    web_threads: int = Field(default=64, ge=4, le=512)
    chat_wait_seconds: float = Field(default=30, ge=0, le=300)

    # The worker
    worker_processes: int = Field(default=1, ge=1, le=64)
    worker_threads: int = Field(default=200, ge=1, le=1000)
    quiet_window_seconds: float = Field(default=1.5, ge=0, le=60)
    quiet_window_max_seconds: float = Field(default=8, ge=0, le=300)

    # The assistant
    llm_provider: Literal["offline", "openai", "openai-compatible", "anthropic"] = "offline"
    llm_model: str = ""
    llm_base_url: str = ""
    llm_timeout_seconds: float = Field(default=60, gt=0, le=600)
    llm_max_output_tokens: int = Field(default=2048, ge=64, le=16_000)
    openai_api_key: SecretStr | None = None
    anthropic_api_key: SecretStr | None = None
    llm_api_key: SecretStr | None = None
    memory_token_budget: int = Field(default=3000, ge=200, le=200_000)
    max_steps: int = Field(default=8, ge=1, le=50)
    run_timeout_seconds: float = Field(default=180, gt=0, le=1800)

    # The company
    company_name: str = "Aurora Distribuidora"
    timezone: str = "America/Sao_Paulo"
    sales_database_url: SecretStr | None = None
    demo_open: bool | None = None
    exchange_rate_base_url: str = "https://olinda.bcb.gov.br/olinda/servico/PTAX/versao/v1/odata"

    # WhatsApp through Twilio
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr | None = None
    twilio_whatsapp_from: str = ""
    twilio_api_base_url: str = "https://api.twilio.com"

    # What is written down
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_prompts: bool = False
    sentry_dsn: SecretStr | None = None
