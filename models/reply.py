"""What we say back: values without SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ReplyFile:
    """A file of ours that goes with a reply. `url` is public, short-lived and unguessable."""

    name: str
    content_type: str
    url: str = ""
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """What a reply answers, for channels whose replies quote it."""

    text: str
    external_id: str = ""
    follows: tuple[str, ...] = ()  # external ids of earlier messages of the thread, nearest first
    subject: str = ""
    sender: str = ""
    sender_name: str = ""
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Our answer to a turn, in Markdown, before any channel has rendered it."""

    text: str
    question: Question | None = None
    files: tuple[ReplyFile, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedPart:
    """One send's worth of a reply, in the channel's own markup and within its limits.

    `extra` is JSON that the channel's own `send` understands: a subject, threading headers, a file's URL, a template.
    """

    body: str
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutboundPart:
    """One send as the outbox holds it. `attempted_at` is the first attempt's time, None before it."""

    id: UUID
    turn_id: UUID
    number: int  # from 0, in order
    to: str
    body: str
    attempted_at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)  # as `render` gave it
    taken: frozenset[str] = frozenset()  # the platform's ids of neighbouring parts: a twin's id is not this part's


@dataclass(frozen=True, slots=True)
class Accepted:
    """The platform took the part; `provider_id` is its name for it."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform refused, and nothing was sent. `retry_after` is in seconds.

    With `use_template` the same part is refused again and again, but the channel's `as_template` of it may pass.
    `rests_sender`: whatever this account sends would be refused for as long.
    """

    code: str
    reason: str
    permanent: bool
    retry_after: float | None = None
    use_template: bool = False
    rests_sender: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether it left; it is reconciled, never resent blindly. `is_our_fault`: the platform, which may
    not even have been asked, is not to blame."""

    reason: str
    is_our_fault: bool = False


@dataclass(frozen=True, slots=True)
class Absent:
    """The platform was asked and has no such message."""


SendOutcome = Accepted | Rejected | Unknown
ReconcileOutcome = Accepted | Absent | Unknown
