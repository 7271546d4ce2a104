"""What belongs to a person, collected once in temporary tables that live as long as the transaction: her addresses,
messages, turns, conversations. `models.privacy.inventory` says by them which rows are hers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

_SINGLE = (
    "her_holder",
    "her_contact",
    "her_message",
    "her_turn",
    "her_conversation",
    "her_event",
    "her_part",
    "her_customer_fact",
)
_MAKE = "; ".join(
    (
        *(f"CREATE TEMP TABLE {name} (id uuid PRIMARY KEY) ON COMMIT DROP" for name in (*_SINGLE, "her_proposal")),
        "CREATE TEMP TABLE her_address (account_id uuid, address text, PRIMARY KEY (account_id, address)) "
        "ON COMMIT DROP",
        "CREATE TEMP TABLE her_thread (id uuid PRIMARY KEY, account_id uuid) ON COMMIT DROP",
        "CREATE TEMP TABLE her_name (name text PRIMARY KEY) ON COMMIT DROP",
        "CREATE TEMP TABLE her_customer (name text PRIMARY KEY) ON COMMIT DROP",
    )
)

# Each adds what the ones before lead to; repeated until nothing is added.
_GROW = (
    """INSERT INTO her_holder SELECT holder_id FROM contact JOIN her_address USING (account_id, address)
    UNION SELECT person_id FROM identity JOIN her_address USING (account_id, address) ON CONFLICT DO NOTHING""",
    """INSERT INTO her_address SELECT account_id, address FROM contact
    WHERE tenant_id = :tenant AND holder_id IN (SELECT id FROM her_holder)
    UNION SELECT account_id, address FROM identity WHERE person_id IN (SELECT id FROM her_holder)
    UNION SELECT s.account_id, s.sender FROM sender_alias s JOIN her_address h USING (account_id, address)
    UNION SELECT s.account_id, s.address FROM sender_alias s
        JOIN her_address h ON h.account_id = s.account_id AND h.address = s.sender
    ON CONFLICT DO NOTHING""",
)

_ACCENTS = "'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn'"


def _folded(words: str) -> str:
    """Without case, accents and marks, each word between spaces."""
    return f"' ' || regexp_replace(translate(lower({words}), {_ACCENTS}), '[^a-z0-9]+', ' ', 'g') || ' '"


# Of a name, no part that names anybody, unless it is all that she is called.
_PARTICLES = "'{dos,das,del,des,dal,los,las,van,von,der,den,und,and,the}'::text[]"

# What she told of customers; what others told that gives her whole name; and of the customer whom she belongs to what
# holds any part of her name, the customer's own name aside, for buyers are called by one name.
_TOLD_OF_CUSTOMERS = f"""
    INSERT INTO her_customer_fact
    WITH called AS (SELECT btrim({_folded("name")}) AS name FROM her_name),
    part AS (SELECT word FROM called, unnest(string_to_array(name, ' ')) AS word
        WHERE length(word) > 2 AND (word = name OR word <> ALL ({_PARTICLES})))
    SELECT f.id FROM customer_fact f CROSS JOIN LATERAL (
        SELECT replace({_folded("f.value || ' ' || f.quote")}, btrim({_folded("f.customer")}), '') AS words,
            {_folded("f.value || ' ' || f.quote")} AS told
    ) AS t
    WHERE f.tenant_id = :tenant AND (f.contact_id IN (SELECT id FROM her_contact)
        OR btrim({_folded("f.customer")}) IN (SELECT name FROM called)
        OR EXISTS (SELECT FROM called c WHERE c.name LIKE '% %' AND strpos(t.told, ' ' || c.name || ' ') > 0)
        OR f.customer IN (SELECT name FROM her_customer)
            AND EXISTS (SELECT FROM part p WHERE strpos(t.words, ' ' || p.word || ' ') > 0))
