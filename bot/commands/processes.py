"""The long-running processes, and the migration that goes before them."""

import gc
from argparse import Namespace
from importlib import import_module
from typing import Any

from bot.commands.base import Command
from bot.settings import Settings


def _load(module: str) -> Any:
    """Without the collector: it takes a fifth of the time, and nothing that is loaded is rubbish."""
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.freeze()
        gc.enable()


def _up(arguments: Namespace, settings: Settings) -> int:
    code: int = _load("bot.supervisor").run_supervisor(settings)
    return code


def _web(arguments: Namespace, settings: Settings) -> int:
    _load("bot.web").run_web(settings)
    return 0


def _worker(arguments: Namespace, settings: Settings) -> int:
    return _load("bot.worker").main() or 0


def _scheduler(arguments: Namespace, settings: Settings) -> int:
    return _load("bot.scheduler").main() or 0


def _migrate(arguments: Namespace, settings: Settings) -> int:
    from bot.embedded.engines import attach_or_start
    from bot.migrate import head_revision
    from bot.reaching import reaching_database
    from bot.tenant import migrate_company

    with attach_or_start(settings) as engines, reaching_database():
        migrate_company(settings, engines.database_url)
    print(f"The database is at revision {head_revision()}.")
    return 0


UP = Command(_up)
WEB = Command(_web, process="web")
WORKER = Command(_worker, process="worker")
SCHEDULER = Command(_scheduler, process="scheduler")
MIGRATE = Command(_migrate)
