"""The demo's open door: who unknown senders speak as, where nothing real can be seen."""

from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from uuid import UUID

from sqlalchemy import Engine

from bot.settings import Settings
from jobs.runtime import OpenDoor
from models.clock import Clock
from models.demo.stored import find_stored_company
from models.session import session_scope

_LIVES = timedelta(seconds=60)


def build_open_door(settings: Settings, engine: Engine, clock: Clock, home: UUID) -> Callable[[UUID], OpenDoor | None]:
    """The demo's manager for the tenant whose demo it is, where the door is open; nobody elsewhere."""
    if not settings.is_demo_open:
        return lambda tenant_id: None
    door = _DemoDoor(engine, clock)
    return lambda tenant_id: door.find() if tenant_id == home else None


class _DemoDoor:
    """The manager of the demo company now loaded, looked up once a minute. Thread-safe."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = Lock()
        self._found: tuple[float, OpenDoor | None] | None = None

    def find(self) -> OpenDoor | None:
        with self._lock:
            now = self._clock.monotonic()
            if self._found is None or now - self._found[0] > _LIVES.total_seconds():
                self._found = (now, self._load())
            return self._found[1]

    def _load(self) -> OpenDoor | None:
        with session_scope(self._engine) as connection:
            company = find_stored_company(connection)
        return None if company is None else OpenDoor(company.sender.name, company.sender.name)
