"""Error reports to Sentry, caught by a transport of ours instead of being sent."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from bot.settings import load_settings
from bot.telemetry import configure_sentry
from models.secret_reference import resolve_reference
from models.trace import tracing

TOKEN = "4f0c7fd1a2b3c4d5e6f708192a3b4c5d"


class _Kept(Transport):
    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        event = envelope.get_event()
        if event is not None:
            self.events.append(dict(event))


@pytest.fixture
def reports() -> Iterator[list[dict[str, Any]]]:
    """The events that would have been sent."""
    environ = {"SENTRY_DSN": "https://public@sentry.invalid/1", "TWILIO_AUTH_TOKEN": TOKEN}
    with sentry_sdk.isolation_scope():
        configure_sentry(load_settings(environ, Path("no-such-file")), "scheduler")
        client = sentry_sdk.get_client()
        kept = _Kept()
        if client.transport is not None:
            client.transport.kill()
        client.transport = kept
        yield kept.events
        client.close(timeout=0)
        sentry_sdk.get_global_scope().set_client(None)


def test_a_logged_error_is_reported_with_its_trace_and_without_secrets(reports: list[dict[str, Any]]) -> None:
    private = "quanto a Ana vendeu?"
    try:
        raise RuntimeError(f"Twilio refused {TOKEN} for +5511987654321")
    except RuntimeError:
        with tracing("c" * 32):
            logging.getLogger("recado.test").exception("sending failed", extra={"body": private, "step": 2})
    (event,) = reports
    assert event["tags"]["trace_id"] == "c" * 32
    assert event["tags"]["process"] == "scheduler"
    assert event["exception"]["values"][0]["value"] == "Twilio refused *** for +***21"
    assert event["extra"] == {"step": 2}
    assert "vars" not in event["exception"]["values"][0]["stacktrace"]["frames"][0]
    assert private not in str({**event, "exception": None})


def test_a_secret_that_became_known_after_the_start_is_not_reported(reports: list[dict[str, Any]]) -> None:
    canary = "canary-of-a-source"
    resolve_reference("${LATE_URL}", {"LATE_URL": f"mysql://reader:{canary}@db.example/erp"})
    sentry_sdk.add_breadcrumb(message=f"asking with {canary}", category="log")
    try:
        raise RuntimeError(f"Access denied: {canary}")
    except RuntimeError:
        logging.getLogger("recado.test").exception("no %s", canary, extra={"reason": canary})
    (event,) = reports
    assert event["exception"]["values"][0]["value"] == "Access denied: ***"
    assert canary not in str(event)


def test_requests_are_reported_by_method_and_path_alone(reports: list[dict[str, Any]]) -> None:
    request = {
        "method": "POST",
        "url": "https://bot.example/chat?key=abc",
        "headers": {"Authorization": "Bearer abcdefgh12345678"},
        "data": "quanto vendi?",
        "cookies": {"s": "1"},
    }
    sentry_sdk.capture_event({"message": "odd", "request": request, "user": {"ip_address": "10.0.0.1"}})
    (event,) = reports
    assert event["request"] == {"method": "POST", "url": "https://bot.example/chat"}
    assert "user" not in event


def test_what_led_to_the_error_is_told_without_its_data(reports: list[dict[str, Any]]) -> None:
    crumb_data = {"url": "https://api.example/?token=x", "http.method": "POST", "status_code": 500}
    sentry_sdk.add_breadcrumb(message="called +5511987654321", category="http", data=crumb_data)
    sentry_sdk.capture_message("then it broke")
    (event,) = reports
    crumb = event["breadcrumbs"]["values"][-1]
    assert crumb["message"] == "called +***21"
    assert crumb["data"] == {"http.method": "POST", "status_code": 500}


@pytest.mark.parametrize("process", ["web", "worker"])
def test_a_process_reports_without_loading_an_llm_sdk_and_without_warnings(process: str, tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from bot.settings import load_settings\n"
        "from bot.telemetry import configure_sentry\n"
        f"configure_sentry(load_settings(), {process!r})\n"
        "print({'openai', 'anthropic', 'rq' if sys.argv[1] == 'web' else 'flask'} & set(sys.modules))\n"
    )
    root = Path(__file__).resolve().parents[2]
    environ = {"PYTHONPATH": str(root), "SENTRY_DSN": "http://public@127.0.0.1:1/1"}
    command = [sys.executable, "-W", "error", "-c", script, process]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=240, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "set()\n", "")
