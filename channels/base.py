"""What every channel is: verify, parse, render, send, reconcile, over values alone.

The order verify -> parse -> store -> ring -> acknowledge is fixed by the caller; an adapter never stores anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Protocol, runtime_checkable

from models.changes.crm_record import Records
from models.inbound import Confirmation, Inbound, InboundMedia, InboundMessage
from models.reply import OutboundPart, ReconcileOutcome, RenderedPart, Reply, SendOutcome


@dataclass(frozen=True, slots=True)
class Account:
    """One account on a platform. `credentials` hold secrets by the adapter's own names: never log an Account."""

    channel: str
    name: str
    address: str = ""
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    public_base_url: str = ""  # how the platform reaches us, scheme and host, no trailing slash
    drafts: bool = False  # replies wait for an operator's approval


@dataclass(frozen=True, slots=True)
class InboundRequest:
    """A request as it came. `target` is the raw request target (path and query, escapes untouched); header names are
    lower case; `body` is the exact bytes."""

    account: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do. Lengths are in the platform's own units."""

    max_text: int
    markup: Literal["plain", "whatsapp", "markdown"]
    delivery: Literal["push", "pull"]  # pull: the reply waits in the database until it is fetched
    coalesces: bool  # several quick messages become one turn
    meets_machines: bool = False  # programs write here that no header gives away: answers to one sender are limited
    max_body: int = 1_000_000  # bytes of an inbound request
    pause_between_parts: float = 0.0  # seconds
    opt_out_codes: frozenset[str] = frozenset()  # by which the platform says that she wants no more messages
    tells_opting: bool = False  # a message's extra["opting"] says that the platform has heeded it: "out" or "in"
    reply_window: timedelta | None = None  # since the person's last message; free text is refused after it


class Channel(Protocol):
    """An adapter bound to one account. Instances are shared by threads and keep no state."""

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    account: Account

    def verify(self, request: InboundRequest) -> None:
        """Raises VerificationError; nothing of the request may be trusted, parsed or stored before."""
        ...

    def parse(self, request: InboundRequest) -> Sequence[Inbound]:
        """Pure. Noise gives an empty list; what is genuine but unreadable raises PayloadError."""
        ...

    def render(self, reply: Reply) -> list[RenderedPart]:
        """Pure. At least one part, each within the capabilities, in reading order."""
        ...

    def send(self, part: OutboundPart) -> SendOutcome:
        """Leaves the building, once. Never retries; whatever cannot be told apart from success is Unknown."""
        ...

    def reconcile(self, part: OutboundPart) -> ReconcileOutcome:
        """After a crash or an Unknown: did it leave? Safe to repeat."""
        ...


@dataclass(frozen=True, slots=True)
class FetchedMedia:
    """A file as it was fetched; `content_type` is what its bytes are, not what somebody claimed."""

    content: bytes = field(repr=False)
    content_type: str


@runtime_checkable
class Confirming(Protocol):
    """A channel whose platform wants its subscription confirmed by a visit."""

    def confirm(self, confirmation: Confirmation) -> None:
        """For the worker: it leaves the building. Safe to repeat. Raises DeliveryError."""
        ...


@runtime_checkable
class Acknowledging(Protocol):
    """A channel whose platform reads the body of our 2xx."""

    def acknowledge(self) -> tuple[str, str]:
        """The body and its content type. Pure."""
        ...


@runtime_checkable
class MediaSource(Protocol):
    """A channel whose files lie with the platform."""

    def fetch(self, media: InboundMedia) -> FetchedMedia:
        """Bounded in bytes and time. Raises DeliveryError, permanent when asking again cannot help."""
        ...


@runtime_checkable
class Typing(Protocol):
    """A channel that can show that an answer is being written."""

    def show_typing(self, external_id: str) -> None:
        """Best effort, for the message of that id. Never raises."""
        ...


@runtime_checkable
class History(Protocol):
    """A channel whose platform lists what it received, for what we missed while we were away."""

    def list_since(self, since: datetime) -> Sequence[InboundMessage]:
        """Oldest first. Raises DeliveryError."""
        ...


@runtime_checkable
class Templates(Protocol):
    """A channel whose platform takes only approved templates once its reply window has closed."""

    def needs_template(self, error_code: str) -> bool:
        """Whether a refusal or a receipt with this code says that the window has closed."""
        ...

    def as_template(self, part: OutboundPart) -> OutboundPart | None:
        """The same part, with the same id, as the account's template; None when it cannot be said by one. Pure; a
        part that is a template already comes back as it is."""
        ...


@runtime_checkable
class RecordKeeping(Protocol):
    """A channel that leads to such records."""

    def records(self) -> Records | None:
        """None where nothing is written there but replies."""
        ...
