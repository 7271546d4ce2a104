"""Logs and error reports: what every line carries, and what none may."""

import ast
import json
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from bot.redaction import ALLOWED_FIELDS, Redactor, secrets_of
from bot.settings import Settings, load_settings
from bot.telemetry import configure_logging, configure_sentry
from models.files.media_links import sign_media_url
from models.trace import tracing
from tests.bot.logging_state import logging_as_before

TOKEN = "4f0c7fd1a2b3c4d5e6f708192a3b4c5d"
FILE = sign_media_url("", f"{0:032x}.pdf", datetime(2026, 3, 2, tzinfo=UTC), b"segredo", "Ana Souza.pdf")
SIGNED = FILE.rpartition(".")[2]


def settings_with(**environ: str) -> Settings:
    return load_settings(environ, Path("no-such-file"))


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    with logging_as_before():
        yield


@pytest.fixture
def stream() -> StringIO:
    """Logs as JSON lines, with a Twilio token among the settings."""
    target = StringIO()
    configure_logging(settings_with(TWILIO_AUTH_TOKEN=TOKEN), "worker", target)
    return target


def lines_of(stream: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_when_where_how_grave_and_on_what_trace(stream: StringIO) -> None:
    with tracing("a" * 32, turn_id=UUID(int=7)):
        logging.getLogger("recado.door").warning("the door %s", "creaks", extra={"count": 3})
    (line,) = lines_of(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "WARNING",
        "logger": "recado.door",
        "process": "worker",
        "message": "the door creaks",
        "trace_id": "a" * 32,
        "turn_id": str(UUID(int=7)),
        "count": 3,
    }


def test_a_completion_leaves_its_whole_line(stream: StringIO) -> None:
    fields = {
        "user_id": "whatsapp:+5511987654321",
        "prompt": "[38 characters]",
        "tokens_used": 812,
        "time_ms": 950,
        "tool_called": None,
        "model": "llm-1",
        "cost": None,
    }
    logging.getLogger("recado.completion").info("completion", extra=fields)
    (line,) = lines_of(stream)
    assert {name: line[name] for name in fields} == fields


def test_fields_that_nobody_allowed_are_left_out(stream: StringIO) -> None:
    extra = {"body": "quanto vendi?", "auth_token": "x", "to_address": "+5511987654321", "password": "p", "step": 1}
    logging.getLogger("x").info("hello", extra=extra)
    assert set(lines_of(stream)[0]) == {"timestamp", "level", "logger", "process", "message", "step"}


@pytest.mark.parametrize(
    "words",
    [
        f"the token {TOKEN} was refused",
        "Authorization: Bearer abcdefgh12345678",
        "connect to postgresql://recado:hunter22@db:5432/recado",
        "key rk_0123456789abcdef0123456789abcdef_s3cretS3cret",
        "sk-proj-abcdefghijklmnop",
        f"GET {FILE}",
        f"Unable to fetch https://recado.example{FILE}?x=1, error 11751",
        f"MediaUrl={quote('https://recado.example' + FILE, safe='')}&To=x",
        "from whatsapp:+5511987654321 to ana.souza@example.com",
        "DETAIL:  Key (text)=(segredo da Ana) already exists.",
        "[parameters: {'text': 'segredo da Ana'}]",
    ],
)
def test_no_credential_number_or_address_stays_in_a_message(stream: StringIO, words: str) -> None:
    logging.getLogger("x").error("%s", words)
    message = lines_of(stream)[0]["message"]
    assert "***" in message
    for hidden in (TOKEN, "abcdefgh", "hunter22", "s3cret", "abcdefghijkl", "987654", "ana.souza", "segredo", SIGNED):
        assert hidden not in message


def test_a_field_gives_nobody_the_address_of_a_file(stream: StringIO) -> None:
    once = quote(f"https://recado.example{FILE}", safe="")
    fields = {"reason": f"no file at https://recado.example{FILE}", "path": FILE, "kind": {"of": [once, quote(once)]}}
    logging.getLogger("x").error("refused", extra=fields)
    (line,) = lines_of(stream)
    assert line["reason"] == "no file at https://recado.example/media/***"
    assert line["path"] == "/media/***"
    assert SIGNED not in stream.getvalue()


def test_tracebacks_are_written_in_one_line_without_secrets(stream: StringIO) -> None:
    try:
        raise RuntimeError(f"refused {TOKEN}")
    except RuntimeError:
        logging.getLogger("x").exception("it broke")
    (line,) = lines_of(stream)
    assert "RuntimeError: refused ***" in line["exc_info"]
    assert "test_tracebacks" in line["exc_info"]


def test_accents_stay_readable_and_odd_values_do_not_break_the_line(stream: StringIO) -> None:
    logging.getLogger("x").info("não há ação", extra={"code": UUID(int=1), "kind": {"a": {1}}, "reason": object()})
    assert '"não há ação"' in stream.getvalue()
    assert lines_of(stream)[0]["message"] == "não há ação"


def test_chatty_libraries_are_heard_only_when_something_is_wrong(stream: StringIO) -> None:
    for name in ("rq.worker", "gunicorn.error", "httpx2", "alembic.runtime"):
        logging.getLogger(name).info("I did something")
        logging.getLogger(name).warning("I could not")
    assert [line["message"] for line in lines_of(stream)] == ["I could not"] * 4


def test_debug_does_not_open_the_libraries_that_write_requests_down() -> None:
    stream = StringIO()
    configure_logging(settings_with(LOG_LEVEL="DEBUG"), "worker", stream)
    logging.getLogger("openai._base_client").debug("Request options: quanto vendi?")
    logging.getLogger("sqlalchemy.engine").info("INSERT ... 'quanto vendi?'")
    logging.getLogger("rq.worker").debug("listening")
    assert [line["message"] for line in lines_of(stream)] == ["listening"]


def test_an_error_that_ends_a_thread_is_logged(stream: StringIO) -> None:
    def fail() -> None:
        raise ValueError("in the thread")

    thread = threading.Thread(target=fail, name="listener")
    thread.start()
    thread.join()
    (line,) = lines_of(stream)
    assert line["message"] == "thread listener ended by an error"
    assert "ValueError: in the thread" in line["exc_info"]


def test_configuring_twice_writes_each_line_once(stream: StringIO) -> None:
    configure_logging(settings_with(), "web", stream)
    logging.getLogger("x").info("once")
    assert [line["process"] for line in lines_of(stream)] == ["web"]


def test_a_person_at_a_terminal_reads_short_lines() -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    configure_logging(settings_with(TWILIO_AUTH_TOKEN=TOKEN), "web", stream)
    with tracing("b" * 32):
        logging.getLogger("x").info("ready %s", TOKEN, extra={"port": 8000, "body": "private"})
    assert stream.getvalue().rstrip().endswith(f"INFO    web       ready *** trace_id={'b' * 12} port=8000")


def test_short_secrets_are_not_blotted_out_of_every_word() -> None:
    settings = settings_with(DATABASE_URL="postgresql://recado:a@h/recado", OPENAI_API_KEY="k")
    assert secrets_of(settings) == ("postgresql%3A%2F%2Frecado%3Aa%40h%2Frecado", "postgresql://recado:a@h/recado")


def test_a_password_inside_a_url_is_known_in_both_spellings() -> None:
    found = secrets_of(settings_with(DATABASE_URL="postgresql://u:p%40ssw0rd@h/d"))
    assert {"p%40ssw0rd", "p@ssw0rd"} <= set(found)
    assert Redactor(found).text("login with p@ssw0rd") == "login with ***"


def test_without_a_dsn_sentry_is_not_even_loaded() -> None:
    loaded = {name for name in sys.modules if name.startswith("sentry_sdk")}
    configure_sentry(settings_with(), "web")
    assert {name for name in sys.modules if name.startswith("sentry_sdk")} == loaded


def _logged_fields() -> Iterator[tuple[str, str]]:
    """Every field that a literal `extra={...}` of ours names, with its place."""
    root = Path(__file__).resolve().parents[2]
    for path in (p for floor in ("bot", "jobs", "agent", "channels", "models") for p in (root / floor).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for extra in _extras_of(node):
                for key in extra.keys:
                    if isinstance(key, ast.Constant):
                        yield str(key.value), f"{path.relative_to(root)}:{extra.lineno}"


def _extras_of(node: ast.AST) -> list[ast.Dict]:
    """What a call of a logger says beside its message; messages and parts have an `extra` of their own."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return []
    if node.func.attr not in {"debug", "info", "warning", "error", "exception", "critical", "log"}:
        return []
    return [word.value for word in node.keywords if word.arg == "extra" and isinstance(word.value, ast.Dict)]


def test_every_field_that_our_code_logs_is_allowed() -> None:
    found = list(_logged_fields())
    assert ("user_id", "jobs/journal.py") in {(name, place.partition(":")[0]) for name, place in found}
    assert [place for name, place in found if name not in ALLOWED_FIELDS] == []
