"""Money that LLMs may cost: held back before a call at its worst case, settled to what it cost. Never overrun by calls
that run at the same time: the books of a budget are rows, and one statement both looks at them and writes.

Every hold stands in the books of the tenant's day and month and of the person's day, whichever of them has a limit, and
in those of the agent's day and month where the agent has a name; what no person asked for, such as vectors of a
document, in no person's. All statements take the books in the order of their kinds, so that no two wait for each other.

The books are in USD, whatever the limits are stated in: vendors charge USD, and what was spent must not change with a
rate. A limit in another currency is turned into USD at the day's rate whenever it is looked at.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Connection, Date, ForeignKeyConstraint, Integer, Numeric, Text, text
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of
from models.errors import BudgetExceeded
from models.journal import JournalKey
from models.money.assumed_price import AssumedPrice

Kind = Literal["agent_day", "agent_month", "day", "month", "person_day"]
KINDS: tuple[Kind, ...] = ("agent_day", "agent_month", "day", "month", "person_day")
Currency = Literal["USD", "BRL"]
_SMALLEST = Decimal("0.000000001")  # of the books


def _money() -> Column[Any]:
    return Column(Numeric(18, 9), nullable=False, server_default="0")


class BudgetBook(SQLModel, table=True):
    """What one budget's period has cost so far, in USD, and what is held back for calls under way."""

    __tablename__ = "budget"
    __table_args__ = (
        CheckConstraint("kind IN ('agent_day', 'agent_month', 'day', 'month', 'person_day')", name="budget_kind_known"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
    )

    tenant_id: UUID = Field(sa_column=key())
    kind: str = Field(sa_column=Column(Text, primary_key=True))
    subject: str = Field(sa_column=Column(Text, primary_key=True))  # a person's address, an agent's name, or empty
    begins_on: date = Field(sa_column=Column(Date, primary_key=True))  # in the tenant's time zone
    spent: Decimal = Field(sa_column=_money())
    reserved: Decimal = Field(sa_column=_money())
    rate: Decimal | None = Field(default=None, sa_column=Column(Numeric(18, 9), nullable=True))  # last used for a limit
    warned_at: datetime | None = Field(default=None, sa_column=moment())
    stopped_at: datetime | None = Field(default=None, sa_column=moment())
    vectors_stopped_at: datetime | None = Field(default=None, sa_column=moment())


class BudgetHold(SQLModel, table=True):
    """What is held back for one try at one LLM call, until it is settled; in USD, 0 where the price is unknown.

    No foreign key leads to the turn: what it held must be given back also when the turn is gone.
    """

    __tablename__ = "budget_hold"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),)

    turn_id: UUID = Field(sa_column=key())
    step: int = Field(sa_column=Column(Integer, primary_key=True))
    attempt: int = Field(sa_column=Column(Integer, primary_key=True))
    number: int = Field(sa_column=Column(Integer, primary_key=True, server_default="0"))
    tenant_id: UUID = Field(sa_column=reference(index=True))
    subject: str = Field(sa_column=string(default=None))
    agent: str = Field(sa_column=string())
    day: date = Field(sa_column=Column(Date, nullable=False))
    amount: Decimal = Field(sa_column=_money())
    created_at: datetime = Field(sa_column=moment(nullable=False))


books = table_of(BudgetBook)
holds = table_of(BudgetHold)


@dataclass(frozen=True, slots=True)
class Budgets:
    """The limits as they were stated, in their own currency, None where there is none. `timezone` says where a day
    begins; `rate` is what one USD costs in that currency; without an `agent` they come from the settings."""

    day: Decimal | None
    month: Decimal | None
    person_day: Decimal | None
    timezone: str
    agent_day: Decimal | None = None
    agent_month: Decimal | None = None
    agent: str = ""
    currency: Currency = "USD"
    rate: Decimal = Decimal(1)
    assumed_price: AssumedPrice = field(default_factory=AssumedPrice)
    outer: "Budgets | None" = None  # holds as well

    def stated(self, kind: Kind) -> Decimal | None:
        limit: Decimal | None = getattr(self, kind)
        return limit

    def limit(self, kind: Kind) -> Decimal | None:
        """In USD, rounded down; the lower of those that hold."""
        deciding = self.deciding(kind)
        return deciding._in_usd(kind)

    def deciding(self, kind: Kind) -> "Budgets":
        """Whose limit is the lower one."""
        own, outer = self._in_usd(kind), None if self.outer is None else self.outer.limit(kind)
        is_outer = outer is not None and (own is None or outer < own)
        return self.outer.deciding(kind) if self.outer is not None and is_outer else self

    def spell(self, kind: Kind) -> str:
        """The limit as it was stated."""
        deciding = self.deciding(kind)
        return f"{deciding.stated(kind):f} {deciding.currency}"

    def name(self, kind: Kind) -> str:
        """Where the limit is written: in the settings, or in the agent's file."""
        deciding = self.deciding(kind)
        return f"budgets.{kind} ({deciding.agent})" if deciding.agent else f"BUDGET_{kind.upper()}_USD"

    @property
    def limits(self) -> dict[str, Decimal | None]:
        return {kind: self.limit(kind) for kind in KINDS}

    def _in_usd(self, kind: Kind) -> Decimal | None:
        stated = self.stated(kind)
        if stated is None or self.rate == 1:
            return stated
        return (stated / self.rate).quantize(_SMALLEST, ROUND_DOWN)


