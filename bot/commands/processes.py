"""The long-running processes, and the migration that goes before them."""

from argparse import Namespace

from bot.commands.base import Command
from bot.settings import Settings


def _up(arguments: Namespace, settings: Settings) -> int:
    from bot.supervisor import run_supervisor

    return run_supervisor(settings)


def _web(arguments: Namespace, settings: Settings) -> int:
    from bot.web import run_web

    run_web(settings)
    return 0


def _worker(arguments: Namespace, settings: Settings) -> int:
    from bot.worker import main

    return main() or 0


def _scheduler(arguments: Namespace, settings: Settings) -> int:
    from bot.scheduler import main

    return main() or 0


def _migrate(arguments: Namespace, settings: Settings) -> int:
    from bot.commands.database import reaching_database
    from bot.embedded.engines import attach_or_start
    from bot.migrate import head_revision
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
