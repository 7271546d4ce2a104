"""How gunicorn serves the web door: threads, because a request is mostly waiting."""

import logging
from collections.abc import Callable
from typing import Any, Protocol

from flask import Flask

from bot.app import door_of
from bot.chat.patience import PatientWorker
from bot.settings import Settings

GRACE_SECONDS = 30
_KEEPALIVE_SECONDS = 65  # longer than the usual 60 s of a reverse proxy, so that it is never us who closes first
_BACKLOG = 512
_LARGEST_HEADER = 16_380  # bytes


class _Worker(Protocol):
    alive: bool
    wsgi: Flask


def gunicorn_options(settings: Settings) -> dict[str, Any]:
    """Gunicorn's settings. No forwarding header is believed: addresses come from the socket, URLs from the settings."""
    return {
        "bind": [f"{_bracketed(settings.host)}:{settings.port}"],
        "workers": settings.web_processes,
        "threads": settings.web_threads,
        "worker_class": PatientWorker,
        "worker_connections": settings.web_threads * 8,
        "backlog": _BACKLOG,
        "timeout": 60,
        "graceful_timeout": GRACE_SECONDS,
        "keepalive": _KEEPALIVE_SECONDS,
        "limit_request_line": 8190,
        "limit_request_fields": 100,
        "limit_request_field_size": _LARGEST_HEADER,
        "forwarded_allow_ips": "",
        "forwarder_headers": "",
        "secure_scheme_headers": {},
        "preload_app": False,
        "accesslog": None,
        "logger_class": QuietLog,
        "control_socket_disable": True,
        "post_worker_init": watch_for_stop,
        "worker_exit": close_door,
        "proc_name": "recado-web",
    }


def watch_for_stop(worker: _Worker) -> None:
    """Who waits for an answer must hear of the end of the process at its beginning."""
    door_of(worker.wsgi).watch(_stopping(worker))


def close_door(server: object, worker: _Worker) -> None:
    """The worker has served its last request."""
    if isinstance(getattr(worker, "wsgi", None), Flask):
        door_of(worker.wsgi).close()


def _stopping(worker: _Worker) -> Callable[[], bool]:
    return lambda: not worker.alive


class QuietLog:
    """Gunicorn's logger, put into our own logs; a request is logged by its door, where it is known what it was."""

    def __init__(self, config: object) -> None:
        self._log = logging.getLogger("recado.web.server")
        self.error_log = self._log
        self.access_log = self._log

    def critical(self, message: str, *arguments: Any, **options: Any) -> None:
        self._log.critical(message, *arguments, **options)

    def error(self, message: str, *arguments: Any, **options: Any) -> None:
        self._log.error(message, *arguments, **options)

    def warning(self, message: str, *arguments: Any, **options: Any) -> None:
        self._log.warning(message, *arguments, **options)

    def info(self, message: str, *arguments: Any, **options: Any) -> None:
        self._log.debug(message, *arguments, **options)  # its news are for those who look closely

    def debug(self, message: str, *arguments: Any, **options: Any) -> None:
        self._log.debug(message, *arguments, **options)

    def exception(self, message: str, *arguments: Any, **options: Any) -> None:
        self._log.exception(message, *arguments, **options)

    def log(self, level: int, message: str, *arguments: Any, **options: Any) -> None:
        self._log.log(level, message, *arguments, **options)

    def access(self, response: object, request: object, environ: object, request_time: object) -> None:
        """Nothing: bodies, numbers and keys stay out of logs."""

    def reopen_files(self) -> None:
        """There are none."""

    def close_on_exec(self) -> None:
        """There are none."""


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
