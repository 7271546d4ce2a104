"""What a turn's messages say, with everything that came with them: what the question to the agent is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, exists, select, update

from models.conversation import conversations
from models.message import media, messages
from models.operators.notice import NOTICE
from models.outbox import outbox
from models.taint import has_others_words, read_taint
from models.turn import turns


@dataclass(frozen=True, slots=True)
class SaidMedia:
    """A file of a message, as far as it was dealt with."""

    id: UUID
    message_id: UUID
    number: int
    content_type: str
    name: str
    url: str
    status: str
    storage_key: str
    transcript: str | None
    tries: int


@dataclass(frozen=True, slots=True)
class SaidMessage:
    """One message of a turn. `quoted` is the text of the message it points at, where we have it, and
    `quotes_others` says that those are neither her words nor ours, `quotes_news` that a notice of ours told her of
    others there. `sender` is empty in what earlier releases stored."""

    id: UUID
    external_id: str
    kind: str
    text: str
    subject: str
    quoted: str
    follows: tuple[str, ...]
    is_forwarded: bool
    is_verified: bool
    extra: Mapping[str, Any]
    raw_event_id: UUID | None
    received_at: datetime
    media: tuple[SaidMedia, ...]
    sender: str = ""
    quotes_others: bool = False
    quotes_news: bool = False


@dataclass(frozen=True, slots=True)
class _Quoted:
    text: str = ""
    sender: str = ""
    is_others: bool = False  # forwarded, or of somebody unknown
    is_news: bool = False


_m, _f = messages.c, media.c
_SAID = (
    select(_m.id, _m.account_id, _m.external_id, _m.kind, _m.text, _m.subject, _m.quotes, _m.follows, _m.extra)
    .add_columns(_m.sender, _m.is_forwarded, _m.is_verified, _m.raw_event_id, _m.received_at)
    .add_columns(exists().where(_f.message_id == _m.id).label("has_media"))
    .where(_m.turn_id == bindparam("turn"), _m.direction == "in")
    .order_by(_m.seq)
)


def find_said(connection: Connection, turn_id: UUID) -> list[SaidMessage]:
    """In the order in which it was said."""
    rows = connection.execute(_SAID, {"turn": turn_id}).all()
    with_files = [row.id for row in rows if row.has_media]
    files = _find_media(connection, with_files) if with_files else []
    quoted = {row.quotes: _find_quoted(connection, row.account_id, row.quotes) for row in rows if row.quotes}
    return [
        SaidMessage(
            id=row.id,
            external_id=row.external_id,
            kind=row.kind,
            text=row.text,
            subject=row.subject,
            quoted=quoted.get(row.quotes, _Quoted()).text,
            follows=tuple(row.follows or ()),
            is_forwarded=row.is_forwarded,
            is_verified=row.is_verified,
            extra=row.extra or {},
            raw_event_id=row.raw_event_id,
            received_at=row.received_at,
            media=tuple(one for one in files if one.message_id == row.id),
            sender=row.sender,
            quotes_others=_is_others(quoted.get(row.quotes, _Quoted()), row.sender),
            quotes_news=quoted.get(row.quotes, _Quoted()).is_news,
        )
        for row in rows
    ]


def _find_media(connection: Connection, message_ids: list[UUID]) -> list[SaidMedia]:
    f = media.c
    statement = select(*(f[column.name] for column in fields(SaidMedia))).where(f.message_id.in_(message_ids))
    return [SaidMedia(*row) for row in connection.execute(statement.order_by(f.message_id, f.number))]


def _find_quoted(connection: Connection, account_id: UUID, external_id: str) -> _Quoted:
    """A person may point at her own words, at another's, or at a part of ours, which may repeat another's."""
    m, t = messages.c, turns.c
    wanted = select(m.text, m.sender, m.is_forwarded, m.is_verified, m.direction, t.taint, t.outcome)
    wanted = wanted.join_from(messages, turns, t.id == m.turn_id, isouter=True)
    row = connection.execute(wanted.where(m.account_id == account_id, m.external_id == external_id)).one_or_none()
    if row is not None and row.direction == "in":
        return _Quoted(row.text, row.sender, row.is_forwarded or not row.is_verified)
    if row is not None:
        return _quote_ours(row.text, row.taint or "", row.outcome)
    o, c = outbox.c, conversations.c
    ours = (
        select(o.body, t.taint, t.outcome).join(conversations, c.id == o.conversation_id).join(turns, t.id == o.turn_id)
    )
    sent = connection.execute(ours.where(o.provider_id == external_id, c.account_id == account_id)).first()
    return _Quoted() if sent is None else _quote_ours(sent.body, sent.taint, sent.outcome)


def _quote_ours(text: str, taint: str, outcome: str | None) -> _Quoted:
    return _Quoted(text, is_others=has_others_words(read_taint(taint)), is_news=outcome == NOTICE)


def _is_others(quoted: _Quoted, sender: str) -> bool:
    return quoted.is_others or bool(quoted.sender and sender and quoted.sender != sender)


def keep_media(connection: Connection, media_id: UUID, *, storage_key: str, content_type: str, size: int) -> None:
    values = {"status": "stored", "storage_key": storage_key, "content_type": content_type, "size": size, "error": ""}
    connection.execute(update(media).where(media.c.id == media_id).values(**values))


def keep_transcript(connection: Connection, media_id: UUID, transcript: str) -> bool:
    """False if one was kept before."""
    f = media.c
    fresh = update(media).where(f.id == media_id, f.transcript.is_(None)).values(transcript=transcript)
    return connection.execute(fresh).rowcount == 1


def miss_media(connection: Connection, media_id: UUID, *, error: str, is_final: bool) -> int:
    """It could not be had this time, or ever (`is_final`); returns how often it was tried."""
    f = media.c
    values = {"tries": f.tries + 1, "error": error, "status": "failed" if is_final else "pending"}
    return int(
        connection.execute(update(media).where(f.id == media_id).values(**values).returning(f.tries)).scalar_one()
    )
