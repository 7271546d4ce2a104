"""Which agent answers a turn: found by the version its account names, built once per version and process, closed when
no turn has used it for a while.

A version that cannot be built fails the turns of those it serves, and nobody else's.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from agent.agent import Agent
from agent.spec.agent_spec import AgentSpec
from models.agents.version import PlacedVersion, find_version
from models.clock import Clock
from models.errors import ConfigurationError
from models.tenant import AccountKey

_IDLE_SECONDS = 600  # then a version that no turn uses is closed
_RETRY_SECONDS = 30  # a secret's file may come later than the version that names it

_log = logging.getLogger("recado.agents")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a turn is answered under. `version_id` None: the agent that the environment describes, which also lends its
    patience where `fault` says why nobody can answer."""

    version_id: UUID | None
    spec: AgentSpec
    addresses: tuple[str, ...]  # of the providers it may ask
    fault: str = ""


class Agents(Protocol):
    """The agents of every tenant."""

    def find_terms(self, connection: Connection, account: AccountKey, version_id: UUID | None) -> Terms:
        """Those of a version, None being the environment's. Never raises but for the database: `fault` tells."""
        ...

    def at_work(self, terms: Terms) -> AbstractContextManager[Agent]:
        """The agent, kept open for as long as the block lasts. Raises ConfigurationError when it cannot be built."""
        ...


class Employed(Protocol):
    """An agent with whatever it looks through."""

    @property
    def agent(self) -> Agent: ...

    def close(self) -> None: ...


Build = Callable[[AgentSpec, UUID | None], Employed]  # of that version, or None


@dataclass(slots=True)
class _Seat:
    """One version's place in this process. `building` is held while it is built, so that it is built once."""

    building: Lock = field(default_factory=Lock)
    employed: Employed | None = None
    fault: str = ""
    failed_at: float = 0.0
    users: int = 0
    used_at: float = 0.0


class AgentDirectory:
    """The agents of a worker process. Thread-safe."""

    def __init__(self, home: UUID, default: AgentSpec, build: Build, clock: Clock) -> None:
        """`default` serves the accounts of the tenant `home` that no file names, and of no other tenant."""
        self._home = home
        self._default = Terms(None, default, default.addresses)
        self._build = build
        self._clock = clock
        self._lock = Lock()
        self._terms: dict[UUID, Terms] = {}
        self._seats: dict[UUID | None, _Seat] = {}

    def find_terms(self, connection: Connection, account: AccountKey, version_id: UUID | None) -> Terms:
        if version_id is None:
            if account.tenant_id == self._home:
                return self._default
            return self._nobody(None, f"no agent serves {account.channel}/{account.name}: apply the file of one")
        known = self._terms.get(version_id)
        if known is None:
            found = find_version(connection, account.tenant_id, version_id)
            known = self._nobody(version_id, "its version is not stored") if found is None else self._read(found)
            self._terms[version_id] = known
        return known

    @contextmanager
    def at_work(self, terms: Terms) -> Iterator[Agent]:
        if terms.fault:
            raise ConfigurationError(terms.fault)
        seat = self._take(terms)
        try:
            yield self._seated(seat, terms).agent
        finally:
            self._leave(seat)

    def open(self, serving: Sequence[PlacedVersion]) -> None:
        """Build them. Raises ConfigurationError for what the environment describes, and for no other."""
        with self.at_work(self._default):
            pass
        for version in serving:
            self._terms[version.id] = terms = self._read(version)
            try:
                with self.at_work(terms):
                    pass
            except ConfigurationError as error:
                _log.error("the agent %s of %s cannot work: %s", version.name, version.tenant, error)

    def close(self) -> None:
        """When the process ends."""
        with self._lock:
            seats, self._seats = list(self._seats.values()), {}
        _close(seats)

    def _nobody(self, version_id: UUID | None, fault: str) -> Terms:
        return Terms(version_id, self._default.spec, (), fault)

    def _read(self, version: PlacedVersion) -> Terms:
        try:
            spec = AgentSpec.model_validate(dict(version.spec))
            return Terms(version.id, spec, spec.addresses)
        except ValidationError:
            made = f"version {version.number} of {version.name}"
            return self._nobody(version.id, f"{made} was written for another release: apply its file anew")

    def _take(self, terms: Terms) -> _Seat:
        with self._lock:
            seat = self._seats.setdefault(terms.version_id, _Seat())
            seat.users += 1
            return seat

    def _leave(self, seat: _Seat) -> None:
        with self._lock:
            seat.users -= 1
            now = seat.used_at = self._clock.monotonic()
            idle = [
                key
                for key, other in self._seats.items()
                if key is not None and other.users == 0 and now - other.used_at > _IDLE_SECONDS
            ]
            left = [self._seats.pop(key) for key in idle]
        _close(left)

    def _seated(self, seat: _Seat, terms: Terms) -> Employed:
        with seat.building:
            if seat.employed is not None:
                return seat.employed
            now = self._clock.monotonic()
            if seat.fault and now - seat.failed_at < _RETRY_SECONDS:
                raise ConfigurationError(seat.fault)
            try:
                employed = self._made_ready(terms)
            except SQLAlchemyError:
                raise  # the database is away: no fault of the agent's
            except Exception as error:
                seat.fault, seat.failed_at = _spell(error), now
                raise ConfigurationError(seat.fault) from error
            seat.employed, seat.fault = employed, ""
            return employed

    def _made_ready(self, terms: Terms) -> Employed:
        employed = self._build(terms.spec, terms.version_id)
        try:
            employed.agent.preload()
        except BaseException:
            employed.close()
            raise
        return employed


def _spell(error: Exception) -> str:
    """Another error's words may hold what a secret is."""
    if isinstance(error, ConfigurationError):
        return str(error)
    _log.error("an agent met an error that nobody expected when it was built", exc_info=error)
    return f"an error that nobody expected ({type(error).__name__})"


def _close(seats: list[_Seat]) -> None:
    for seat in seats:
        if seat.employed is not None:
            try:
                seat.employed.close()
            except Exception:
                _log.exception("an agent could not be closed in good order")
