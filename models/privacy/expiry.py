"""What becomes of rows whose time is over: emptied where the company's figures stand in them, else deleted.

Each step is given the ids of a batch and leaves what still waits: for an answer, a delivery, a yes or a ruling. A
turn's time begins when it is settled, and it goes whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text

from models.memory.remembered import MEMORY_LOCK
from models.privacy.leftover_file import note_leftovers

GONE: Final = "expired"  # the outcome of turns whose words are no more

_NO_WORDS = {"error": "''"}
# What a row goes on with: figures, moments, ids, and who wrote. `inventory` names the same columns as personal.
EXPIRED: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "message": {
            **dict.fromkeys(("sender_name", "text", "subject", "aside", "fingerprint"), "''"),
            "extra": "NULL",
        },
        "media": {
            **dict.fromkeys(("name", "url", "storage_key", "error"), "''"),
            "transcript": "NULL",
            "status": "CASE status WHEN 'failed' THEN 'failed' ELSE 'deleted' END",
        },
        "outbox": {**dict.fromkeys(("to_address", "body", "error"), "''"), "extra": "NULL"},
        "receipt": {"extra": "NULL"},
        "turn": {"outcome": f"'{GONE}'", **_NO_WORDS, "remembered_at": "coalesce(remembered_at, now())"},
        "run": {"memory": "NULL", "grounding": "NULL", **_NO_WORDS},
        "completion": {"answer": "NULL", "request_id": "''"},
        "audit": {**dict.fromkeys(("address", "person", "words"), "''"), "detail": "NULL"},
    }
)

_IN_TURNS = "turn_id = ANY(:turns)"
_OF_MESSAGES = "(id = ANY(:messages) OR turn_id = ANY(:turns))"
_MEDIA = "message_id IN (SELECT id FROM message WHERE (id = ANY(:messages) OR turn_id = ANY(:turns)))"
_RECEIPTS = "outbox_id IN (SELECT id FROM outbox WHERE turn_id = ANY(:turns))"


def _emptying(table: str, which: str) -> str:
    """Rows that hold nothing more are not written again."""
    changed = EXPIRED[table]
    columns, values = ", ".join(changed), ", ".join(changed.values())
    changes = ", ".join(f"{column} = {value}" for column, value in changed.items())
    return f"UPDATE {table} SET {changes} WHERE {which} AND ROW({columns}) IS DISTINCT FROM ROW({values})"  # noqa: S608


def _deleting(table: str, which: str) -> str:
    return f"DELETE FROM {table} WHERE {which}"  # noqa: S608


_FILES: Final = text(f"SELECT storage_key FROM media WHERE {_MEDIA}")  # noqa: S608
# Parents come last: what hangs on a row is found by it.
_TAKE: Final = tuple(
    text(statement)
    for statement in (
        _emptying("media", _MEDIA),
        _emptying("receipt", _RECEIPTS),
        _emptying("outbox", _IN_TURNS),
        _deleting("tool_call", _IN_TURNS),
        _deleting("cached_answer", _IN_TURNS),
        _deleting("kept_result", _IN_TURNS),
        _deleting("awaited_answer", _IN_TURNS),
        _emptying("completion", _IN_TURNS),
        _emptying("run", _IN_TURNS),
        _emptying("message", _OF_MESSAGES),
        _emptying("turn", "id = ANY(:turns) AND outcome <> 'erased'"),
    )
)


@dataclass(frozen=True, slots=True)
class Over:
    """What may go of a batch, held until the commit; `waiting` are those of the company's that may not yet."""

    messages: tuple[UUID, ...]
    turns: tuple[UUID, ...]
    waiting: tuple[UUID, ...]


# Conversations before turns, as everybody locks them. One that somebody works on just now, or takes into memory, is
# left for the next round. Their ids come first: the lock is asked for of no other conversation.
_HOLD = """
    WITH these AS MATERIALIZED (
        SELECT DISTINCT conversation_id AS id FROM {table} WHERE id = ANY(:ids) AND tenant_id = :tenant
    ), free AS MATERIALIZED (SELECT id FROM these WHERE {lock})
    SELECT id FROM conversation WHERE id IN (SELECT id FROM free) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
_HOLD_BY_MESSAGES, _HOLD_BY_TURNS = (text(_HOLD.format(table=table, lock=MEMORY_LOCK)) for table in ("message", "turn"))
_SETTLED = "coalesce(t.status = 'settled' AND t.settled_at < :before, false)"
_UNANSWERED = "m.direction = 'out' OR m.unanswerable <> ''"  # what waits for no turn
_IS_OVER = f"CASE WHEN m.turn_id IS NULL THEN {_UNANSWERED} ELSE {_SETTLED} END"
_MESSAGES = text(f"""
    SELECT m.id, m.turn_id, m.conversation_id = ANY(:held) AND {_IS_OVER} AS is_over
    FROM message m LEFT JOIN turn t ON t.id = m.turn_id WHERE m.id = ANY(:ids) AND m.tenant_id = :tenant
