"""The demo's open door: who unknown senders speak as, where nothing real can be seen."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection

from bot.settings import Settings
from jobs.runtime import OpenDoor
from models.clock import Clock
from models.demo.stored import find_stored_company

_LIVES = timedelta(seconds=60)


def build_open_door(settings: Settings, clock: Clock, home: UUID) -> Callable[[Connection, UUID], OpenDoor | None]:
    """The demo's manager for the tenant whose demo it is, where the door is open; nobody elsewhere."""
    if not settings.is_demo_open:
        return lambda connection, tenant_id: None
    door = _DemoDoor(clock)
    return lambda connection, tenant_id: door.find(connection) if tenant_id == home else None


class _DemoDoor:
    """The manager of the demo company now loaded, looked up once a minute. Thread-safe.

    No lock, and the connection of who asks: whoever waited for another's look-up would hold a connection meanwhile,
    and all of them together each one that the look-up could have had.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._found: tuple[float, OpenDoor | None] | None = None

    def find(self, connection: Connection) -> OpenDoor | None:
        now, found = self._clock.monotonic(), self._found
        if found is None or now - found[0] > _LIVES.total_seconds():
            self._found = found = (now, _load(connection))
        return found[1]


def _load(connection: Connection) -> OpenDoor | None:
    company = find_stored_company(connection)
    return None if company is None else OpenDoor(company.sender.name, company.sender.name)
