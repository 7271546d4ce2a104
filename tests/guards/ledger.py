"""What the outside knows of a run: what it sent, what it heard, and what could not be helped."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as the platform sends it, again and again until it is acknowledged."""

    id: str
    body: str


@dataclass
class Ledger:
    """What the outside knows of the run, for the judge."""

    acked: Counter[str] = field(default_factory=Counter)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    swept: list[tuple[float, UUID, int]] = field(default_factory=list)  # when it rang for whom, and the fence then
    llm_wasted: int = 0  # answers that nobody could have written down
    shop_wasted: int = 0
    excused: int = 0  # the named exception: frozen between the deadline check and the socket
    noticed: list[tuple[str, str]] = field(default_factory=list)  # invariants that were seen to break on the way
    hits: list[str] = field(default_factory=list)