""")  # noqa: S608
_TURNS = text(f"""
    SELECT t.id, t.conversation_id = ANY(:held) AND {_SETTLED} AS is_over
    FROM turn t WHERE t.id = ANY(:ids) AND t.tenant_id = :tenant
""")  # noqa: S608


def hold_messages(connection: Connection, tenant_id: UUID, ids: Sequence[UUID], before: datetime) -> Over:
    """Of these messages, with the turns that they belong to."""
    asked: dict[str, Any] = {"tenant": tenant_id, "ids": list(ids)}
    held = list(connection.execute(_HOLD_BY_MESSAGES, asked).scalars())
    rows = connection.execute(_MESSAGES, {**asked, "held": held, "before": before}).all()
    turns = dict.fromkeys(row.turn_id for row in rows if row.is_over and row.turn_id is not None)
    return Over(tuple(row.id for row in rows if row.is_over), tuple(turns), _waiting(rows))


def hold_turns(connection: Connection, tenant_id: UUID, ids: Sequence[UUID], before: datetime) -> Over:
    asked: dict[str, Any] = {"tenant": tenant_id, "ids": list(ids)}
    held = list(connection.execute(_HOLD_BY_TURNS, asked).scalars())
    rows = connection.execute(_TURNS, {**asked, "held": held, "before": before}).all()
    return Over((), tuple(row.id for row in rows if row.is_over), _waiting(rows))


def _waiting(rows: Sequence[Row[Any]]) -> tuple[UUID, ...]:
    return tuple(row.id for row in rows if not row.is_over)


def take_words(connection: Connection, over: Over) -> None:
    """Of what is held: what was said, what it was made of and what was made of it. Safe to repeat."""
    asked = {"messages": list(over.messages), "turns": list(over.turns)}
    note_leftovers(connection, connection.execute(_FILES, asked).scalars().all())
    for statement in _TAKE:
        connection.execute(statement, asked)


@dataclass(frozen=True, slots=True)
class _Taking:
    """A table of which rows go by themselves: `taking` whichever is not `waiting`."""

    taking: str
    waiting: str = "false"


_NOT_ANSWERED = f"""EXISTS (SELECT FROM message m LEFT JOIN turn t ON t.id = m.turn_id
    WHERE m.id = media.message_id AND NOT ({_IS_OVER}))"""
_MINE = "id = ANY(:ids) AND tenant_id = :tenant"
_BY_THEMSELVES: Final = {
    "media": _Taking(
        "UPDATE media SET status = 'deleted', url = '', storage_key = '' WHERE status = 'stored'",
        f"status IN ('pending', 'stored') AND {_NOT_ANSWERED}",
    ),
    "fact": _Taking("DELETE FROM fact WHERE true"),
    "customer_fact": _Taking("DELETE FROM customer_fact WHERE true"),
    "proposal": _Taking(
        "DELETE FROM proposal WHERE true",
        "(status IN ('confirmed', 'undoing', 'unknown') OR status = 'open' AND expires_at > now())",
    ),
    "audit": _Taking(_emptying("audit", "true")),
    "discount_request": _Taking("DELETE FROM discount_request WHERE true", "status = 'waiting'"),
}


def take_rows(
    connection: Connection, table: str, tenant_id: UUID, ids: Sequence[UUID], before: datetime
) -> Sequence[UUID]:
    """Those of the company's among these that had to stay."""
    rule = _BY_THEMSELVES[table]
    asked = {"tenant": tenant_id, "ids": list(ids), "before": before}
    unused = " AND CAST(:before AS timestamptz) IS NOT NULL"
    if table == "media":
        going = f"SELECT storage_key FROM media WHERE status = 'stored' AND {_MINE} AND NOT ({rule.waiting})"  # noqa: S608
        note_leftovers(connection, connection.execute(text(going), asked).scalars().all())
    connection.execute(text(f"{rule.taking} AND {_MINE} AND NOT ({rule.waiting}){unused}"), asked)
    left = text(f"SELECT id FROM {table} WHERE {_MINE} AND {rule.waiting}{unused}")  # noqa: S608
    return connection.execute(left, asked).scalars().all()
