"""Taking messages in: raw event, conversation and messages in one transaction, each external id claimed for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, case, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert

from models.conversation import conversations
from models.errors import IdempotencyConflict
from models.faultpoint import faultpoint
from models.ids import new_id
from models.inbound import InboundMessage
from models.message import media, messages, raw_events
from models.person import resolve_sender
from models.session import session_scope
from models.tenant import AccountKey
from models.threads import find_thread_key


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


class _Raced(Exception):
    """Another delivery of the same id committed first."""


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
    for _ in range(2):
        try:
            with session_scope(engine) as connection:
                return _store_all(connection, account, request, inbound, quiet)
        except _Raced:
            continue
    raise AssertionError("a claimed external id is seen on the second look")


def _store_all(
    connection: Connection,
    account: AccountKey,
    request: RawRequest,
    inbound: Sequence[InboundMessage],
    quiet: timedelta,
) -> list[Stored]:
    faultpoint("ingress.opened")
    known = _find_known(connection, account, inbound)
    fresh = [item for item in inbound if item.external_id not in known]
    event_id = _store_event(connection, account, request) if fresh else None
    stored = dict(known)
    for item in fresh:
        if item.external_id not in stored:  # a batch may name one id twice
            stored[item.external_id] = _store_one(connection, account, request, item, event_id, quiet)
    faultpoint("ingress.inserted")
    return [stored[item.external_id] for item in inbound]


def _find_known(connection: Connection, account: AccountKey, inbound: Sequence[InboundMessage]) -> dict[str, Stored]:
    columns = (messages.c.external_id, messages.c.id, messages.c.conversation_id, messages.c.fingerprint)
    statement = select(*columns).where(
        messages.c.account_id == account.id, messages.c.external_id.in_([item.external_id for item in inbound])
    )
    fingerprints = {item.external_id: item.fingerprint for item in inbound}
    known = {}
    for row in connection.execute(statement):
        if row.fingerprint != fingerprints[row.external_id]:
            raise IdempotencyConflict("this idempotency key was used before with another body: use a new key")
        known[row.external_id] = Stored(row.id, row.conversation_id, is_duplicate=True)
    return known


def _store_event(connection: Connection, account: AccountKey, request: RawRequest) -> UUID:
    event_id = new_id()
    connection.execute(
        insert(raw_events).values(
            id=event_id,
            account_id=account.id,
            target=request.target,
            headers=dict(request.headers),
            body=request.body,
            trace_id=request.trace_id,
        )
    )
    return event_id


def _store_one(
    connection: Connection,
    account: AccountKey,
    request: RawRequest,
    item: InboundMessage,
    event_id: UUID | None,
    quiet: timedelta,
) -> Stored:
    sender = resolve_sender(connection, account.id, item.sender, item.aliases)
    if sender != item.sender:
        others = (item.sender, *(alias for alias in item.aliases if alias != sender))
        item = replace(item, sender=sender, aliases=others, reply_to=item.reply_to or item.sender)
    thread_key = find_thread_key(connection, account.id, item) or item.thread_key
    conversation_id, seq = _next_place(connection, account, item, thread_key, quiet)
    message_id = new_id()
    statement = upsert(messages).values(
        id=message_id,
        tenant_id=account.tenant_id,
        conversation_id=conversation_id,
        account_id=account.id,
        external_id=item.external_id,
        seq=seq,
        direction="in",
        raw_event_id=event_id,
        trace_id=request.trace_id,
        **_words_of(item),
    )
    claimed = connection.execute(
        statement.on_conflict_do_nothing(constraint="message_claimed_once").returning(messages.c.id)
    ).scalar_one_or_none()
    if claimed is None:
        raise _Raced
    _store_media(connection, account, message_id, item)
    return Stored(message_id, conversation_id, is_duplicate=False)


def _words_of(item: InboundMessage) -> dict[str, object]:
    return {
        "kind": item.kind,
        "text": item.text,
        "subject": item.subject,
        "aside": item.aside,
        "quotes": item.quotes,
        "follows": list(item.follows) or None,
        "is_forwarded": item.is_forwarded,
        "is_verified": item.is_verified,
        "unanswerable": item.unanswerable,
        "extra": dict(item.extra) or None,
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


def _next_place(
    connection: Connection, account: AccountKey, item: InboundMessage, thread_key: str, quiet: timedelta
) -> tuple[UUID, int]:
    """The conversation, made if new, locked until the commit, and the next number in it."""
    c = conversations.c
    due_at = func.now() + literal(quiet)
    changed = {
        "sender": item.sender,
        "aliases": "\n".join(item.aliases),
        "reply_to": item.reply_to or item.sender,
        "sender_name": item.sender_name,
    }
    fixed = {"id": new_id(), "tenant_id": account.tenant_id, "account_id": account.id, "thread_key": thread_key}
    # What nobody may answer wakes nobody.
    is_due = not item.unanswerable
    statement = upsert(conversations).values(**fixed, **changed, due_at=due_at if is_due else None, next_seq=2)
    woken = {"due_at": func.least(c.due_at, due_at)} if is_due else {}
    row = connection.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "thread_key"],
            set_={**changed, **_still_known(item), **woken, "next_seq": c.next_seq + 1},
        ).returning(c.id, c.next_seq)
    ).one()
    return row.id, row.next_seq - 1


def _still_known(item: InboundMessage) -> dict[str, ColumnElement[str]]:
    """What this message does not say of its sender, and an earlier one of the same sender did: a platform's listing
    tells less than its webhook."""
    c = conversations.c
    said = {"aliases": "\n".join(item.aliases), "sender_name": item.sender_name}
    return {
        name: case((c.sender == item.sender, func.coalesce(func.nullif(literal(words), ""), c[name])), else_=words)
        for name, words in said.items()
    }


def find_last_received(connection: Connection, account_id: UUID, *, older_than: timedelta) -> datetime | None:
    """When the account's newest message came that is at least so old, else its oldest; None if there never was one.

    Ids grow with time, so the search runs along the primary key and ends at once where messages are frequent.
    """
    m = messages.c
    ours = select(m.received_at).where(m.account_id == account_id, m.direction == "in").limit(1)
    settled = ours.where(m.received_at < func.now() - literal(older_than)).order_by(m.id.desc())
    found: datetime | None = connection.execute(settled).scalar_one_or_none()
    return found if found is not None else connection.execute(ours.order_by(m.id)).scalar_one_or_none()
