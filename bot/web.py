"""Running the web door under gunicorn, in this process and its workers."""

import os
import subprocess
import sys
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from bot.embedded.engines import attach_or_start
from bot.gunicorn_config import GRACE_SECONDS, gunicorn_options
from bot.settings import Settings
from bot.supervision.door import check_port
from bot.supervision.signals import StopAsked, StopWish
from models.errors import ConfigurationError

_LOOK_EVERY = 0.5  # seconds


def run_web(settings: Settings) -> None:
    """Serve until told to stop. Raises ConfigurationError, before anything is bound, when HOST or PORT cannot be used.

    Where an engine is not configured, ours is attached to or started, and the server runs in a child process.
    """
    check_port(settings.host, settings.port)
    if settings.database_url is None or settings.redis_url is None:
        _run_with_engines(settings)
    else:
        _Gunicorn(settings).run()


def _run_with_engines(settings: Settings) -> None:
    """Gunicorn forks, and a fork must never inherit the duty to stop the engines: so it gets a process of its own."""
    from bot.supervisor import child_environment

    with StopWish() as wish:
        try:
            with attach_or_start(settings) as engines:
                wish.note_only()
                command = [sys.executable, "-m", "bot", "web"]
                server = subprocess.Popen(command, env=child_environment(engines, os.environ), start_new_session=True)
                try:
                    while not wish.wait(_LOOK_EVERY) and server.poll() is None:
                        continue
                finally:
                    _end(server)
        except StopAsked:
            return
    if server.returncode > 0:
        raise ConfigurationError(f"the web server ended with code {server.returncode}; its own lines above say why")


def _end(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(GRACE_SECONDS + 5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


class _Gunicorn(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our settings alone: neither its command line nor its files nor its environment are read."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in gunicorn_options(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """In the worker, after the fork."""
        from bot.app import create_app
        from bot.services import build_web_services

        app: Flask = create_app(build_web_services(self._settings))
        return app
