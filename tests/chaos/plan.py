"""What befalls a run, drawn from its seed: strikes with their times. The same seed gives the same plan."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from models.faultpoint import POINTS
from tests.chaos.far import PLACES

Kind = Literal["kill", "term", "freeze", "trap", "ambush", "flush", "restart", "fault"]
_OF_ROLE = {
    "web": ("ingress.", "chat."),
    "scheduler": ("gaps.",),
    "worker": ("queue.", "turn.", "llm.", "tool.", "media.", "answer.", "send.", "reconcile.", "sweep."),
}
POINTS_OF = {role: tuple(p for p in POINTS if p.startswith(heads)) for role, heads in _OF_ROLE.items()}
LULL = 22.0  # seconds without strikes after one that is measured: the promise is 20
SWEEP_LEASE = 10.0  # seconds: who died so long before may have taken the sweeper with it
_FIRST_LULL, _LULL_EVERY = 30.0, 45.0
_GAPS = (0.8, 2.6)  # seconds between strikes
_FAULT_GAPS = (1.0, 4.0)
_POSTGRES_FREEZES = 0.25  # instead of a restart


@dataclass(frozen=True)
class Strike:
    """`how` is what a trap does, which fault, or which process of the web door; `seconds` how long something stays away
    or frozen."""

    at: float
    target: str
    kind: Kind
    point: str = ""
    hit: int = 1
    how: str = "kill"
    seconds: float = 0.0

    @property
    def cell(self) -> tuple[str, str]:
        """What is counted as one of a kind."""
        if self.kind == "trap":
            return self.target, f"{self.how} at {self.point}"
        if self.kind == "ambush":
            return self.target, f"kill, {self.point} has accepted"
        return self.target, f"{self.kind} {self.point}".strip()

    def __str__(self) -> str:
        hit = f" (hit {self.hit})" if self.kind == "trap" else ""
        lasting = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.target}: {self.cell[1]}{hit}{lasting}"


def draw_plan(seed: int, seconds: float, send_lease: float) -> list[Strike]:
    """In order of time. Now and then a worker dies in mid-turn or in mid-send and everything else is left alone for as
    long as its recovery may take."""
    random = Random(f"plan {seed}")
    strikes: list[Strike] = []
    at, lull_at, lulls = 2.0, _FIRST_LULL, list[tuple[float, float]]()
    while at < seconds - 1:
        if at > lull_at and seconds - at > SWEEP_LEASE + 1:
            is_send = len(lulls) % 3 == 1
            over = max(at, *(strike.at + strike.seconds for strike in strikes))
            strikes.append(_measured(random, over + SWEEP_LEASE, is_send))
            lulls.append((at, over + SWEEP_LEASE + (send_lease + 8 if is_send else LULL)))
            at = lulls[-1][1]
            lull_at = at + _LULL_EVERY
            continue
        strikes.append(_draw(random, at, send_lease))
        at += random.uniform(*_GAPS)
    faults = _draw_faults(random, seconds)
    calm = [fault for fault in faults if not any(since <= fault.at <= until for since, until in lulls)]
    return sorted(strikes + calm, key=lambda strike: strike.at)


def _measured(random: Random, at: float, is_send: bool) -> Strike:
    if is_send:
        return Strike(at, "worker", "ambush", "twilio")
    point = random.choice(("llm.opened", "llm.answered", "llm.journalled", "tool.worked", "answer.written"))
    return Strike(at, "worker", "trap", point)


def _draw(random: Random, at: float, send_lease: float) -> Strike:
    makers = {_worker: 50, _web: 22, _scheduler: 5, _valkey: 8, _postgres: 4}
    [maker] = random.choices(list(makers), list(makers.values()))
    return maker(random, at, send_lease)


def _worker(random: Random, at: float, send_lease: float) -> Strike:
    match random.choices(("kill", "term", "freeze", "trap", "ambush"), (4, 2, 1, 6, 4))[0]:
        case "trap":
            return _trap(random, at, "worker", longest_hit=4)
        case "ambush":
            return Strike(at, "worker", "ambush", random.choice(PLACES))
        case "freeze":
            return Strike(at, _any_worker(random), "freeze", seconds=random.choice((4.0, 13.0, 13.0, send_lease + 5)))
        case "term":
            return Strike(at, _any_worker(random), "term")
        case _:
            return Strike(at, _any_worker(random), "kill")


def _any_worker(random: Random) -> str:
    return random.choice(("worker-1", "worker-2"))


def _web(random: Random, at: float, send_lease: float) -> Strike:
    match random.choices(("head", "kill", "term", "freeze", "trap"), (1, 2, 1, 1, 5))[0]:
        case "trap":
            return _trap(random, at, "web", longest_hit=6)
        case "freeze":
            return Strike(at, "web", "freeze", how="child", seconds=random.uniform(2.0, 12.0))
        case "term":
            return Strike(at, "web", "term", how="head")
        case "head":
            return Strike(at, "web", "kill", "head", how="head")
        case _:
            return Strike(at, "web", "kill", "child", how="child")


def _trap(random: Random, at: float, role: str, *, longest_hit: int) -> Strike:
    point = random.choice(POINTS_OF[role])
    hit = random.randint(1, longest_hit)
    how = random.choices(("kill", "term", "freeze"), (8, 1, 1))[0]
    return Strike(at, role, "trap", point, hit, how, seconds=random.choice((4.0, 13.0)) if how == "freeze" else 0.0)


def _scheduler(random: Random, at: float, send_lease: float) -> Strike:
    match random.choices(("kill", "term", "freeze", "trap"), (2, 1, 1, 2))[0]:
        case "trap":
            return Strike(at, "scheduler", "trap", random.choice(POINTS_OF["scheduler"]))
        case "freeze":
            return Strike(at, "scheduler", "freeze", seconds=random.uniform(2.0, 40.0))
        case "term":
            return Strike(at, "scheduler", "term")
        case _:
            return Strike(at, "scheduler", "kill")


def _valkey(random: Random, at: float, send_lease: float) -> Strike:
    match random.choices(("flush", "restart", "freeze"), (4, 3, 1))[0]:
        case "flush":
            return Strike(at, "valkey", "flush")
        case "restart":
            return Strike(at, "valkey", "restart", seconds=random.uniform(0.2, 5.0))
        case _:
            return Strike(at, "valkey", "freeze", seconds=random.uniform(1.0, 6.0))


def _postgres(random: Random, at: float, send_lease: float) -> Strike:
    if random.random() < _POSTGRES_FREEZES:
        return Strike(at, "postgres", "freeze", seconds=random.uniform(2.0, 8.0))
    return Strike(at, "postgres", "restart", seconds=random.uniform(0.0, 3.0))


def _draw_faults(random: Random, seconds: float) -> list[Strike]:
    faults = []
    at = 1.0
    while (at := at + random.uniform(*_FAULT_GAPS)) < seconds - 1:
        place = random.choice(("twilio", "twilio", "smtp", "crm", "llm"))
        how = random.choice(FAULTS[place])
        count, lasting = random.randint(1, 4), random.uniform(0.5, 3.0)
        faults.append(Strike(at, place, "fault", how, count, how, lasting))
    return faults


_ANSWERED_ILL = ("500", "500 accepted", "429", "reset", "reset accepted", "garbage accepted")
FAULTS = {
    "twilio": (*_ANSWERED_ILL, "503", "hang", "hang accepted", "slow", "refuse"),
    "smtp": ("451", "gone", "451 kept", "gone kept", "late"),
    "crm": (*_ANSWERED_ILL, "trickle accepted"),
    "llm": ("500", "503", "429", "garbage", "cut", "hang", "slow"),
}
