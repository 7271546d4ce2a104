"""Keeping what is old no longer than its company wants: in small batches, a few at each beat of the scheduler, so that
nothing waits for it. Each table is walked through by its ids, of every company and kind that has a rule: first what had
to stay in an earlier round, then what no round has passed."""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Engine

from jobs.memory.forgetting import forget_turns
from models.faultpoint import faultpoint
from models.privacy.expiry import hold_messages, hold_turns, take_rows, take_words
from models.privacy.retention import count_old, find_moment, find_old, find_old_events, purge_raw_events
from models.privacy.retention_rule import NOWHERE, Kind, Rule, find_rules, note_reached
from models.privacy.retention_waiting import count_waiting, find_waiting, forget_waiting, note_waiting
from models.session import session_scope
from models.tenant import find_tenants

_BATCH = 200  # rows: mails among them are large
_TURNS = 40  # messages, or turns, whose conversations are held meanwhile
_BATCHES = 10  # a beat
TABLES: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        "requests": ("raw_event",),
        "conversations": ("message",),
        "files": ("media",),
        "memory": ("turn",),
        "facts": ("fact", "customer_fact"),
        "changes": ("proposal", "audit"),
        "discounts": ("discount_request",),
    }
)
_log = logging.getLogger("recado.retention")


@dataclass(frozen=True, slots=True)
class _Walk:
    """Through one table for one company: what is older than, and how far it came. `is_new` once it has looked again at
    what waited."""

    rule: Rule
    table: str
    before: datetime
    at: UUID = NOWHERE
    is_new: bool = False


class Retention:
    """`keep` is for the requests of companies that say nothing of them, None for ever; `ago` tells the moment so long
    ago. A round that was cut off is begun anew by whoever leads next, behind what is done."""

    def __init__(
        self,
        engine: Engine,
        keep: timedelta | None,
        batch: int = _BATCH,
        *,
        ago: Callable[[Connection, timedelta], datetime] = find_moment,
    ) -> None:
        self._engine = engine
        self._batch = batch
        self._keep = keep
        self._ago = ago
        self._round: deque[_Walk] = deque()

    def start_round(self) -> None:
        """Nothing while one is under way."""
        if self._round:
            return
        with session_scope(self._engine) as connection:
            self._round.extend(_plan(connection, self._keep, self._ago))

    def forget(self) -> None:
        """Another process leads."""
        self._round.clear()

    def work(self) -> None:
        """The next few batches of the round, if one is under way."""
        for _ in range(_BATCHES):
            if not self._round:
                break
            walk = self._round.popleft()  # one that fails is left to the next round, and holds up no other
            with session_scope(self._engine) as connection:
                further = _step(connection, walk, self._batch)
            faultpoint("retention.half-purged")
            if further is not None:
                self._round.appendleft(further)
            elif not self._round:
                _log.info("what was old is gone")


def _plan(
    connection: Connection, keep: timedelta | None, ago: Callable[[Connection, timedelta], datetime]
) -> Iterator[_Walk]:
    for rule in [*find_rules(connection), *_unsaid(connection, keep)]:
        if rule.keep is not None:
            before = ago(connection, rule.keep)
            for table in TABLES[rule.kind]:
                yield _Walk(rule, table, before)


def _unsaid(connection: Connection, keep: timedelta | None) -> Iterator[Rule]:
    """What the settings say of the requests of companies without a word of their own."""
    said = {rule.tenant_id for rule in find_rules(connection) if rule.kind == "requests"}
    for tenant_id in find_tenants(connection):
        if tenant_id not in said:
            yield Rule(tenant_id, "requests", keep, {})


def _step(connection: Connection, walk: _Walk, batch: int) -> _Walk | None:
    """One batch; how far it came, None when that was the last."""
    limit = min(batch, _TURNS) if walk.table in {"message", "turn"} else batch
    if not walk.is_new:
        waiting = find_waiting(connection, walk.rule, walk.table, walk.before, walk.at, limit)
        if waiting:
            return _look_again(connection, walk, waiting)
        walk = replace(walk, at=walk.rule.reached_in(walk.table), is_new=True)
    return _go_on(connection, walk, limit)


def _look_again(connection: Connection, walk: _Walk, ids: Sequence[UUID]) -> _Walk:
    left = set(_take(connection, walk, ids))
    forget_waiting(connection, walk.rule, walk.table, [one for one in ids if one not in left])
    return replace(walk, at=ids[-1])


def _go_on(connection: Connection, walk: _Walk, limit: int) -> _Walk | None:
    if walk.table == "raw_event":
        ids = find_old_events(connection, walk.rule.tenant_id, walk.before, walk.at, limit)
    else:
        ids = find_old(connection, walk.table, walk.before, walk.at, limit)
    if not ids:
        return None
    note_waiting(connection, walk.rule, walk.table, _take(connection, walk, ids))
    note_reached(connection, walk.rule, walk.table, ids[-1])
    return replace(walk, at=ids[-1]) if len(ids) == limit else None


def _take(connection: Connection, walk: _Walk, ids: Sequence[UUID]) -> Sequence[UUID]:
    """Those of the company's among them that had to stay."""
    tenant_id = walk.rule.tenant_id
    if walk.table == "raw_event":
        return purge_raw_events(connection, tenant_id, ids)
    if walk.table not in {"message", "turn"}:
        return take_rows(connection, walk.table, tenant_id, ids, walk.before)
    hold = hold_messages if walk.table == "message" else hold_turns
    over = hold(connection, tenant_id, ids, walk.before)
    forget_turns(connection, tenant_id, over.turns)
    if walk.table == "message":
        take_words(connection, over)
    return over.waiting


def count_due(connection: Connection, tenant_id: UUID, kind: Kind, keep: timedelta) -> int:
    """How many rows are so old and have not gone yet; what still waits among them stays."""
    reached = {rule.kind: rule for rule in find_rules(connection, tenant_id)}
    rule = reached.get(kind) or Rule(tenant_id, kind, keep, {})
    before = find_moment(connection, keep)
    passed = sum(count_waiting(connection, rule, table, before) for table in TABLES[kind])
    return passed + sum(
        count_old(connection, table, tenant_id, before, rule.reached_in(table)) for table in TABLES[kind]
    )
