"""The points at which a process may die: 102 of them, in seven groups, and why some of them do not exist here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.matrix.watch import MODES, Mode


@dataclass(frozen=True)
class Point:
    """`hits` are the names under which `scenario` comes by it, from the `first` to the `last` time of each. `struck`
    says why it does not exist; `only` keeps it to some modes, and `otherwise` says why."""

    group: str
    name: str
    what: str
    scenario: str = ""
    hits: tuple[str, ...] = ()
    first: int = 1
    last: int = 1_000_000
    struck: str = ""
    only: tuple[Mode, ...] = MODES
    otherwise: str = ""

    @property
    def key(self) -> str:
        return f"{self.group} {self.name}"

    def places(self, run: Sequence[str]) -> Iterator[int]:
        """Where in a run of the scenario it is come by."""
        seen: dict[str, int] = {}
        for place, hit in enumerate(run):
            seen[hit] = seen.get(hit, 0) + 1
            if hit in self.hits and self.first <= seen[hit] <= self.last:
                yield place


_ONE_STATEMENT = "a message is taken in by one statement, its own transaction: inserted is committed"
_NO_HORSE = "no process is forked for a job: worker and job die together, which is Q1, Q2 and Q6"
_PULLED = "its replies wait in the database until they are fetched: nothing is sent"

_INGRESS: Mapping[str, tuple[str, str]] = {
    "W0": ("bytes read", "ingress.read"),
    "W1": ("verified, about to be stored", "ingress.opened"),
    "W2": ("inserted, uncommitted", "ingress.inserted"),
    "W3": ("committed, no ring", "ingress.committed"),
    "W4": ("rung, no 2xx", "ingress.rung"),
    "W5": ("2xx sent", "ingress.acknowledged"),
}
_TURN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "K0": ("ring taken", ("turn.rung",)),
    "K1": ("lease", ("turn.leased",)),
    "K2": ("messages frozen, turn begun", ("turn.frozen", "turn.begun")),
    "K3": ("usage opened", ("llm.opened",)),
    "K4": ("LLM answered, not journalled", ("llm.answered",)),
    "K5": ("journalled", ("llm.journalled", "tool.journalled")),
    "K6": ("before a tool", ("tool.due",)),
    "K7": ("tool wrote, not journalled", ("tool.worked",)),
    "K9": ("reply written, uncommitted", ("answer.written",)),
    "K10": ("committed", ("answer.committed",)),
    "K11": ("lease released", ("turn.released",)),
}
_SEND: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "S0": ("before it is marked", ("send.due",)),
    "S1": ("marked, uncommitted", ("send.marked",)),
    "S2": ("committed, not called", ("send.committed", "send.checked")),
    "S3": ("part of the request written", ("{}.half",)),
    "S4": ("accepted, response unread", ("{}.accepted",)),
    "S5": ("response read, unrecorded", ("send.answered",)),
    "S6": ("recorded, uncommitted", ("send.recorded",)),
    "S7": ("committed", ("send.settled",)),
    "S8": ("between two parts", ("send.next",)),
}


def _ingress(channel: str) -> Iterator[Point]:
    group = f"W {channel}"
    first = 2 if channel == "status" else 1  # the message whose reply the status is about comes first
    for name, (what, hit) in _INGRESS.items():
        if name == "W2" and channel != "status":
            yield Point(group, name, what, struck=_ONE_STATEMENT)
        else:
            yield Point(group, name, what, channel, (hit,), 1 if hit == "ingress.inserted" else first)


def _queue() -> Iterator[Point]:
    def point(name: str, what: str, hit: str, scenario: str = "whatsapp") -> Point:
        return Point("Q", name, what, scenario, (hit,))

    yield point("Q1", "rings popped, which enters them as started", "queue.claimed")
    yield point("Q2", "started entry written, job not begun", "queue.started")
    yield Point("Q", "Q3", "parent killed, horse lives", struck=_NO_HORSE)
    yield Point("Q", "Q4", "horse killed, parent lives", struck=_NO_HORSE)
    yield Point("Q", "Q5", "both killed", struck=_NO_HORSE)
    yield point("Q6", "work done, success not written", "queue.worked")
    yield Point(
        "Q",
        "Q7",
        "SIGTERM between pop and busy",
        "crm",
        ("queue.claimed",),
        only=("C",),
        otherwise="the point is a SIGTERM; the other modes at this moment are Q1",
    )
    yield point("Q8", "hash gone, id queued", "queue.hashless", "hashless")


def _sending(channel: str) -> Iterator[Point]:
    for name, (what, hits) in _SEND.items():
        if channel == "chat":
            yield Point("S chat", name, what, struck=_PULLED)
        else:
            yield Point(f"S {channel}", name, what, channel, tuple(hit.format(channel) for hit in hits))


def _points() -> Iterator[Point]:
    for channel in ("whatsapp", "email", "crm", "chat", "status"):
        yield from _ingress(channel)
    yield Point("W chat", "W6", "client gone while waiting", "chat", ("chat.waiting",))
    yield from _queue()
    for name, (what, hits) in _TURN.items():
        yield Point("K", name, what, "whatsapp", hits)
    yield Point("K", "K8", "media fetched, not stored", "media", ("media.fetched",))
    for channel in ("whatsapp", "email", "crm", "chat"):
        yield from _sending(channel)
    yield Point("R", "R0", "unknown found", "reconcile", ("reconcile.found",))
    yield Point("R", "R1", "provider asked", "reconcile", ("reconcile.answered",))
    yield Point("R", "R2", "found, recorded", "reconcile", ("reconcile.recorded",), last=1)
    yield Point("R", "R3", "absent, re-armed", "reconcile", ("reconcile.recorded",), first=2)
    callback = ("ingress.opened", "ingress.committed")
    yield Point("R", "R4", "callback lands at the same moment", "reconcile", callback, first=2, last=2)
    yield Point("Z", "Z0", "sweep starts", "sweep", ("sweep.started", "sweep.claimed"))
    yield Point("Z", "Z1", "half rung", "sweep", ("sweep.half-rung",))
    yield Point("Z", "Z2", "gap-fill page half inserted", "gaps", ("gaps.listed", "gaps.half-stored"))
    yield Point("Z", "Z3", "retention purge half way", "purge", ("retention.half-purged",))
    yield Point("Z", "Z4", "dead letter requeued", "replay", ("replay.reopened",))
    yield Point("Z", "Z5", "key rotation half way", struck="nothing rotates keys: old and new are valid side by side")
    yield Point("M", "M1", "expanded, old code", "migration", ("migration.expanded",))
    yield Point("M", "M2", "backfill half", "migration", ("migration.half-filled",))
    yield Point("M", "M3", "old and new workers together", "migration", ("migration.together",))
    yield Point("M", "M4", "contracted", "migration", ("migration.contracted",))


POINTS: tuple[Point, ...] = tuple(_points())
# Moments that no scenario comes by, and the file whose test lets the work end there by an exception, and begin again.
ELSEWHERE: Mapping[str, str] = {
    **{f"erasure.{moment}": "jobs/test_erasing.py" for moment in ("leased", "cut", "table", "committed", "file")},
    "library.committed": "jobs/test_leftovers.py",
    "leftover.deleted": "jobs/test_leftovers.py",
    "embedding.half-cleared": "jobs/test_embedding.py",
}
GROUPS: tuple[str, ...] = tuple(dict.fromkeys(point.group for point in POINTS))
