"""The settings under which the simulator's program runs: the person's assistant, and nothing that reaches outside."""

from collections.abc import Mapping
from pathlib import Path

from bot.settings import Settings
from bot.simulator.account import TEMPLATE_SID, FakeAccount

# What an answer depends on. All else - databases, doors, mailboxes, CRMs, alarms - is the simulator's own or off.
_KEPT = (
    "anthropic_",
    "company_name",
    "deepseek_",
    "exchange_rate_",
    "gemini_",
    "groq_",
    "hf_",
    "llm_",
    "log_",
    "max_steps",
    "memory_",
    "mistral_",
    "openai_",
    "openrouter_",
    "quiet_window_",
    "run_timeout_",
    "sales_database_url",
    "timezone",
    "xai_",
)


def build_environment(
    environ: Mapping[str, str], account: FakeAccount, *, fake_url: str, data: Path, port: int
) -> dict[str, str]:
    """`environ` for the program. An empty value also hides what stands in `.env`."""
    environment = dict(environ)
    for name in Settings.model_fields:
        if not name.startswith(_KEPT):
            environment[name.upper()] = environment[f"{name.upper()}_FILE"] = ""
    return environment | {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "RECADO_DATA_DIR": str(data),
        "TWILIO_ACCOUNT_SID": account.account_sid,
        "TWILIO_AUTH_TOKEN": account.auth_token,
        "TWILIO_WHATSAPP_FROM": account.number,
        "TWILIO_API_BASE_URL": fake_url,
        "TWILIO_TEMPLATE_SID": TEMPLATE_SID,
        "TRANSCRIPTION_BASE_URL": f"{fake_url}/v1",
        "TRANSCRIPTION_API_KEY": "simulator",
        "TRANSCRIPTION_MODEL": "simulator",
    }
