"""What was spent on whom and when: tokens, money and response time per user and local day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Date, Subquery, cast, func, literal, select

from models.conversation import asker, conversations
from models.message import messages
from models.run import completions
from models.turn import turns


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One user's day, in the tenant's time zone. `cost` is USD over the priced completions, None if none has a price
    though some were made; `unpriced` counts those without. `response_ms` is the sum over the `answered` turns, those
    left out that a person had begun again later: they tell when she came, not how long an answer takes.
    `tokens_cached` are those of `tokens_in` that a vendor's cache served."""

    user: str
    day: date
    turns: int
    answered: int
    completions: int
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    cost: Decimal | None
    unpriced: int
    response_ms: int

    @property
    def mean_response_ms(self) -> int | None:
        """From the turn's first message to its committed answer."""
        return round(self.response_ms / self.answered) if self.answered else None


def cached_share(row: "UsageRow | UsageTotals") -> float | None:
    """How much of the prompts a vendor's cache served, from 0 to 1; None where there was no prompt."""
    return round(row.tokens_cached / row.tokens_in, 4) if row.tokens_in else None


@dataclass(frozen=True, slots=True)
class UsageTotals:
    """The sums of some rows, by the same rules."""

    users: int
    turns: int
    completions: int
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    cost: Decimal | None
    unpriced: int
    mean_response_ms: int | None


def usage_report(
    connection: Connection, tenant_id: UUID, start: date, end: date, timezone: str, user: str | None = None
) -> list[UsageRow]:
    """Both days belong to the report; ordered by day, then user. A turn counts on the day its first message came in."""
    spent = _spent_by_turn(tenant_id)
    c, t, m = conversations.c, turns.c, messages.c
    day = cast(func.timezone(timezone, m.received_at), Date).label("day")
    milliseconds = func.extract("epoch", t.answered_at - m.received_at) * 1000
    statement = (
        select(
            asker,
            day,
            func.count(),
            func.count(t.answered_at).filter(t.replays == 0),
            func.coalesce(func.sum(spent.c.completions), 0),
            func.coalesce(func.sum(spent.c.tokens_in), 0),
            func.coalesce(func.sum(spent.c.tokens_cached), 0),
            func.coalesce(func.sum(spent.c.tokens_out), 0),
            func.sum(spent.c.cost),
            func.coalesce(func.sum(spent.c.unpriced), 0),
            func.coalesce(func.sum(milliseconds).filter(t.replays == 0), 0),
        )
        .select_from(
            turns.join(conversations, c.id == t.conversation_id)
            .join(messages, m.id == t.id)  # a turn bears the id of its first message
            .outerjoin(spent, spent.c.turn_id == t.id)
        )
        .where(t.tenant_id == tenant_id, m.received_at >= midnight(start, timezone))
        .where(m.received_at < midnight(end + timedelta(days=1), timezone))
        .group_by(asker, day)
        .order_by(day, asker)
    )
    if user is not None:
        statement = statement.where(asker == user)
    return [_row(*row) for row in connection.execute(statement)]


def total_usage(rows: Sequence[UsageRow]) -> UsageTotals:
    """The sums over the rows; the mean is over all answered turns."""
    answered = sum(row.answered for row in rows)
    priced = [row.cost for row in rows if row.cost is not None and row.completions]
    unpriced = sum(row.unpriced for row in rows)
    return UsageTotals(
        users=len({row.user for row in rows}),
        turns=sum(row.turns for row in rows),
        completions=sum(row.completions for row in rows),
        tokens_in=sum(row.tokens_in for row in rows),
        tokens_cached=sum(row.tokens_cached for row in rows),
        tokens_out=sum(row.tokens_out for row in rows),
        cost=None if unpriced and not priced else sum(priced, Decimal(0)),
        unpriced=unpriced,
        mean_response_ms=round(sum(row.response_ms for row in rows) / answered) if answered else None,
    )


def _spent_by_turn(tenant_id: UUID) -> Subquery:
    """A failed call without a price cost nothing we know of; a lost or answered one without a price is unpriced."""
    u = completions.c
    return (
        select(
            u.turn_id,
            func.count().label("completions"),
            func.sum(func.coalesce(u.tokens_in, 0)).label("tokens_in"),
            func.sum(func.coalesce(u.tokens_cached, 0)).label("tokens_cached"),
            func.sum(func.coalesce(u.tokens_out, 0)).label("tokens_out"),
            func.sum(u.cost).label("cost"),
            func.count().filter(u.cost.is_(None), u.status != "failed").label("unpriced"),
        )
        .where(u.tenant_id == tenant_id)
        .group_by(u.turn_id)
        .subquery()
    )


def find_unpriced(connection: Connection, within: timedelta) -> list[tuple[str, str, int]]:
    """Provider, LLM and number of the calls of all tenants that were answered at a price nobody knows, most first."""
    u = completions.c
    llm = func.coalesce(func.nullif(u.llm_served, ""), u.llm_requested)
    statement = (
        select(u.provider, llm, func.count())
        .where(u.status == "done", u.cost.is_(None), u.created_at > func.now() - literal(within))
        .group_by(u.provider, llm)
        .order_by(func.count().desc(), u.provider, llm)
    )
    return [(provider, name, count) for provider, name, count in connection.execute(statement)]


def find_refused(connection: Connection, within: timedelta) -> list[tuple[str, str, int]]:
    """Provider, kind and number of the calls of all tenants that failed for what only a person can mend, most first."""
    u = completions.c
    statement = (
        select(u.provider, u.error_kind, func.count())
        .where(u.status == "failed", u.error_kind.in_(("auth", "billing", "model_not_found")))
        .where(u.created_at > func.now() - literal(within))
        .group_by(u.provider, u.error_kind)
        .order_by(func.count().desc(), u.provider, u.error_kind)
    )
    return [(provider, kind, count) for provider, kind, count in connection.execute(statement)]


def midnight(day: date, timezone: str) -> datetime:
    """When that day begins there."""
    return datetime.combine(day, time.min, ZoneInfo(timezone))


def _row(
    user: str,
    day: date,
    turns: int,
    answered: int,
    completions: int,
    tokens_in: int,
    tokens_cached: int,
    tokens_out: int,
    cost: Decimal | None,
    unpriced: int,
    response_ms: Decimal,
) -> UsageRow:
    known = cost if cost is not None or unpriced else Decimal(0)
    return UsageRow(
        user,
        day,
        int(turns),
        int(answered),
        int(completions),
        int(tokens_in),
        int(tokens_cached),
        int(tokens_out),
        known,
        int(unpriced),
        round(response_ms),
    )
