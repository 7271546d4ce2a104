"""Settings: where values come from, which are refused, and that no secret is shown."""

from pathlib import Path

import pytest

from bot.environment import read_environment
from bot.settings import Settings, load_settings
from models.errors import ConfigurationError


def load(dotenv: Path | None = None, **environ: str) -> Settings:
    return load_settings(environ, dotenv or Path("no-such-file"))


def test_nothing_set_means_embedded_offline_and_open_to_a_trial() -> None:
    settings = load()
    assert settings.is_embedded
    assert settings.is_demo_open
    assert settings.llm_provider == "offline"
    assert settings.reachable_url == "http://127.0.0.1:8000"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("PORT=9000\nCOMPANY_NAME='Casa Ipê'\n", encoding="utf-8")
    settings = load(dotenv, PORT="9001")
    assert settings.port == 9001
    assert settings.company_name == "Casa Ipê"


def test_an_empty_value_is_no_value() -> None:
    assert load(PORT="", DATABASE_URL="").port == 8000


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret-token\n", encoding="utf-8")
    settings = load(TWILIO_AUTH_TOKEN_FILE=str(tmp_path / "token"))
    assert settings.twilio_auth_token is not None
    assert settings.twilio_auth_token.get_secret_value() == "s3cret-token"
    assert "s3cret-token" not in repr(settings)


def test_a_value_and_its_file_together_are_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("x", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="TWILIO_AUTH_TOKEN and TWILIO_AUTH_TOKEN_FILE are both set"):
        load(TWILIO_AUTH_TOKEN="y", TWILIO_AUTH_TOKEN_FILE=str(tmp_path / "token"))


def test_a_missing_secret_file_names_the_variable() -> None:
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY_FILE cannot be read"):
        load(OPENAI_API_KEY_FILE="/no/such/file")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("LLM_PROVIDER", "oracle"),
        ("TIMEZONE", "Mars/Olympus"),
        ("PUBLIC_BASE_URL", "bot.example.com"),
        ("PUBLIC_BASE_URL", "https://bot.example.com/?a=1"),
        ("DATABASE_URL", "mysql://u:hunter22@h/d"),
        ("REDIS_URL", "amqp://u:hunter22@h"),
        ("WORKER_THREADS", "0"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name_and_not_shown(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(**{name: value})
    assert str(caught.value).startswith(f"{name}: ")
    assert "hunter22" not in str(caught.value)


def test_every_wrong_value_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError, match=r"PORT: .*; WEB_THREADS: "):
        load(PORT="x", WEB_THREADS="1")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("PORT 9000\n", 1),
        ("# fine\nPORT=1\nbroken line\n", 3),
        ("PORT=1\n\n  \nexport HOST\n", 4),
        ('PORT=1\nCOMPANY_NAME="Casa Ipê\n', 2),
        ('PORT=1\r\nCOMPANY_NAME="Casa" Ipê\r\n', 2),
        ("set PORT=9000\n", 1),
    ],
)
def test_a_broken_env_file_names_the_line(tmp_path: Path, text: str, line: int) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"\.env line {line} is not NAME=value"):
        load(dotenv)


def test_of_a_broken_line_no_value_is_shown(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text('OPENAI_API_KEY="hunter22\nPORT=1\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY") as caught:
        load(dotenv)
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffPORT=9000\nCOMPANY_NAME=Casa Ipê\n",
        "\ufeff# a comment\nPORT=9000\nCOMPANY_NAME=Casa Ipê\n",
        "PORT=9000\r\nCOMPANY_NAME=Casa Ipê\r\n",
        "export PORT='9000'\nexport COMPANY_NAME=\"Casa Ipê\"\n",
        "PORT = 9000 # a comment\n\nCOMPANY_NAME = Casa Ipê",
    ],
)
def test_an_env_file_is_read_as_editors_and_shells_write_it(tmp_path: Path, text: str) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(text.encode())
    settings = load(dotenv)
    assert (settings.port, settings.company_name) == (9000, "Casa Ipê")


def test_a_value_in_quotes_may_have_several_lines(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text('A_KEY="-----BEGIN\nAAAA\nEND-----"\n', encoding="utf-8")
    assert read_environment({}, dotenv) == {"A_KEY": "-----BEGIN\nAAAA\nEND-----"}


def test_an_env_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match=r"\.env cannot be read"):
        load(dotenv)


@pytest.mark.parametrize(
    "real", [{"SALES_DATABASE_URL": "postgresql://h/sales"}, {"PUBLIC_BASE_URL": "https://b.example"}]
)
def test_the_open_demo_door_is_refused_where_something_real_could_be_seen(real: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="DEMO_OPEN=1"):
        load(DEMO_OPEN="1", **real)
    assert not load(**real).is_demo_open


def test_the_demo_door_is_shut_with_engines_of_ones_own_unless_asked_for() -> None:
    engines = {"DATABASE_URL": "postgresql://h/d", "REDIS_URL": "redis://h"}
    assert not load(**engines).is_demo_open
    assert load(DEMO_OPEN="1", **engines).is_demo_open
    assert load(RECADO_EMBEDDED="1", **engines).is_demo_open


def test_a_door_open_to_all_is_reached_through_the_loopback() -> None:
    assert load(HOST="0.0.0.0", PORT="8080").local_url == "http://127.0.0.1:8080"
    assert load(PUBLIC_BASE_URL="https://b.example/").reachable_url == "https://b.example"
