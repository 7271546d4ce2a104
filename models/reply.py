"""What we say back: values without SQL."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Reply:
    """Our answer to a turn, in Markdown, before any channel has rendered it."""

    text: str


@dataclass(frozen=True, slots=True)
class RenderedPart:
    """One send's worth of a reply, in the channel's own markup and within its limits."""

    body: str


@dataclass(frozen=True, slots=True)
class OutboundPart:
    """One send as the outbox holds it. `attempted_at` is the first attempt's time, None before it."""

    id: UUID
    turn_id: UUID
    number: int  # from 0, in order
    to: str
    body: str
    attempted_at: datetime | None = None
    taken: frozenset[str] = frozenset()  # the platform's ids of neighbouring parts: a twin's id is not this part's


@dataclass(frozen=True, slots=True)
class Accepted:
    """The platform took the part; `provider_id` is its name for it."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform refused, and nothing was sent. `retry_after` is in seconds."""

    code: str
    reason: str
    permanent: bool
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether it left; it is reconciled, never resent blindly."""

    reason: str


@dataclass(frozen=True, slots=True)
class Absent:
    """The platform was asked and has no such message."""


SendOutcome = Accepted | Rejected | Unknown
ReconcileOutcome = Accepted | Absent | Unknown
