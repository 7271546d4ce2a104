"""Taking messages in: raw event, conversation and messages in one transaction, each external id claimed for ever."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, func, insert, literal, select
from sqlalchemy.exc import IntegrityError

from models.errors import IdempotencyConflict
from models.faultpoint import faultpoint
from models.ids import new_id
from models.inbound import InboundMessage
from models.message import media, messages
from models.person import find_sender
from models.session import session_scope
from models.statement import execute_alone
from models.tenant import AccountKey
from models.threads import find_thread_key

# One message, in one round trip. `known`: it lies there already, and then nothing else happens. `sender`: the address
# under which she was first known. `place`: the conversation, made if new, and locked until the commit. A delivery that
# does not see another one of the same id, because that commits only now, meets the constraint on the claim: then all
# of this statement is undone. What a message does not say of its sender, and an earlier one of the same sender did,
# stays known: a platform's listing tells less than its webhook. What nobody may answer wakes nobody.
_TAKE_IN = """
WITH known AS (
  SELECT id, conversation_id, fingerprint FROM message
  WHERE account_id = %(account_id)s AND external_id = %(external_id)s
), sender AS (
  SELECT named.addresses, coalesce((
    SELECT a.sender FROM sender_alias a
    WHERE a.account_id = %(account_id)s AND a.address = ANY (named.addresses)
    ORDER BY array_position(named.addresses, a.address) LIMIT 1
  ), %(sender)s) AS address
  FROM (SELECT string_to_array(%(addresses)s, E'\\n') AS addresses) AS named
  WHERE NOT EXISTS (SELECT FROM known)
), alias AS (
  INSERT INTO sender_alias (account_id, address, sender)
  SELECT %(account_id)s, one, sender.address FROM sender, unnest(sender.addresses) AS one
  WHERE cardinality(sender.addresses) > 1 ORDER BY one
  ON CONFLICT DO NOTHING
), event AS (
  INSERT INTO raw_event (id, account_id, target, headers, body, trace_id)
  SELECT %(event_id)s, %(account_id)s, %(target)s, %(headers)s::jsonb, %(body)s, %(trace_id)s FROM sender
  ON CONFLICT DO NOTHING
), place AS (
  INSERT INTO conversation AS c
    (id, tenant_id, account_id, thread_key, sender, aliases, reply_to, sender_name, due_at, next_seq)
  SELECT %(conversation_id)s, %(tenant_id)s, %(account_id)s, coalesce(%(thread)s, sender.address), sender.address,
    array_to_string(array_remove(sender.addresses, sender.address), E'\\n'), %(reply_to)s, %(sender_name)s,
    now() + make_interval(secs => %(quiet)s), 2
  FROM sender
  ON CONFLICT (account_id, thread_key) DO UPDATE SET
    sender = excluded.sender,
    aliases = CASE WHEN c.sender = excluded.sender AND excluded.aliases = '' THEN c.aliases ELSE excluded.aliases END,
    reply_to = excluded.reply_to,
    sender_name = CASE WHEN c.sender = excluded.sender AND excluded.sender_name = ''
      THEN c.sender_name ELSE excluded.sender_name END,
    due_at = least(c.due_at, excluded.due_at),
    next_seq = c.next_seq + 1
  RETURNING c.id, c.next_seq
), claimed AS (
  INSERT INTO message
    (id, tenant_id, conversation_id, account_id, external_id, seq, direction, raw_event_id, trace_id, kind, text,
     subject, aside, quotes, follows, is_forwarded, is_verified, unanswerable, extra, fingerprint, sender, sender_name)
  SELECT %(message_id)s, %(tenant_id)s, place.id, %(account_id)s, %(external_id)s, place.next_seq - 1, 'in',
    %(event_id)s, %(trace_id)s, %(kind)s, %(text)s, %(subject)s, %(aside)s, %(quotes)s, %(follows)s::jsonb,
    %(is_forwarded)s, %(is_verified)s, %(unanswerable)s, %(extra)s::jsonb, %(fingerprint)s, sender.address,
    %(sender_name)s
  FROM place, sender
  RETURNING id, conversation_id
)
SELECT id, conversation_id, fingerprint, true AS is_known FROM known
UNION ALL
SELECT id, conversation_id, %(fingerprint)s, false FROM claimed
"""
_CLAIM = "message_claimed_once"


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A verified request to keep; `headers` are the harmless ones, chosen by the door."""

    target: str
    headers: Mapping[str, str]
    body: bytes
    trace_id: str


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a message lies. `is_duplicate` says that it lay there before, unchanged."""

    message_id: UUID
    conversation_id: UUID
    is_duplicate: bool


def store_messages(
    engine: Engine,
    account: AccountKey,
    request: RawRequest,
    inbound: Sequence[InboundMessage],
    quiet: timedelta = timedelta(0),
) -> list[Stored]:
    """Commit them all or raise; whatever came before is left as it is. Safe to repeat, on any number of processes.

    The conversation becomes due `quiet` from now. Raises IdempotencyConflict if a known external id has another body.
    """
    for _ in range(1 + len(inbound)):  # each of a batch may meet another delivery of its own
        try:
            if len(inbound) == 1 and _is_one_statement(inbound[0]):
                return [_store_at_once(engine, account, request, inbound[0], quiet)]
            with session_scope(engine) as connection:
                return _store_all(connection, account, request, inbound, quiet)
        except IntegrityError as error:
            if not _is_raced(error):
                raise
    raise AssertionError("a claimed external id is seen when one looks again")


def _is_one_statement(item: InboundMessage) -> bool:
    """Whether all there is to store of it is stored by `_TAKE_IN`."""
    return not item.follows and not item.media


def _is_raced(error: IntegrityError) -> bool:
    """Another delivery of the same id committed first."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None) == _CLAIM


