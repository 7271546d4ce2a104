"""The health check of a container, in Python alone: `python -m bot.alive web|worker|scheduler` ends with 0 or 1."""

import socket
import sys
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings, load_settings
from bot.supervision.door import is_answering
from models.errors import ConfigurationError
from models.heartbeat import is_beating
from models.session import build_engine, session_scope

_FRESH = timedelta(seconds=60)


def is_process_alive(kind: str, settings: Settings, host: str) -> bool:
    """The web door by its own answer, the others by their heartbeat from `host` in the database."""
    if kind == "web":
        return is_answering(f"{settings.local_url}/healthz")
    if settings.database_url is None:
        raise ConfigurationError("DATABASE_URL: the health check of workers needs it: set it")
    engine = build_engine(settings.database_url.get_secret_value(), application_name="recado-alive", pool_size=1)
    try:
        with session_scope(engine) as connection:
            return is_beating(connection, host=host, kind=kind, within=_FRESH)
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] not in {"web", "worker", "scheduler"}:
        print("usage: python -m bot.alive web|worker|scheduler", file=sys.stderr)
        return 2
    try:
        return 0 if is_process_alive(sys.argv[1], load_settings(), socket.gethostname()) else 1
    except ConfigurationError as error:
        print(f"recado: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
