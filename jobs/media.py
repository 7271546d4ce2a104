"""Files of a turn: fetched from where the platform keeps them, stored, and listened to."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from agent.base import ImagePart
from channels.base import Channel, FetchedMedia, InboundRequest, MediaSource
from jobs.runtime import Services
from models.errors import ChannelError, DeliveryError, ProviderError, StorageError
from models.faultpoint import faultpoint
from models.files.storage import Storage
from models.inbound import InboundMedia, InboundMessage
from models.journal import JournalKey, record_listening
from models.lease import Lease
from models.message import find_raw_event
from models.money.budget import Budgets, charge, refuse_if_spent
from models.outside import outside
from models.said import SaidMedia, SaidMessage, keep_media, keep_transcript, miss_media
from models.session import session_scope, statement_scope

MOST_TRIES = 5
LATE_WAIT = timedelta(seconds=3)  # platforms announce a file before they can give it

_log = logging.getLogger("recado.media")


def prepare_media(services: Services, channel: Channel, said: Sequence[SaidMessage]) -> bool:
    """Fetch and transcribe what is missing; False while a file is late, and the turn should be put off.

    What cannot be had for good is noted as failed: the answer says so. Raises StorageError when it cannot be kept.
    """
    if services.storage is None:
        return True
    waiting = [(message, file) for message in said for file in message.media]
    complete = [_fetch(services, channel, message, file) for message, file in waiting if file.status == "pending"]
    return all(complete)


def load_pictures(services: Services, pictures: Sequence[SaidMedia]) -> tuple[ImagePart, ...]:
    """What the LLM is shown. Raises StorageError where asking again may help; what is gone is left out."""
    if services.storage is None:
        return ()
    loaded = ((_load(services.storage, file), file.content_type) for file in pictures)
    return tuple(ImagePart(content, content_type) for content, content_type in loaded if content is not None)


def _load(storage: Storage, file: SaidMedia) -> bytes | None:
    try:
        return storage.get(file.storage_key)
    except StorageError as error:
        if not error.permanent:
            raise
        _log.error("a stored file is gone", extra={"reason": str(error)})
        return None


def transcribe_media(
    services: Services, lease: Lease, key: JournalKey, said: Sequence[SaidMessage], budgets: Budgets | None = None
) -> bool:
    """Turn stored voice notes into words, once each and on record and in the books; True if there are new words.

    Raises ProviderError or StorageError where trying again may help, LeaseLost when another worker took over, and
    BudgetExceeded where the money is gone.
    """
    if services.storage is None or services.transcriber is None:
        return False
    new = False
    for message in said:
        for file in message.media:
            is_speech = file.content_type.startswith("audio/")
            if file.status == "stored" and file.transcript is None and is_speech:
                if budgets is not None:
                    with statement_scope(services.engine) as connection:
                        refuse_if_spent(connection, budgets, key.tenant_id, message.sender)
                new |= _transcribe(services, lease, key, file, budgets)
    return new


def _transcribe(services: Services, lease: Lease, key: JournalKey, file: SaidMedia, budgets: Budgets | None) -> bool:
    assert services.storage is not None
    assert services.transcriber is not None
    transcriber, content = services.transcriber, _load(services.storage, file)
    if content is None:
        return False
    started = services.clock.monotonic()
    try:
        heard = transcriber.transcribe(content, file.content_type, file.name)
    except ProviderError as error:
        if not error.permanent:
            raise
        _log.error("a voice note cannot be transcribed", extra={"error_kind": error.kind})
        return False
    time_ms = round((services.clock.monotonic() - started) * 1000)
    named = {"provider": transcriber.name, "llm": transcriber.llm}

    def write() -> None:
        with session_scope(services.engine) as connection:
            if keep_transcript(connection, file.id, heard.text):
                record_listening(connection, lease, key, **named, cost=heard.cost, time_ms=time_ms)
                if budgets is not None and heard.cost:
                    charge(connection, budgets, key.turn_id, heard.cost)

    services.owed.tell(lease, write)
    return True


def _fetch(services: Services, channel: Channel, message: SaidMessage, file: SaidMedia) -> bool:
    """False while it is late."""
    assert services.storage is not None
    try:
        fetched = _bytes_of(services, channel, message, file)
    except DeliveryError as error:
        return _miss(services, file, error)
    faultpoint("media.fetched")
    key = services.storage.put(fetched.content, fetched.content_type)
    with session_scope(services.engine) as connection:
        size = len(fetched.content)
        keep_media(connection, file.id, storage_key=key, content_type=fetched.content_type, size=size)
    return True


def _miss(services: Services, file: SaidMedia, error: DeliveryError) -> bool:
    is_final = error.permanent or file.tries + 1 >= MOST_TRIES
    _log.warning("a file could not be fetched (try %d)", file.tries + 1, extra={"reason": str(error)})
    with session_scope(services.engine) as connection:
        miss_media(connection, file.id, error=str(error)[:300], is_final=is_final)
    return is_final


def _bytes_of(services: Services, channel: Channel, message: SaidMessage, file: SaidMedia) -> FetchedMedia:
    if file.url:
        if not isinstance(channel, MediaSource):
            raise DeliveryError(f"the channel {channel.name} cannot fetch files", permanent=True)
        with outside():
            return channel.fetch(InboundMedia(file.content_type, file.name, file.url))
    return _read_again(services, channel, message, file)


def _read_again(services: Services, channel: Channel, message: SaidMessage, file: SaidMedia) -> FetchedMedia:
    """The bytes came with the request: the raw event is parsed once more, which is pure."""
    again = _find_again(services, channel, message.raw_event_id, message.external_id)
    if again is None or file.number >= len(again.media):
        raise DeliveryError("the file is no longer in the stored request", permanent=True)
    content = again.media[file.number].content
    if content is None:
        raise DeliveryError("the file came without bytes", permanent=True)
    return FetchedMedia(content, again.media[file.number].content_type)


def _find_again(
    services: Services, channel: Channel, raw_event_id: UUID | None, external_id: str
) -> InboundMessage | None:
    if raw_event_id is None:
        return None
    with session_scope(services.engine) as connection:
        event = find_raw_event(connection, raw_event_id)
    if event is None:
        return None
    target, headers, body = event
    request = InboundRequest(channel.account.name, "POST", target, headers, body)
    try:
        items = channel.parse(request)
    except ChannelError:
        return None
    messages = [item for item in items if isinstance(item, InboundMessage)]
    return next((item for item in messages if item.external_id == external_id), None)
