"""Logs and error reports: one JSON line per event with its trace id, and Sentry when SENTRY_DSN is set.

Neither carries secrets, nor what people wrote: `bot.redaction` decides what passes.
"""

import logging
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from pythonjsonlogger.json import JsonFormatter

from bot.redaction import Redactor, build_redactor
from bot.settings import Settings
from models.trace import trace_fields

# Chatty at INFO, and what they say there we say better. (RQ gives its worker's logger a level unless it has one.)
_CHATTY = ("rq", "rq.worker", "gunicorn", "alembic", "werkzeug", "rq_dashboard", "sentry_sdk", "urllib3")
# At DEBUG they write whole requests down: only where LOG_PROMPTS allows that too.
_INDISCREET = ("sqlalchemy", "openai", "anthropic", "twilio", "httpx2", "httpcore2", "httpx", "httpcore")
_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_log = logging.getLogger("recado")


def configure_logging(settings: Settings, process: str, stream: TextIO | None = None) -> None:
    """Everything logged in this process goes to `stream` (stdout by default): JSON lines, or short ones on a terminal.

    Safe to repeat. Uncaught errors of threads and Python's warnings are logged too.
    """
    target = sys.stdout if stream is None else stream
    redactor = build_redactor(settings)
    handler = logging.StreamHandler(target)
    handler.setFormatter(TextLines(redactor, process) if target.isatty() else JsonLines(redactor, process))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.log_level)
    is_debug = settings.log_level == "DEBUG"
    for name in _CHATTY:
        logging.getLogger(name).setLevel("DEBUG" if is_debug else "WARNING")
    for name in _INDISCREET:
        logging.getLogger(name).setLevel("DEBUG" if is_debug and settings.log_prompts else "WARNING")
    logging.captureWarnings(True)
    threading.excepthook = _log_thread_error


def _log_thread_error(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_type is SystemExit:
        return
    name = arguments.thread.name if arguments.thread else "?"
    error = arguments.exc_value or arguments.exc_type()
    _log.error("thread %s ended by an error", name, exc_info=error)


class JsonLines(JsonFormatter):
    """One JSON object a line: timestamp, level, logger, process, message, then the allowed fields."""

    def __init__(self, redactor: Redactor, process: str) -> None:
        super().__init__(json_ensure_ascii=False)
        self._redactor = redactor
        self._process = process

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        log_data |= {
            "timestamp": _utc(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "process": self._process,
            "message": self._redactor.text(record.message),
        }
        log_data |= self._redactor.fields(_extra_of(record))
        for name in ("exc_info", "stack_info"):
            if message_dict.get(name):
                log_data[name] = self._redactor.text(str(message_dict.pop(name)))
        log_data |= {name: value for name, value in self._redactor.fields(message_dict).items() if name not in log_data}


class TextLines(logging.Formatter):
    """A short line for a person at a terminal, with the same fields and the same discretion."""

    def __init__(self, redactor: Redactor, process: str) -> None:
        super().__init__()
        self._redactor = redactor
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        time = _utc(record).astimezone().strftime("%H:%M:%S")
        fields = self._redactor.fields(_extra_of(record))
        fields = {name: value for name, value in fields.items() if name != "tenant_id"}
        words = [time, f"{record.levelname:<7}", f"{self._process:<9}", self._redactor.text(record.getMessage())]
        words += [f"{name}={str(value)[:12] if name.endswith('_id') else value}" for name, value in fields.items()]
        line = " ".join(words)
        if record.exc_info:
            line += "\n" + self._redactor.text(self.formatException(record.exc_info))
        return line


def _utc(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _extra_of(record: logging.LogRecord) -> dict[str, Any]:
    """What the present work is, then what the caller added."""
    extra = {name: value for name, value in vars(record).items() if name not in _STANDARD_FIELDS}
    return {**trace_fields(), **extra}


def configure_sentry(settings: Settings, process: str) -> None:
    """Report errors to Sentry when SENTRY_DSN is set; nothing is imported or sent otherwise. Safe to repeat."""
    if settings.sentry_dsn is None:
        return
    # Nobody's identity is sent: that is the SDK's default, and naming the old option for it warns.
    import sentry_sdk
    from sentry_sdk.integrations.argv import ArgvIntegration

    redactor = build_redactor(settings)
    sentry_sdk.init(
        dsn=settings.sentry_dsn.get_secret_value(),
        include_local_variables=False,  # locals hold what people wrote
        max_request_body_size="never",
        trace_propagation_targets=[],
        ignore_errors=[StopIteration],  # how a WebSocket tells gunicorn that its connection is over
        auto_enabling_integrations=False,  # they would load the LLM SDKs and report prompts
        integrations=_integrations_for(process),
        disabled_integrations=[ArgvIntegration()],  # command lines hold numbers and addresses
        before_send=lambda event, hint: _scrub_event(redactor, event),
        before_breadcrumb=lambda crumb, hint: _scrub_breadcrumb(redactor, crumb),
    )
    sentry_sdk.set_tag("process", process)


def _integrations_for(process: str) -> list[Any]:
    if process == "web":
        from sentry_sdk.integrations.flask import FlaskIntegration

        return [FlaskIntegration()]
    if process == "worker":
        from sentry_sdk.integrations.rq import RqIntegration

        return [RqIntegration()]
    return []


def _scrub_event(redactor: Redactor, event: Any) -> Any:
    """The event without request headers, bodies and people; the trace id becomes a tag."""
    request = event.pop("request", None)
    event.pop("user", None)
    extra = event.pop("extra", {})
    scrubbed = redactor.tree(event)
    if isinstance(request, Mapping):
        url = str(request.get("url", "")).partition("?")[0]
        scrubbed["request"] = {"method": request.get("method"), "url": redactor.text(url)}
    if isinstance(extra, Mapping):
        scrubbed["extra"] = {name: redactor.tree(value) for name, value in redactor.fields(extra).items()}
    tags = {name: value for name, value in trace_fields().items() if name in {"trace_id", "conversation_id", "turn_id"}}
    scrubbed["tags"] = {**(scrubbed.get("tags") or {}), **tags}
    return scrubbed


def _scrub_breadcrumb(redactor: Redactor, crumb: Any) -> Any:
    """Log lines and HTTP calls that led to the error: their texts blotted, their data cut to method and status."""
    data = crumb.pop("data", None)
    scrubbed = redactor.tree(crumb)
    if isinstance(data, Mapping):
        scrubbed["data"] = {name: data[name] for name in ("http.method", "status_code") if name in data}
    return scrubbed