@dataclass(frozen=True, slots=True)
class Book:
    """How a budget stands."""

    kind: Kind
    subject: str
    begins_on: date
    spent: Decimal
    reserved: Decimal
    is_warned: bool


SUBJECT = """
    CASE kind WHEN 'person_day' THEN subject WHEN 'agent_day' THEN agent WHEN 'agent_month' THEN agent ELSE '' END
"""
BEGINS_ON = "CASE WHEN kind IN ('month', 'agent_month') THEN date_trunc('month', day)::date ELSE day END"
_KEYS = f"tenant_id, kind, {SUBJECT} AS subject, {BEGINS_ON} AS begins_on"
_EACH_KIND = """
    unnest(ARRAY['agent_day', 'agent_month', 'day', 'month', 'person_day']) AS kind
    WHERE (agent <> '' OR kind NOT LIKE 'agent%') AND (subject <> '' OR kind <> 'person_day')
"""
_LIMIT = f"CASE b.kind {' '.join(f'WHEN {kind!r} THEN CAST(:{kind} AS numeric)' for kind in KINDS)} END"
_RETURNING = "RETURNING b.kind, b.subject, b.begins_on, b.spent, b.reserved, b.warned_at IS NOT NULL"

_RESERVE = text(f"""
    WITH held AS (
        INSERT INTO budget_hold (turn_id, step, attempt, number, tenant_id, subject, agent, day, amount)
        VALUES (
            :turn_id, :step, :attempt, :number, :tenant_id, :subject, :agent,
            (now() AT TIME ZONE :timezone)::date, :amount
        )
        RETURNING *
    )
    INSERT INTO budget AS b (tenant_id, kind, subject, begins_on, reserved, rate)
    SELECT {_KEYS}, amount, CAST(:rate AS numeric) FROM held, {_EACH_KIND} ORDER BY kind
    ON CONFLICT (tenant_id, kind, subject, begins_on)
    DO UPDATE SET reserved = b.reserved + excluded.reserved, rate = coalesce(excluded.rate, b.rate)
    WHERE (b.spent + b.reserved < {_LIMIT} AND b.spent + b.reserved + excluded.reserved <= {_LIMIT}) IS NOT FALSE
    RETURNING b.kind
""")  # noqa: S608  # constants of ours


def _settle(which: str) -> Any:
    """A hold that has no book any more would make one with a debt: books of the current month are never removed."""
    return text(f"""
        WITH freed AS (DELETE FROM budget_hold WHERE {which} RETURNING *),
        entries AS (
            SELECT {_KEYS}, coalesce(CAST(:cost AS numeric), amount) AS cost, amount FROM freed, {_EACH_KIND}
        )
        INSERT INTO budget AS b (tenant_id, kind, subject, begins_on, spent, reserved)
        SELECT tenant_id, kind, subject, begins_on, sum(cost), -sum(amount) FROM entries
        GROUP BY tenant_id, kind, subject, begins_on ORDER BY tenant_id, kind, subject, begins_on
        ON CONFLICT (tenant_id, kind, subject, begins_on)
        DO UPDATE SET spent = b.spent + excluded.spent, reserved = b.reserved + excluded.reserved
        {_RETURNING}
    """)  # noqa: S608  # constants of ours


_SETTLE = _settle("turn_id = :turn_id AND step = :step AND attempt = :attempt AND number = :number")
_SETTLE_LOST = _settle("turn_id = :turn_id")
_SETTLE_STALE = _settle("created_at < now() - CAST(:older_than AS interval)")

