"""Plans, scripts and traps: drawn from a seed, and struck once."""

import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from models.faultpoint import POINTS
from tests.chaos.chronicle import Intervals
from tests.chaos.courier import Courier, Parcel
from tests.chaos.fleet import ROOT
from tests.chaos.plan import LULL, POINTS_OF, SWEEP_LEASE, draw_plan
from tests.chaos.recovery import Recovery
from tests.chaos.script import write_script
from tests.chaos.surroundings import RecoveryTimes, judge_doors
from tests.chaos.trap import TrapDoor, Traps
from tests.waiting import eventually

_PASSING = (
    "import sys; from pathlib import Path; from tests.chaos.trap import TrapDoor\n"
    "door = TrapDoor(Path(sys.argv[1]), 'worker')\n"
    "for point in ('a', 'b', 'b', 'b'):\n    door(point); print(point, flush=True)\n"
)


def test_the_same_seed_draws_the_same_plan_and_the_same_script() -> None:
    assert draw_plan(3, 120, 20) == draw_plan(3, 120, 20) != draw_plan(4, 120, 20)
    assert write_script(3, 60, 3) == write_script(3, 60, 3) != write_script(4, 60, 3)


def test_a_long_plan_strikes_everything_it_knows() -> None:
    cells = {strike.cell for strike in draw_plan(1, 3600, 45)}
    targets = {
        "web",
        "worker",
        "worker-1",
        "worker-2",
        "scheduler",
        "valkey",
        "postgres",
        "twilio",
        "smtp",
        "crm",
        "llm",
    }
    assert {target for target, _ in cells} == targets
    aimed = {point for points in POINTS_OF.values() for point in points}
    assert aimed <= set(POINTS)
    struck = {how.rpartition(" at ")[2] for _, how in cells if " at " in how}
    assert aimed == struck


@pytest.mark.parametrize("seed", range(5))
def test_a_measured_death_is_left_alone(seed: int) -> None:
    strikes = draw_plan(seed, 300, 45)
    gaps = [after.at - before.at for before, after in pairwise(strikes)]
    measured = next(n for n, gap in enumerate(gaps) if gap >= LULL and gaps[n - 1] >= SWEEP_LEASE)
    before = strikes[:measured]
    assert all(one.at + one.seconds <= strikes[measured].at - SWEEP_LEASE for one in before if one.kind != "fault")


def test_a_trap_strikes_at_its_hit_and_once(tmp_path: Path) -> None:
    traps = Traps(tmp_path)
    traps.set("worker", "b", 2, "kill")
    passing = [
        subprocess.run([sys.executable, "-c", _PASSING, str(tmp_path)], cwd=ROOT, capture_output=True, check=False)
        for _ in range(2)
    ]
    assert [one.returncode for one in passing] == [-signal.SIGKILL, 0]
    assert passing[0].stdout.split() == [b"a", b"b"]
    sprung = traps.sprung("worker")
    assert sprung is not None
    assert (sprung.point, sprung.kind) == ("b", "kill")
    assert traps.sprung("worker") is None


def test_a_trap_that_was_taken_away_strikes_nobody(tmp_path: Path) -> None:
    traps = Traps(tmp_path)
    traps.set("worker", "a", 1, "kill")
    assert traps.take_away("worker")
    assert not traps.take_away("worker")
    subprocess.run([sys.executable, "-c", _PASSING, str(tmp_path)], cwd=ROOT, capture_output=True, check=True)


def test_who_reads_a_trap_while_it_strikes_another_goes_on(tmp_path: Path) -> None:
    for half_written in ("", "b 1 kill 4711 1795263186.3"):
        (tmp_path / "worker").write_text(half_written, encoding="ascii")
        TrapDoor(tmp_path, "worker")("b")


def test_what_is_not_acknowledged_is_delivered_again_and_what_is_refused_is_not() -> None:
    answers = {"late": [503, 200, 200], "refused": [403]}
    with Courier() as courier:
        for name in answers:
            courier.hand_over(Parcel(name, lambda name=name: answers[name].pop(0), repeats=(0.1,)))
        eventually(lambda: not courier.waiting() and not answers["late"])
        late, refused = courier.parcels
    assert [status for _, status in late.answers] == [503, 200]
    assert refused.is_refused
    assert [copy.tries for copy in courier.copies] == [1]


def test_a_503_is_excused_by_a_database_that_is_away_and_by_nothing_else() -> None:
    away = Intervals()
    away.begin(100.0)
    away.end(103.0)
    excused = Parcel("a", lambda: 200, answers=[(104.0, 503), (99.0, 0), (105.0, 200)])
    assert list(judge_doors([excused], away)) == []
    for status, at in ((503, 90.0), (503, 130.0), (500, 102.0), (403, 102.0)):
        assert len(list(judge_doors([Parcel("b", lambda: 200, answers=[(at, status)])], away))) == 1


def test_recovery_is_held_to_the_promise_and_given_more_time_only_for_what_was_struck() -> None:
    def late(seconds: float, *, in_send: bool = False, struck: float = 0.0) -> bool:
        recovery = Recovery(100.0, "c", 1, in_send, again_at=100.0 + seconds)
        strikes = [(100.0, "worker"), *([(struck, "worker")] if struck else [])]
        return bool(RecoveryTimes([recovery], strikes, [Intervals()], 45.0).late)

    assert not late(19.0)
    assert late(21.0)
    assert not late(49.0, in_send=True)
    assert late(51.0, in_send=True)
    assert not late(29.0, struck=110.0)
    assert late(31.0, struck=110.0)
    assert late(21.0, struck=80.0), "long before, it has nothing to do with it"
    never = RecoveryTimes([Recovery(100.0, "c", 1, in_send=False)], [(100.0, "worker")], [], 45.0)
    assert len(never.late) == 1
