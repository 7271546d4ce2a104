"""What a channel reads out of a request: values without SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class InboundMedia:
    """A file that came with a message: with its bytes, or with the URL where the platform keeps it for a while."""

    content_type: str  # as the sender's side claims it; nobody has looked into the bytes yet
    name: str = ""
    url: str = ""
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One thing a person said. `external_id` is the platform's own id and is claimed for ever per account."""

    external_id: str
    sender: str  # canonical address on the channel, as the identity table holds it
    text: str
    kind: str = "text"
    reply_to: str = ""  # the address exactly as the platform gave it; empty means the sender
    thread: str = ""  # what the conversation hangs on; empty means the sender
    sender_name: str = ""
    aliases: tuple[str, ...] = ()  # other addresses the platform gave for the same sender
    fingerprint: str = ""  # hash of the body, where the same external id with another body is a conflict
    extra: Mapping[str, Any] = field(default_factory=dict)  # parameters we do not know yet, kept
    subject: str = ""
    media: tuple[InboundMedia, ...] = ()
    aside: str = ""  # what was cut off the text - quoted history, signature - kept for who asks for it
    quotes: str = ""  # external id of the message it answers or points at, where the platform says so
    follows: tuple[str, ...] = ()  # external ids of earlier messages of its thread, nearest first
    is_forwarded: bool = False  # somebody else's words
    is_verified: bool = True  # the platform vouches for the sender; without it nobody's data may be shown
    unanswerable: str = ""  # why nobody may answer it: a machine wrote it, or it is an event without words


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's word about one part of ours. `status` is the platform's own term, already lower case."""

    status: str
    external_id: str = ""  # the id the platform gave the part
    part_id: UUID | None = None  # ours, when the callback's URL carries it
    error_code: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The platform asks us to prove that we want its messages, by visiting an address: the worker does it."""

    url: str
    subject: str  # what is confirmed, as the account knows it
    external_id: str  # of the asking

    def as_message(self) -> InboundMessage:
        """How it is stored, so that it is done with the same care as an answer."""
        return InboundMessage(self.external_id, self.subject, "", kind="confirmation", extra={"url": self.url})


Inbound = InboundMessage | Receipt | Confirmation