_CHARGE = text(f"""
    WITH paid AS (
        SELECT m.tenant_id, coalesce(nullif(m.sender, ''), c.sender) AS subject,
            (now() AT TIME ZONE :timezone)::date AS day, CAST(:agent AS text) AS agent
        FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE m.id = :turn_id
    )
    INSERT INTO budget AS b (tenant_id, kind, subject, begins_on, spent)
    SELECT {_KEYS}, CAST(:cost AS numeric) FROM paid, {_EACH_KIND} ORDER BY kind
    ON CONFLICT (tenant_id, kind, subject, begins_on) DO UPDATE SET spent = b.spent + excluded.spent
""")  # noqa: S608  # constants of ours


_SPENT = text(f"""
    WITH asked AS (
        SELECT CAST(:tenant_id AS uuid) AS tenant_id, CAST(:subject AS text) AS subject, CAST(:agent AS text) AS agent,
            (now() AT TIME ZONE :timezone)::date AS day
    )
    SELECT b.kind FROM budget b JOIN (SELECT {_KEYS} FROM asked, {_EACH_KIND}) AS k
        USING (tenant_id, kind, subject, begins_on)
    WHERE b.spent > 0 AND b.spent >= {_LIMIT} ORDER BY b.kind
""")  # noqa: S608  # constants of ours


def reserve(
    connection: Connection,
    budgets: Budgets,
    call: JournalKey,
    step: int,
    *,
    subject: str,
    amount: Decimal,
    number: int = 0,
) -> None:
    """Hold back what the call may cost at worst. Raises BudgetExceeded, and then the transaction must not commit."""
    for kind in KINDS:
        limit = budgets.limit(kind)
        if limit is not None and amount > limit:
            raise BudgetExceeded(
                f"one call may cost {amount:.4f} USD, the whole budget is {limit.normalize():f}", limit=kind
            )
    values = {**_place(call, step, number), "tenant_id": call.tenant_id}
    held = {"subject": subject, "agent": budgets.agent, "timezone": budgets.timezone, "amount": amount}
    rate = None if budgets.currency == "USD" else budgets.rate
    allowed = set(connection.execute(_RESERVE, {**values, **budgets.limits, **held, "rate": rate}).scalars())
    for kind in KINDS:
        if kind not in allowed and _has_book(kind, budgets.agent, subject):
            raise BudgetExceeded(f"{budgets.spell(kind)} are spent, or held back for others", limit=kind)


def _has_book(kind: Kind, agent: str, subject: str) -> bool:
    """As the statements have it: what nobody asked for is in no person's book."""
    return bool(subject) if kind == "person_day" else bool(agent) or not kind.startswith("agent")


def settle(connection: Connection, call: JournalKey, step: int, cost: Decimal | None, number: int = 0) -> list[Book]:
    """What the call did cost takes the place of what was held back, all of that where `cost` is None: nobody knows, and
    it may have been so much. Nothing without a hold. Safe to repeat."""
    values = {**_place(call, step, number), "cost": cost}
    return [Book(*row) for row in connection.execute(_SETTLE, values)]


def _place(call: JournalKey, step: int, number: int) -> dict[str, object]:
    return {"turn_id": call.turn_id, "step": step, "attempt": call.attempt, "number": number}


def settle_lost(connection: Connection, turn_id: UUID) -> None:
    """The calls of a turn on which nobody works any more may have been billed in full."""
    connection.execute(_SETTLE_LOST, {"turn_id": turn_id, "cost": None})


def settle_stale(connection: Connection, older_than: timedelta) -> int:
    """The same for calls that nobody came back for; how many books were changed."""
    return len(connection.execute(_SETTLE_STALE, {"older_than": older_than, "cost": None}).all())


def refuse_if_spent(connection: Connection, budgets: Budgets, tenant_id: UUID, subject: str) -> None:
    """For what is paid without a hold, since nobody knows its price beforehand. Raises BudgetExceeded."""
    asked = {"tenant_id": tenant_id, "subject": subject, "agent": budgets.agent, "timezone": budgets.timezone}
    spent = connection.execute(_SPENT, {**budgets.limits, **asked}).scalars().first()
    for kind in KINDS:
        if kind == spent:
            raise BudgetExceeded(f"{budgets.spell(kind)} are spent", limit=kind)


def charge(connection: Connection, budgets: Budgets, turn_id: UUID, cost: Decimal) -> None:
    """What was paid for the turn beside its LLM calls, such as a transcript: nothing was held back for it."""
    values = {"turn_id": turn_id, "timezone": budgets.timezone, "agent": budgets.agent, "cost": cost}
    connection.execute(_CHARGE, values)