"""
_SENDER = "coalesce(nullif(m.sender, ''), c.sender)"
_COLLECT = (
    """INSERT INTO her_contact SELECT c.id FROM contact c
    WHERE c.tenant_id = :tenant AND (c.holder_id IN (SELECT id FROM her_holder)
        OR EXISTS (SELECT FROM her_address h WHERE h.account_id = c.account_id  -- or what it was: `leaving`
            AND c.address IN (h.address, h.address || '#' || c.id)))""",
    "INSERT INTO her_name SELECT name FROM person WHERE id IN (SELECT id FROM her_holder) AND name <> '' "
    "ON CONFLICT DO NOTHING",
    "INSERT INTO her_customer SELECT customer FROM person WHERE id IN (SELECT id FROM her_holder) "
    "AND role = 'customer' AND customer <> '' ON CONFLICT DO NOTHING",
    f"""INSERT INTO her_message SELECT m.id FROM her_address h
    JOIN conversation c ON c.account_id = h.account_id
    JOIN message m ON m.conversation_id = c.id AND m.direction = 'in' AND {_SENDER} = h.address
    WHERE c.tenant_id = :tenant ON CONFLICT DO NOTHING""",
    """INSERT INTO her_thread SELECT c.id, c.account_id FROM conversation c JOIN her_address h USING (account_id)
    WHERE c.tenant_id = :tenant AND (c.sender IN (h.address, 'duty:' || h.address)
        OR c.thread_key IN (h.address, 'duty:' || h.address))
    UNION SELECT c.id, c.account_id FROM conversation c
        JOIN message m ON m.conversation_id = c.id JOIN her_message h ON h.id = m.id
    ON CONFLICT DO NOTHING""",
    f"""INSERT INTO her_conversation SELECT t.id FROM her_thread t JOIN conversation c USING (id)
    WHERE NOT EXISTS (SELECT FROM message m WHERE m.conversation_id = t.id AND m.direction = 'in'
        AND (m.account_id, {_SENDER}) NOT IN (SELECT account_id, address FROM her_address))""",
    """INSERT INTO her_turn SELECT m.turn_id FROM message m JOIN her_message h USING (id) WHERE m.turn_id IS NOT NULL
    UNION SELECT t.id FROM turn t WHERE t.conversation_id IN (SELECT id FROM her_conversation)""",
    """INSERT INTO her_event SELECT m.raw_event_id FROM message m JOIN her_message h USING (id)
    WHERE m.raw_event_id IS NOT NULL ON CONFLICT DO NOTHING""",
    """INSERT INTO her_message SELECT m.id FROM message m WHERE m.conversation_id IN (SELECT id FROM her_conversation)
        OR (m.direction = 'out' AND m.turn_id IN (SELECT id FROM her_turn)) ON CONFLICT DO NOTHING""",
    """INSERT INTO her_part SELECT id FROM outbox WHERE turn_id IN (SELECT id FROM her_turn)""",
    _TOLD_OF_CUSTOMERS,
    """INSERT INTO her_proposal SELECT p.id FROM proposal p JOIN conversation c ON c.id = p.conversation_id
    WHERE p.tenant_id = :tenant AND (p.turn_id IN (SELECT id FROM her_turn)
        OR (c.account_id, p.address) IN (SELECT account_id, address FROM her_address))""",
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody writes from, and who holds it: the same for the addresses of one person."""

    account_id: UUID
    channel: str
    account: str
    address: str
    holder_id: UUID | None


_KNOWN = text("""
    SELECT a.id, a.channel, a.name, found.address, found.holder_id FROM (
        SELECT account_id, address, holder_id FROM contact
        UNION SELECT i.account_id, i.address, i.person_id FROM identity i
        UNION SELECT s.account_id, s.address, NULL FROM sender_alias s
        UNION SELECT c.account_id, c.sender, NULL FROM conversation c
        UNION SELECT m.account_id, m.sender, NULL FROM message m WHERE m.direction = 'in' AND m.sender <> ''
    ) AS found JOIN channel_account a ON a.id = found.account_id
    WHERE a.tenant_id = :tenant AND lower(found.address) IN (lower(:asked), lower('whatsapp:' || :asked))
""")
_BY_HOLDER = text("""
    SELECT a.id, a.channel, a.name, c.address, c.holder_id FROM contact c JOIN channel_account a ON a.id = c.account_id
    WHERE c.tenant_id = :tenant AND (c.holder_id = :id OR c.id = :id)
    UNION SELECT a.id, a.channel, a.name, i.address, i.person_id
    FROM identity i JOIN channel_account a ON a.id = i.account_id WHERE a.tenant_id = :tenant AND i.person_id = :id
""")


def find_addresses(connection: Connection, tenant_id: UUID, asked: str) -> list[Address]:
    """Wherever that address is known, whoever holds it there; `whatsapp:` may be left out."""
    return [Address(*row) for row in connection.execute(_KNOWN, {"tenant": tenant_id, "asked": asked})]


def addresses_of(connection: Connection, tenant_id: UUID, holder_id: UUID) -> list[Address]:
    """Of a person, or of whoever holds a contact."""
    return [Address(*row) for row in connection.execute(_BY_HOLDER, {"tenant": tenant_id, "id": holder_id})]


def collect(connection: Connection, tenant_id: UUID, holders: Sequence[UUID], addresses: Sequence[Address]) -> None:
    """Fill the tables with all that is hers, whichever of her addresses she is known by. Once in a transaction."""
    for statement in _MAKE.split("; "):
        connection.execute(text(statement))
    for holder in holders:
        connection.execute(text("INSERT INTO her_holder VALUES (:id) ON CONFLICT DO NOTHING"), {"id": holder})
    for one in addresses:
        values = {"account": one.account_id, "address": one.address}
        connection.execute(text("INSERT INTO her_address VALUES (:account, :address) ON CONFLICT DO NOTHING"), values)
    while sum(connection.execute(text(statement), {"tenant": tenant_id}).rowcount for statement in _GROW):
        pass
    for statement in _COLLECT:
        connection.execute(text(statement), {"tenant": tenant_id})


def her_threads(connection: Connection) -> list[UUID]:
    """Every conversation in which she wrote, those with others among them."""
    return list(connection.execute(text("SELECT id FROM her_thread ORDER BY id")).scalars())
