"""The simulator's program keeps the assistant's settings and nothing that reaches outside."""

from pathlib import Path

from agent.providers.profiles import PROFILES
from bot.settings import Settings, load_settings
from bot.simulator.account import FakeAccount
from bot.simulator.environment import build_environment

_OUTWARD = {
    "DATABASE_URL": "postgresql://real/db",
    "REDIS_URL": "redis://real",
    "PUBLIC_BASE_URL": "https://bot.example.com",
    "TWILIO_AUTH_TOKEN": "real",
    "SENTRY_DSN": "https://key@sentry.example.com/1",
}


def built(environ: dict[str, str], dotenv: Path) -> tuple[Settings, FakeAccount]:
    account = FakeAccount()
    environment = build_environment(environ, account, fake_url="http://127.0.0.1:9", data=Path("d"), port=8123)
    return load_settings(environment, dotenv), account


def test_neither_the_environment_nor_a_dotenv_lets_anything_out(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    (tmp_path / "token").write_text("real")
    secrets = {"TWILIO_AUTH_TOKEN_FILE": str(tmp_path / "token"), "SENTRY_DSN": _OUTWARD["SENTRY_DSN"]}
    dotenv.write_text("\n".join(f"{name}={value}" for name, value in secrets.items()))
    settings, account = built({**_OUTWARD, "LLM_MODEL": "llama"}, dotenv)
    assert settings.database_url is settings.redis_url is settings.sentry_dsn is None
    assert settings.local_url == settings.reachable_url == "http://127.0.0.1:8123"
    assert settings.twilio_auth_token is not None
    assert settings.twilio_auth_token.get_secret_value() == account.auth_token
    assert settings.twilio_api_base_url == "http://127.0.0.1:9"
    assert settings.is_demo_open


def test_the_assistant_stays_the_persons_own(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("LLM_PROVIDER=anthropic\nANTHROPIC_API_KEY=k\nCOMPANY_NAME=Serra Azul\n")
    settings, _ = built({"TIMEZONE": "America/Recife"}, dotenv)
    assert (settings.llm_provider, settings.company_name, settings.timezone) == (
        "anthropic",
        "Serra Azul",
        "America/Recife",
    )
    assert settings.anthropic_api_key is not None


def test_no_setting_with_a_secret_is_kept_but_those_of_llms_and_the_sales_data() -> None:
    environ = {name.upper(): "x" for name in Settings.model_fields}
    environment = build_environment(environ, FakeAccount(), fake_url="http://127.0.0.1:9", data=Path("d"), port=1)
    kept = {name.lower() for name, value in environment.items() if value == "x"}
    secret = {name for name in kept if "SecretStr" in str(Settings.model_fields[name].annotation)}
    keys = {profile.key_setting.lower() for profile in PROFILES.values()} - {""}
    assert secret == keys | {"sales_database_url"}


def test_two_simulators_have_no_secret_in_common() -> None:
    assert FakeAccount().auth_token != FakeAccount().auth_token
    assert FakeAccount().auth_token not in repr(FakeAccount())