def _store_at_once(
    engine: Engine, account: AccountKey, request: RawRequest, item: InboundMessage, quiet: timedelta
) -> Stored:
    """One statement is a transaction by itself: nothing of it is there, or all of it is committed."""
    faultpoint("ingress.opened")
    return _as_stored(item, execute_alone(engine, _TAKE_IN, _values(account, request, item, new_id(), quiet)))


def _store_all(
    connection: Connection,
    account: AccountKey,
    request: RawRequest,
    inbound: Sequence[InboundMessage],
    quiet: timedelta,
) -> list[Stored]:
    faultpoint("ingress.opened")
    event_id = new_id()
    stored: dict[str, Stored] = {}
    for item in inbound:
        if item.external_id not in stored:  # a batch may name one id twice
            stored[item.external_id] = _store_one(connection, account, request, item, event_id, quiet)
    faultpoint("ingress.inserted")
    return [stored[item.external_id] for item in inbound]


def _store_one(
    connection: Connection,
    account: AccountKey,
    request: RawRequest,
    item: InboundMessage,
    event_id: UUID,
    quiet: timedelta,
) -> Stored:
    if item.follows:
        sender = find_sender(connection, account.id, (item.sender, *item.aliases)) or item.sender
        own = replace(item, aliases=(*item.aliases, sender))
        item = replace(item, thread=find_thread_key(connection, account.id, own) or item.thread)
    row = connection.exec_driver_sql(_TAKE_IN, _values(account, request, item, event_id, quiet)).one()
    stored = _as_stored(item, row)
    if not stored.is_duplicate:
        _store_media(connection, account, stored.message_id, item)
    return stored


def _as_stored(item: InboundMessage, row: Sequence[Any]) -> Stored:
    message_id, conversation_id, fingerprint, is_known = row
    if is_known and fingerprint != item.fingerprint:
        raise IdempotencyConflict("this idempotency key was used before with another body: use a new key")
    return Stored(message_id, conversation_id, is_duplicate=is_known)


def _values(
    account: AccountKey, request: RawRequest, item: InboundMessage, event_id: UUID, quiet: timedelta
) -> dict[str, Any]:
    """What `_TAKE_IN` takes. The raw event is stored with the first new message that came in it."""
    return {
        "message_id": new_id(),
        "conversation_id": new_id(),
        "event_id": event_id,
        "account_id": account.id,
        "tenant_id": account.tenant_id,
        "addresses": "\n".join((item.sender, *item.aliases)),  # an array would cost the driver more than all else
        "quiet": None if item.unanswerable else quiet.total_seconds(),
        "target": request.target,
        "headers": json.dumps(dict(request.headers)),
        "body": request.body,
        "trace_id": request.trace_id,
        **_item_values(item),
    }


def _item_values(item: InboundMessage) -> dict[str, Any]:
    return {
        "external_id": item.external_id,
        "sender": item.sender,
        "reply_to": item.reply_to or item.sender,
        "sender_name": item.sender_name,
        "thread": item.thread or None,
        "kind": item.kind,
        "text": item.text,
        "subject": item.subject,
        "aside": item.aside,
        "quotes": item.quotes,
        "follows": json.dumps(item.follows) if item.follows else None,
        "is_forwarded": item.is_forwarded,
        "is_verified": item.is_verified,
        "unanswerable": item.unanswerable,
        "extra": json.dumps(dict(item.extra)) if item.extra else None,
        "fingerprint": item.fingerprint,
    }


def _store_media(connection: Connection, account: AccountKey, message_id: UUID, item: InboundMessage) -> None:
    """Rows only: the worker fetches the bytes, or reads them out of the raw event again."""
    if not item.media:
        return
    common = {"tenant_id": account.tenant_id, "message_id": message_id}
    rows = [
        {**common, "id": new_id(), "number": number, "content_type": one.content_type, "name": one.name, "url": one.url}
        for number, one in enumerate(item.media)
    ]
    connection.execute(insert(media), rows)


def find_last_received(connection: Connection, account_id: UUID, *, older_than: timedelta) -> datetime | None:
    """When the account's newest message came that is at least so old, else its oldest; None if there never was one.

    Ids grow with time, so the search runs along the primary key and ends at once where messages are frequent.
    """
    m = messages.c
    ours = select(m.received_at).where(m.account_id == account_id, m.direction == "in").limit(1)
    settled = ours.where(m.received_at < func.now() - literal(older_than)).order_by(m.id.desc())
    found: datetime | None = connection.execute(settled).scalar_one_or_none()
    return found if found is not None else connection.execute(ours.order_by(m.id)).scalar_one_or_none()
