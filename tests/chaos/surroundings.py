"""The rest of the judgement: what the doors answered, how processes ended, what logs hold, how soon work went on."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.chaos.chronicle import Intervals
from tests.chaos.courier import Parcel
from tests.chaos.judge import Violation
from tests.chaos.plan import SWEEP_LEASE
from tests.chaos.recovery import MID_TURN, Recovery
from tests.chaos.words import PHRASE

_AFTER_AWAY = 12.0  # seconds in which a 503 may still be for a database that was away
_SEND_SLACK = 5.0
_SECRET = re.compile(r"rk_[0-9a-f]{32}_|whsec_")


def judge_doors(parcels: Iterable[Parcel], away: Intervals) -> Iterator[Violation]:
    """503 only while PostgreSQL is away; nothing else but 2xx, or no answer at all."""
    for parcel in parcels:
        for at, status in parcel.answers:
            if status == 0 or 200 <= status < 300:
                continue
            if status != 503 or not away.within(at - _AFTER_AWAY, at):
                yield Violation("doors", f"{parcel.name} was answered {status}")


def judge_logs(folder: Path, secrets: Iterable[str]) -> Iterator[Violation]:
    """Neither secrets nor what people write."""
    hidden = [*secrets, PHRASE]
    for path in sorted(folder.glob("*.log")):
        text = path.read_text(errors="replace")
        yield from (Violation("I9 secrets", f"{path.name} holds {one[:6]}...") for one in hidden if one in text)
        if _SECRET.search(text):
            yield Violation("I9 secrets", f"{path.name} holds a key")


class RecoveryTimes:
    """`clean` are recoveries during which nothing else happened to what they need. Others get the time in which no
    worker or no database was there, and ten seconds for each further strike: it may have met the sweeper, or a ring."""

    def __init__(
        self, recoveries: list[Recovery], struck_at: list[tuple[float, str]], away: list[Intervals], send_lease: float
    ) -> None:
        self._struck_at = sorted(at for at, what in struck_at if what in {"worker", "valkey", "postgres"})
        self._away = away
        self._in_send = send_lease + _SEND_SLACK
        self.clean: dict[bool, list[float]] = {False: [], True: []}  # by whether it was in a send
        self.struck: list[float] = []
        self.late: list[Violation] = []
        for one in recoveries:
            self._judge(one)

    def _judge(self, one: Recovery) -> None:
        end = one.died_at + one.seconds
        strikes = sum(one.died_at - SWEEP_LEASE <= at <= end for at in self._struck_at) - 1  # but for its own
        away = sum(intervals.within(one.died_at, end) for intervals in self._away)
        promised = self._in_send if one.in_send else MID_TURN
        if strikes <= 0 and not away and one.again_at is not None:
            self.clean[one.in_send].append(one.seconds)
        else:
            self.struck.append(one.seconds)
        limit = promised + SWEEP_LEASE * max(0, strikes) + away
        if one.seconds > limit or one.again_at is None:
            where = "in a send" if one.in_send else "in mid-turn"
            words = f"conversation {one.conversation}, killed {where}, waited {one.seconds:.1f} s (limit {limit:.0f} s)"
            self.late.append(Violation("recovery", words))
