"""Taking messages in: raw event, conversation and messages in one transaction, each external id claimed for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, Engine, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert

from models.conversation import conversations
from models.errors import IdempotencyConflict
from models.ids import new_id
from models.inbound import InboundMessage
from models.message import messages, raw_events
from models.session import session_scope
from models.tenant import AccountKey


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
    known = _find_known(connection, account, inbound)
    fresh = [item for item in inbound if item.external_id not in known]
    event_id = _store_event(connection, account, request) if fresh else None
    stored = dict(known)
    for item in fresh:
        if item.external_id not in stored:  # a batch may name one id twice
            stored[item.external_id] = _store_one(connection, account, request, item, event_id, quiet)
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
    conversation_id, seq = _next_place(connection, account, item, quiet)
    statement = upsert(messages).values(
        id=new_id(),
        tenant_id=account.tenant_id,
        conversation_id=conversation_id,
        account_id=account.id,
        external_id=item.external_id,
        seq=seq,
        direction="in",
        kind=item.kind,
        text=item.text,
        extra=dict(item.extra) or None,
        fingerprint=item.fingerprint,
        raw_event_id=event_id,
        trace_id=request.trace_id,
    )
    claimed = connection.execute(
        statement.on_conflict_do_nothing(constraint="message_claimed_once").returning(messages.c.id)
    ).scalar_one_or_none()
    if claimed is None:
        raise _Raced
    return Stored(claimed, conversation_id, is_duplicate=False)


def _next_place(
    connection: Connection, account: AccountKey, item: InboundMessage, quiet: timedelta
) -> tuple[UUID, int]:
    """The conversation, made if new, locked until the commit, and the next number in it."""
    due_at = func.now() + literal(quiet)
    changed = {
        "sender": item.sender,
        "aliases": "\n".join(item.aliases),
        "reply_to": item.reply_to or item.sender,
        "sender_name": item.sender_name,
        "due_at": func.least(conversations.c.due_at, due_at),
    }
    fixed = {"id": new_id(), "tenant_id": account.tenant_id, "account_id": account.id, "thread_key": item.thread_key}
    statement = upsert(conversations).values(**fixed, **{**changed, "due_at": due_at}, next_seq=2)
    row = connection.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "thread_key"],
            set_={**changed, "next_seq": conversations.c.next_seq + 1},
        ).returning(conversations.c.id, conversations.c.next_seq)
    ).one()
    return row.id, row.next_seq - 1
