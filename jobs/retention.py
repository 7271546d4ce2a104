"""Keeping what is old no longer than its company wants: in small batches, a few at each beat of the scheduler, so that
nothing waits for it. Each table is walked through by its ids, of every company and kind that has a rule."""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Engine

from jobs.forgetting import forget_turns
from models.expiry import hold_messages, hold_turns, take_rows, take_words
from models.faultpoint import faultpoint
from models.retention import count_old, find_moment, find_old, find_old_events, purge_raw_events
from models.retention_rule import Kind, Rule, find_rules, note_reached
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
        "facts": ("fact",),
        "changes": ("proposal", "audit"),
        "discounts": ("discount_request",),
    }
)
_log = logging.getLogger("recado.retention")


@dataclass(frozen=True, slots=True)
class _Walk:
    """Through one table for one company: what is older than, how far it came, and whether it left anything behind."""

    rule: Rule
    table: str
    before: datetime
    at: UUID
    is_clean: bool = True


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
                yield _Walk(rule, table, before, rule.reached_in(table))


def _unsaid(connection: Connection, keep: timedelta | None) -> Iterator[Rule]:
    """What the settings say of the requests of companies without a word of their own."""
    said = {rule.tenant_id for rule in find_rules(connection) if rule.kind == "requests"}
    for tenant_id in find_tenants(connection):
        if tenant_id not in said:
            yield Rule(tenant_id, "requests", keep, {})


def _step(connection: Connection, walk: _Walk, batch: int) -> _Walk | None:
    """One batch; how far it came, None when that was the last."""
    limit = min(batch, _TURNS) if walk.table in {"message", "turn"} else batch
    if walk.table == "raw_event":
        ids = find_old_events(connection, walk.rule.tenant_id, walk.before, walk.at, limit)
    else:
        ids = find_old(connection, walk.table, walk.before, walk.at, limit)
    if not ids:
        return None
    further = replace(walk, at=ids[-1], is_clean=_take(connection, walk, ids) and walk.is_clean)
    if further.is_clean:
        note_reached(connection, walk.rule, walk.table, further.at)
    return further if len(ids) == limit else None


def _take(connection: Connection, walk: _Walk, ids: Sequence[UUID]) -> bool:
    """Whether all of the company's among them went."""
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
    return over.is_all


def count_due(connection: Connection, tenant_id: UUID, kind: Kind, keep: timedelta) -> int:
    """How many rows are so old and were not passed yet; what still waits among them stays."""
    reached = {rule.kind: rule for rule in find_rules(connection, tenant_id)}
    rule = reached.get(kind) or Rule(tenant_id, kind, keep, {})
    before = find_moment(connection, keep)
    return sum(count_old(connection, table, tenant_id, before, rule.reached_in(table)) for table in TABLES[kind])
