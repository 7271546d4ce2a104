"""Where others quote a person: her words, addresses and names cut out of everybody else's rows.

In the conversations that she shared, and in notices about her, whole runs of her words are looked for; in the company's
other rows only what names her or is hers alone, since many people ask the same question in the same words.
"""

from collections.abc import Iterator
from urllib.parse import quote, quote_plus
from uuid import UUID

from sqlalchemy import Connection, and_, select, text, update

from models.privacy import HOLDINGS
from models.quotes import Traces, traces_of
from models.tables import metadata

_SHORTEST_LITERAL = 8  # characters: a shorter user id may be anybody's word

_SAID = text("""
    SELECT text FROM message WHERE id IN (SELECT id FROM her_message) AND direction = 'in'
    UNION ALL SELECT subject FROM message WHERE id IN (SELECT id FROM her_message) AND direction = 'in'
    UNION ALL SELECT transcript FROM media WHERE message_id IN (SELECT id FROM her_message) AND transcript IS NOT NULL
    UNION ALL SELECT reason FROM discount_request d JOIN her_address h USING (account_id, address)
""")
_NAMING = text("""
    SELECT address FROM her_address UNION SELECT name FROM her_name WHERE name LIKE '% %'
    UNION SELECT sender_name FROM message WHERE id IN (SELECT id FROM her_message) AND sender_name LIKE '% %'
""")
_HERS_ALONE = text("""
    SELECT address FROM her_address UNION SELECT id::text FROM her_conversation
    UNION SELECT external_id FROM message WHERE id IN (SELECT id FROM her_message)
        AND direction = 'in' AND external_id !~ '^[SM]M[0-9a-f]{32}$'
    UNION SELECT reason FROM discount_request d JOIN her_address h USING (account_id, address)
    UNION SELECT words FROM proposal WHERE id IN (SELECT id FROM her_proposal)
    UNION SELECT text FROM crm_entry WHERE written_by IN (SELECT name FROM her_name)
""")
# Rows near her, by table: in conversations that she shared, and in what we told the company's people of her.
_NEAR_TURN = (
    "IN (SELECT id FROM turn WHERE conversation_id IN (SELECT id FROM her_thread) OR outcome IN ('notice', 'person'))"
)
_NEAR = {
    "message": f"conversation_id IN (SELECT id FROM her_thread) OR turn_id {_NEAR_TURN}",
    "outbox": f"turn_id {_NEAR_TURN}",
    "turn": "conversation_id IN (SELECT id FROM her_thread)",
    "run": f"turn_id {_NEAR_TURN}",
    "completion": f"turn_id {_NEAR_TURN}",
    "tool_call": f"turn_id {_NEAR_TURN}",
    "summary": "conversation_id IN (SELECT id FROM her_thread)",
    "proposal": "conversation_id IN (SELECT id FROM her_thread)",
    "fact": f"turn_id {_NEAR_TURN}",
}


def distinctive(connection: Connection) -> list[str]:
    """Texts that name her wherever they stand: addresses in each spelling, ids, whole texts of hers."""
    found = {str(one).strip() for one in connection.execute(_HERS_ALONE).scalars()}
    bare = {one.rpartition(":")[2] for one in found if one.startswith("whatsapp:")}
    found |= bare | {one.removeprefix("+") for one in bare | found if one.startswith("+")}
    return sorted(one for one in found if len(one) >= _SHORTEST_LITERAL)


def cut_quotations(connection: Connection, tenant_id: UUID) -> int:
    """How many rows of others were changed. What is collected must be there, and unerased."""
    connection.execute(
        text(
            "UPDATE message SET aside = '' WHERE aside <> '' AND conversation_id IN (SELECT id FROM her_thread) "
            "AND id NOT IN (SELECT id FROM her_message)"
        )
    )
    alone = distinctive(connection)
    naming = {str(one) for one in connection.execute(_NAMING).scalars() if len(one) > 2}
    near = traces_of(map(str, connection.execute(_SAID).scalars()), [*alone, *naming])
    changed = 0
    for name, condition in _NEAR.items():
        changed += _cut_in(connection, name, near, f"({condition}) AND NOT ({HOLDINGS[name].hers})", {})
    far = traces_of((), alone)
    for name, holding in HOLDINGS.items():
        if holding.quoting:
            changed += _cut_in(connection, name, far, *_mentioning(name, tenant_id, alone))
    return changed + _delete_events(connection, tenant_id, alone)


def _mentioning(name: str, tenant_id: UUID, literals: list[str]) -> tuple[str, dict[str, object]]:
    columns = " || ' ' || ".join(f"coalesce({column}::text, '')" for column in HOLDINGS[name].quoting)
    found = f"EXISTS (SELECT FROM unnest(CAST(:literals AS text[])) AS one WHERE strpos({columns}, one) > 0)"
    whose = f"tenant_id = :tenant AND {found} AND NOT ({HOLDINGS[name].hers})"
    return whose, {"tenant": tenant_id, "literals": literals}


def _cut_in(connection: Connection, name: str, traces: Traces, condition: str, values: dict[str, object]) -> int:
    table = metadata.tables[name]
    quoting = [table.c[column] for column in HOLDINGS[name].quoting]
    keys = list(table.primary_key.columns)
    changed = 0
    rows = connection.execute(select(*keys, *quoting).where(text(condition)), values).all()
    for row in rows:
        found = row[len(keys) :]
        left = [traces.cut_tree(value) for value in found]
        if left != list(found):
            new = {column.name: value for column, value in zip(quoting, left, strict=True) if value is not None}
            mine = and_(*(column == value for column, value in zip(keys, row, strict=False)))
            connection.execute(update(table).where(mine).values(new))
            changed += 1
    return changed


def _delete_events(connection: Connection, tenant_id: UUID, literals: list[str]) -> int:
    """Raw requests that name her: a batch in which she wrote with others, or a form with her number in it."""
    spellings = {spelled for one in literals for spelled in _as_sent(one)}
    statement = text(
        "DELETE FROM raw_event WHERE EXISTS (SELECT FROM unnest(CAST(:spellings AS bytea[])) AS one "
        "WHERE position(one IN body) > 0 OR position(one IN convert_to(target, 'UTF8')) > 0) "
        "AND account_id IN (SELECT id FROM channel_account WHERE tenant_id = :tenant)"
    )
    sought = [one.encode() for one in sorted(spellings)]
    return connection.execute(statement, {"spellings": sought, "tenant": tenant_id}).rowcount


def _as_sent(literal: str) -> Iterator[str]:
    """In JSON and text, and in a form."""
    yield literal
    yield quote(literal, safe="")
    yield quote_plus(literal)
