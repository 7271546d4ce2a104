"""Where others quote a person: her words, addresses and names cut out of everybody else's rows.

In the conversations that she shared, and in notices about her, whole runs of her words are looked for; in the company's
other rows only what names her for certain. What a sender may choose - a user id of /chat, a Message-ID - is looked for
nowhere but where ids stand, as a whole: somebody called `</table>` must not take other people's words along.
"""

import json
import re
from collections.abc import Collection, Iterator
from urllib.parse import quote, quote_plus
from uuid import UUID

from sqlalchemy import Connection, and_, delete, select, text, update

from models.message import raw_events
from models.privacy.inventory import HOLDINGS
from models.privacy.quotes import Traces, traces_of
from models.privacy.retention import needed_events
from models.tables import metadata

# Others' messages that nobody waits for any more.
_ANSWERED = (
    "(direction = 'out' OR unanswerable <> '' "
    "OR turn_id IN (SELECT id FROM turn WHERE turn.id = turn_id AND status = 'settled'))"
)
_SAID = text("""
    SELECT text FROM message WHERE id IN (SELECT id FROM her_message) AND direction = 'in'
    UNION ALL SELECT subject FROM message WHERE id IN (SELECT id FROM her_message) AND direction = 'in'
    UNION ALL SELECT transcript FROM media WHERE message_id IN (SELECT id FROM her_message) AND transcript IS NOT NULL
    UNION ALL SELECT reason FROM discount_request d JOIN her_address h USING (account_id, address)
""")
_NAMES = text("""
    SELECT name FROM her_name WHERE name LIKE '% %'
    UNION SELECT sender_name FROM message WHERE id IN (SELECT id FROM her_message) AND sender_name LIKE '% %'
""")
_ADDRESSES = text("SELECT DISTINCT address FROM her_address")
_CONVERSATIONS = text("SELECT id::text FROM her_conversation")
_IDS = text("""
    SELECT external_id FROM message WHERE id IN (SELECT id FROM her_message)
    AND direction = 'in' AND external_id !~ '^[SM]M[0-9a-f]{32}$'
""")
_PHONE = re.compile(r"(?:whatsapp:)?\+[0-9]{8,15}")
_MAILBOX = re.compile(r"[\w.%+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_OF_IDS = ("quotes", "follows", "extra")  # columns in which ids stand
_GIVEN_AGAIN = ("cached_answer", "kept_result")  # not to be told with a hole in it
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
    """Texts that name her wherever they stand, and nobody else: addresses in each spelling, and ids of ours."""
    addresses = [str(one).strip() for one in connection.execute(_ADDRESSES).scalars()]
    found = {one for one in addresses if _PHONE.fullmatch(one) or _MAILBOX.fullmatch(one)}
    bare = {one.rpartition(":")[2] for one in found if one.startswith("whatsapp:")}
    found |= bare | {one.removeprefix("+") for one in bare | found if one.startswith("+")}
    return sorted(found | {str(one) for one in connection.execute(_CONVERSATIONS).scalars()})


def logged(connection: Connection) -> list[str]:
    """How lines of our logs name her, whatever her address looks like; `distinctive` ones aside."""
    return [f'"user_id": {json.dumps(str(one))}' for one in connection.execute(_ADDRESSES).scalars()]


def cut_quotations(connection: Connection, tenant_id: UUID) -> int:
    """How many rows of others were changed. What is collected must be there, and unerased. What others still wait for
    an answer to is left as it is."""
    connection.execute(
        text(
            "UPDATE message SET aside = '' WHERE aside <> '' AND conversation_id IN (SELECT id FROM her_thread) "
            f"AND id NOT IN (SELECT id FROM her_message) AND {_ANSWERED}"
        )
    )
    alone = distinctive(connection)
    naming = {str(one) for one in connection.execute(_NAMES).scalars() if len(one) > 2}
    near = traces_of(map(str, connection.execute(_SAID).scalars()), [*alone, *naming])
    ids = traces_of((), map(str, connection.execute(_IDS).scalars()))
    changed = 0
    for name, condition in _NEAR.items():
        which = f"({condition}) AND NOT ({HOLDINGS[name].hers})"
        changed += _cut_in(connection, name, near, which, {})
        changed += _cut_in(connection, name, ids, which, {}, _OF_IDS)
    far = traces_of((), alone)
    for name, holding in HOLDINGS.items():
        if name in _GIVEN_AGAIN:
            which, values = _mentioning(name, tenant_id, alone)
            changed += connection.execute(text(f"DELETE FROM {name} WHERE {which}"), values).rowcount
        elif holding.quoting:
            changed += _cut_in(connection, name, far, *_mentioning(name, tenant_id, alone))
    return changed + _delete_events(connection, tenant_id, alone)


def _mentioning(name: str, tenant_id: UUID, literals: list[str]) -> tuple[str, dict[str, object]]:
    columns = " || ' ' || ".join(f"coalesce({column}::text, '')" for column in HOLDINGS[name].quoting)
    found = f"EXISTS (SELECT FROM unnest(CAST(:literals AS text[])) AS one WHERE strpos({columns}, one) > 0)"
    whose = f"tenant_id = :tenant AND {found} AND NOT ({HOLDINGS[name].hers})"
    return whose, {"tenant": tenant_id, "literals": literals}


def _cut_in(
    connection: Connection,
    name: str,
    traces: Traces,
    condition: str,
    values: dict[str, object],
    within: Collection[str] | None = None,
) -> int:
    """In the quoting columns, or in those of them that are `within`."""
    table = metadata.tables[name]
    quoting = [table.c[column] for column in HOLDINGS[name].quoting if within is None or column in within]
    if not quoting:
        return 0
    keys = list(table.primary_key.columns)
    changed = 0
    if name == "message":
        condition = f"({condition}) AND {_ANSWERED}"
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
    sought = [one.encode() for one in sorted(spellings)]
    named = text(
        "EXISTS (SELECT FROM unnest(CAST(:spellings AS bytea[])) AS one "
        "WHERE position(one IN body) > 0 OR position(one IN convert_to(target, 'UTF8')) > 0) "
        "AND account_id IN (SELECT id FROM channel_account WHERE tenant_id = :tenant)"
    )
    unneeded = raw_events.c.id.not_in(needed_events().subquery().select())
    statement = delete(raw_events).where(named, unneeded)
    return connection.execute(statement, {"spellings": sought, "tenant": tenant_id}).rowcount


def _as_sent(literal: str) -> Iterator[str]:
    """In JSON and text, and in a form."""
    yield literal
    yield quote(literal, safe="")
    yield quote_plus(literal)
