"""Every setting of Recado, read once from the environment and `.env`; secrets may come from files (`NAME_FILE`)."""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.agents.llm_provider import LlmProvider
from bot.environment import read_environment
from models.errors import ConfigurationError
from models.secret_reference import read_value
from models.time_zone import TimezoneName


class Settings(BaseSettings):
    """Names in the environment are the field names in upper case. `.env.example` explains each."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, frozen=True, hide_input_in_errors=True)

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
    llm_provider: LlmProvider = "offline"
    llm_model: str = ""
    llm_base_url: str = ""
    llm_timeout_seconds: float = Field(default=60, gt=0, le=600)
    llm_sees_images: bool | None = None
    llm_max_output_tokens: int = Field(default=2048, ge=64, le=16_000)
    openai_api_key: SecretStr | None = None
    anthropic_api_key: SecretStr | None = None
    gemini_api_key: SecretStr | None = None
    mistral_api_key: SecretStr | None = None
    groq_api_key: SecretStr | None = None
    hf_token: SecretStr | None = None
    openrouter_api_key: SecretStr | None = None
    deepseek_api_key: SecretStr | None = None
    xai_api_key: SecretStr | None = None
    llm_api_key: SecretStr | None = None
    memory_token_budget: int = Field(default=3000, ge=200, le=200_000)
    memory_llm: bool = True
    answers_live_seconds: float = Field(default=3600, ge=0, le=86_400)
    answers_by_likeness: bool = False
    max_steps: int = Field(default=8, ge=1, le=50)
    run_timeout_seconds: float = Field(default=180, gt=0, le=1800)

    # What it may cost
    budget_day_usd: Decimal | None = Field(default=None, gt=0)
    budget_month_usd: Decimal | None = Field(default=None, gt=0)
    budget_person_day_usd: Decimal | None = Field(default=None, gt=0)
    prices_file: str = ""

    # The company
    company_name: str = "Aurora Distribuidora"
    timezone: TimezoneName = "America/Sao_Paulo"
    sales_database_url: SecretStr | None = None
    source_file: str = ""
    accounts_file: str = ""
    demo_open: bool | None = None
    exchange_rate_base_url: str = "https://olinda.bcb.gov.br/olinda/servico/PTAX/versao/v1/odata"

    # WhatsApp through Twilio
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr | None = None
    twilio_whatsapp_from: str = ""
    twilio_template_sid: str = Field(default="", pattern="^(HX[0-9a-f]{32})?$")
    twilio_shared_key: SecretStr | None = None
    twilio_shared_key_id: str = ""
    twilio_api_base_url: str = "https://api.twilio.com"

    # E-mail
    email_address: str = ""
    email_aliases: str = ""
    email_from_name: str = ""
    email_provider: Literal["raw", "sendgrid", "mailgun", "postmark", "ses"] = "raw"
    email_webhook_secret: SecretStr | None = None
    email_signing_key: SecretStr | None = None
    email_sns_topic: str = ""
    email_authserv_id: str = ""
    email_mailgun_checks: bool = False
    email_thread_secret: SecretStr | None = None
    email_resend_unknown: bool = True
    email_drafts: bool = False
    smtp_url: SecretStr | None = None

    # A CRM
    crm_preset: str = "generic"
    crm_mapping: str = ""
    crm_webhook_secret: SecretStr | None = None
    crm_api_token: SecretStr | None = None
    crm_api_base_url: str = ""
    crm_account_id: str = ""
    crm_allow_insecure_hosts: str = ""

    # Who is told when a person is needed
    duty_whatsapp: str = ""
    duty_email: str = ""

    # Files of people: voice notes, pictures, documents
    transcription_base_url: str = ""
    transcription_api_key: SecretStr | None = None
    transcription_model: str = ""
    transcription_language: Literal["pt", "en", "es", "auto"] = "pt"
    transcription_timeout_seconds: float = Field(default=60, gt=0, le=600)
    storage_bucket: str = ""
    storage_endpoint_url: str = ""
    storage_region: str = "us-east-1"
    storage_access_key_id: str = ""
    storage_secret_access_key: SecretStr | None = None
    secret_key: SecretStr | None = None

    # What documents mean
    embeddings_base_url: str = ""
    embeddings_api_key: SecretStr | None = None
    embeddings_model: str = ""
    embeddings_dimensions: int = Field(default=0, ge=0, le=4000)

    # What replies may carry
    link_hosts: str = ""

    # Where tools may go
    tool_private_hosts: str = ""

    # What is kept
    raw_event_days: int = Field(default=30, ge=0, le=3650)

    # What is written down
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_prompts: bool = False
    record_llm_dir: str = ""
    sentry_dsn: SecretStr | None = None

    # Set by the supervisor for its children: both engines are ours, on this machine
    recado_embedded: bool = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` gathered: one order of precedence, in one place."""
        return (init_settings,)

    @field_validator(
        "public_base_url",
        "twilio_api_base_url",
        "llm_base_url",
        "exchange_rate_base_url",
        "crm_api_base_url",
        "transcription_base_url",
        "embeddings_base_url",
        "storage_endpoint_url",
    )
    @classmethod
    def _check_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("must be a URL such as https://bot.example.com, without query or fragment")
        return value.rstrip("/")

    @field_validator("email_address")
    @classmethod
    def _check_mailbox(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Za-z0-9._%-]{1,40}@[A-Za-z0-9.-]+\.[A-Za-z]{2,}", value):
            raise ValueError("must be a plain address such as bot@example.com")
        return value

    @field_validator("sales_database_url")
    @classmethod
    def _check_sales_database(cls, value: SecretStr | None) -> SecretStr | None:
        scheme = urlsplit(value.get_secret_value()).scheme if value else "postgresql"
        if scheme not in {"postgresql", "postgres", "mysql", "mariadb"}:
            raise ValueError("must start with postgresql://, mysql:// or mariadb://")
        return value

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value and urlsplit(value.get_secret_value()).scheme not in {"postgresql", "postgres"}:
            raise ValueError("must start with postgresql://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _check_redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value and urlsplit(value.get_secret_value()).scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("must start with redis://, rediss:// or unix://")
        return value

    @model_validator(mode="after")
    def _check_demo_door(self) -> Self:
        if self.demo_open and (self.sales_database_url or self.public_base_url):
            raise ValueError(
                "DEMO_OPEN=1 lets unknown senders in as managers: it is refused together with SALES_DATABASE_URL or "
                "PUBLIC_BASE_URL. Unset one of them"
            )
        return self

    def secrets(self) -> dict[str, str]:
        """Those that are set, in plain text, under their names in the environment."""
        held = ((name.upper(), getattr(self, name)) for name in type(self).model_fields)
        return {name: value.get_secret_value() for name, value in held if isinstance(value, SecretStr)}

    @property
    def is_embedded(self) -> bool:
        """Both engines are Recado's own, on this machine."""
        return self.recado_embedded or (self.database_url is None and self.redis_url is None)

    @property
    def is_demo_open(self) -> bool:
        """Unknown senders speak as a manager of the demo company: on by default only where nothing real can be seen."""
        if self.sales_database_url or self.public_base_url:
            return False
        return self.is_embedded if self.demo_open is None else self.demo_open

    @property
    def local_url(self) -> str:
        """How a person on this machine reaches the web door."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104
        return f"http://{host}:{self.port}"

    @property
    def reachable_url(self) -> str:
        """How platforms reach us: what their signatures cover."""
        return self.public_base_url or self.local_url

    @property
    def hosts_to_link_to(self) -> frozenset[str]:
        """Lower case, exact: a host's subdomains are other hosts."""
        own = urlsplit(self.public_base_url).hostname
        return _split_hosts(self.link_hosts) | ({own} if own else frozenset())

    @property
    def private_tool_hosts(self) -> frozenset[str]:
        """Of the company's own network, with or without a port, that configured tools may reach."""
        return _split_hosts(self.tool_private_hosts)


def _split_hosts(listed: str) -> frozenset[str]:
    return frozenset(host.strip().lower() for host in listed.split(",")) - {""}


def load_settings(environ: Mapping[str, str] | None = None, dotenv_path: Path = Path(".env")) -> Settings:
    """`NAME_FILE` names a file holding the value of NAME. Raises ConfigurationError."""
    gathered = read_environment(environ, dotenv_path)
    values: dict[str, Any] = {}
    for name in Settings.model_fields:
        value = read_value(name.upper(), gathered)
        if value:
            values[name] = value
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigurationError(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    """One line per wrong setting, never showing a value: it may be a secret."""
    lines = []
    for item in error.errors(include_input=False, include_url=False):
        name = str(item["loc"][0]).upper() if item["loc"] else ""
        message = item["msg"].removeprefix("Value error, ")
        lines.append(f"{name}: {message}" if name else message)
    return "; ".join(lines)
