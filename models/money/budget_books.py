"""The books of budgets as people read them, begun from what was spent before, and what is told of each only once."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args
from uuid import UUID

from sqlalchemy import Connection, text

from models.money.budget import BEGINS_ON, KINDS, SUBJECT, Budgets, Kind

News = Literal["warned_at", "stopped_at", "vectors_stopped_at"]

_TODAY = "(now() AT TIME ZONE :timezone)::date"

_BEGIN = text(f"""
    WITH today AS (SELECT {_TODAY} AS day),
    paid AS (
        SELECT coalesce(nullif(m.sender, ''), c.sender) AS subject, u.cost,
            (u.created_at AT TIME ZONE :timezone)::date AS day
        FROM completion u JOIN message m ON m.id = u.turn_id JOIN conversation c ON c.id = m.conversation_id, today
        WHERE u.tenant_id = :tenant_id AND u.cost > 0
        AND u.created_at >= date_trunc('month', today.day) AT TIME ZONE :timezone
        UNION ALL
        SELECT '', e.cost, e.day FROM embedding_use e, today
        WHERE e.tenant_id = :tenant_id AND e.cost > 0 AND e.day >= date_trunc('month', today.day)::date
    )
    INSERT INTO budget (tenant_id, kind, subject, begins_on, spent)
    SELECT :tenant_id, 'day', '', today.day, coalesce(sum(paid.cost), 0)
    FROM today LEFT JOIN paid USING (day) GROUP BY today.day
    UNION ALL
    SELECT :tenant_id, 'month', '', date_trunc('month', today.day)::date, coalesce(sum(paid.cost), 0)
    FROM today LEFT JOIN paid ON true GROUP BY today.day
    UNION ALL
    SELECT :tenant_id, 'person_day', paid.subject, today.day, sum(paid.cost)
    FROM today JOIN paid USING (day) WHERE paid.subject <> '' GROUP BY today.day, paid.subject
    ON CONFLICT DO NOTHING
""")  # noqa: S608  # constants of ours
_OPEN = text(f"""
    SELECT count(*) FROM budget b, (SELECT {_TODAY} AS day) AS today WHERE b.tenant_id = :tenant_id AND b.subject = ''
    AND (b.kind, b.begins_on) IN (('day', today.day), ('month', date_trunc('month', today.day)::date))
""")  # noqa: S608  # constants of ours
_READ = text(f"""
    SELECT b.kind, b.spent, b.reserved FROM budget b, (
        SELECT kind, CAST(:subject AS text) AS subject, CAST(:agent AS text) AS agent, {_TODAY} AS day
        FROM unnest(CAST(:kinds AS text[])) AS kind
    ) AS wanted
    WHERE b.tenant_id = :tenant_id AND b.kind = wanted.kind
    AND (b.subject, b.begins_on) = (SELECT {SUBJECT}, {BEGINS_ON} FROM (SELECT wanted.*) AS one)
""")  # noqa: S608  # constants of ours
_NOTE = {
    column: text(f"""
        INSERT INTO budget AS b (tenant_id, kind, subject, begins_on, {column})
        SELECT :tenant_id, kind, {SUBJECT}, {BEGINS_ON}, now() FROM (
            SELECT CAST(:kind AS text) AS kind, CAST(:subject AS text) AS subject, CAST(:agent AS text) AS agent,
                {_TODAY} AS day
        ) AS wanted
        ON CONFLICT (tenant_id, kind, subject, begins_on) DO UPDATE SET {column} = now() WHERE b.{column} IS NULL
        RETURNING b.kind
    """)  # noqa: S608  # constants of ours
    for column in get_args(News)
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A budget that has a limit, in its present period; in USD, but for the limit as it was `stated`."""

    kind: Kind
    limit: Decimal
    spent: Decimal
    reserved: Decimal
    stated: str

    @property
    def left(self) -> Decimal:
        return max(self.limit - self.spent - self.reserved, Decimal(0))


def begin_books(connection: Connection, tenant_id: UUID, budgets: Budgets) -> None:
    """What this month and today have cost already, where no book is open yet: a budget may be set at any time."""
    connection.execute(_BEGIN, {"tenant_id": tenant_id, "timezone": budgets.timezone})


def begin_missing_books(connection: Connection, tenant_id: UUID, budgets: Budgets) -> None:
    """The same where it is asked often: nothing is summed up while the company's books are open. Commit it before
    anything else is written there, which would open a book at nothing."""
    values = {"tenant_id": tenant_id, "timezone": budgets.timezone}
    if connection.execute(_OPEN, values).scalar_one() < 2:
        begin_books(connection, tenant_id, budgets)


def list_standing(connection: Connection, tenant_id: UUID, budgets: Budgets, subject: str = "") -> list[Standing]:
    """How the limits of the tenant stand just now, those of the agent, and that of one person (an empty `subject`: of
    nobody)."""
    kinds = [kind for kind in KINDS if budgets.limit(kind) is not None and (subject or kind != "person_day")]
    values = {"tenant_id": tenant_id, "subject": subject, "agent": budgets.agent, "kinds": kinds}
    rows = connection.execute(_READ, {**values, "timezone": budgets.timezone})
    books = {row.kind: (row.spent, row.reserved) for row in rows}
    nothing = (Decimal(0), Decimal(0))
    return [
        Standing(kind, limit, *books.get(kind, nothing), stated=budgets.spell(kind))
        for kind in kinds
        if (limit := budgets.limit(kind)) is not None
    ]


def note_news(
    connection: Connection,
    tenant_id: UUID,
    budgets: Budgets,
    kind: Kind,
    subject: str,
    column: News,
) -> bool:
    """Whether this is the first to be told of the budget's present period: that it nears its end, has ended,
    or has no room for vectors."""
    place = {"tenant_id": tenant_id, "kind": kind, "subject": subject, "agent": budgets.agent}
    return connection.execute(_NOTE[column], {**place, "timezone": budgets.timezone}).first() is not None
