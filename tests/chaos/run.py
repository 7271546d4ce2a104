"""One run of chaos: everything started, struck for its time, drained and judged."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.supervision.door import is_ready
from tests.chaos.chronicle import Chronicle
from tests.chaos.courier import Courier
from tests.chaos.crowd import Crowd, fetch
from tests.chaos.far import MAIL_SECRET, Far, standing_far
from tests.chaos.fleet import Fleet, child_command
from tests.chaos.judge import Evidence, Violation, judge
from tests.chaos.monkey import Monkey
from tests.chaos.patience import policy_of
from tests.chaos.plan import Strike, draw_plan
from tests.chaos.record import Record, find_unfinished, read_record
from tests.chaos.recovery import Watch
from tests.chaos.script import write_script
from tests.chaos.surroundings import RecoveryTimes, judge_doors, judge_logs
from tests.chaos.town import Town, running_town
from tests.chaos.trap import Traps
from tests.ports import free_port
from tests.waiting import eventually

_START = 90.0  # seconds
_SETTLED = 3  # looks in a row that must find everything quiet


@dataclass(frozen=True)
class Order:
    """What is to be run."""

    seed: int = 1
    seconds: float = 30.0
    rate: float = 3.0  # messages a second
    patience: str = "short"
    drain: float = 240.0  # seconds
    plan: tuple[Strike, ...] = ()  # instead of one that is drawn


@dataclass
class Outcome:
    """What came of it. `folder` is kept when there are violations."""

    order: Order
    folder: Path
    violations: list[Violation] = field(default_factory=list)
    evidence: Evidence | None = None
    fleet: Fleet | None = None
    monkey: Monkey | None = None
    courier: Courier | None = None
    times: RecoveryTimes | None = None
    drained_in: float = 0.0
    seconds: float = 0.0


@dataclass
class _Scene:
    """Everything that plays a part."""

    order: Order
    base: str
    town: Town
    far: Far
    fleet: Fleet
    courier: Courier
    crowd: Crowd
    monkey: Monkey
    watch: Watch
    chronicle: Chronicle


def run_chaos(order: Order, *, is_quiet: bool = False) -> Outcome:
    """Never raises for what the program does wrong: that is in the outcome."""
    began = time.monotonic()
    keep: list[Path] = []
    with running_town(keep=keep) as (town, folder):
        outcome = Outcome(order, folder)
        chronicle = Chronicle(folder / "chaos.log", is_quiet=is_quiet)
        try:
            with _set(order, town, folder, chronicle) as scene:
                _play(scene, outcome)
        except BaseException:
            keep.append(folder)
            print(f"Logs are kept in {folder}", flush=True)
            raise
        finally:
            chronicle.close()
        outcome.violations += judge_logs(folder / "logs", [scene.far.twilio.auth_token, MAIL_SECRET])
        if outcome.violations:
            keep.append(folder)
    outcome.seconds = time.monotonic() - began
    return outcome


@contextmanager
def _set(order: Order, town: Town, folder: Path, chronicle: Chronicle) -> Iterator[_Scene]:
    traps = Traps(folder / "traps")
    with Courier() as courier, standing_far(order.seed, courier) as far:
        port = free_port()
        environment = _environment(town, folder, far, port)
        command = child_command(folder / "traps", order.patience)
        fleet = Fleet(folder, command, environment, chronicle, town.postgres_away)
        lines = write_script(order.seed, order.seconds, order.rate)
        base = f"http://127.0.0.1:{port}"
        crowd = Crowd(base, far.twilio, courier, lines)
        monkey = Monkey(fleet, town, far, traps, chronicle)
        watch = Watch(town)
        fleet.on_death = watch.note
        try:
            yield _Scene(order, base, town, far, fleet, courier, crowd, monkey, watch, chronicle)
        finally:
            watch.stop()
            fleet.kill()


def _environment(town: Town, folder: Path, far: Far, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "DATABASE_URL": town.database_url,
        "REDIS_URL": town.redis_url,
        "RECADO_EMBEDDED": "1",
        "RECADO_DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "WEB_PROCESSES": "2",
        "WEB_THREADS": "16",
        "WORKER_THREADS": "24",
        "CHAT_WAIT_SECONDS": "3",
        "QUIET_WINDOW_SECONDS": "0.5",
        "LLM_TIMEOUT_SECONDS": "6",
        "MEMORY_TOKEN_BUDGET": "20000",  # the last replies shall fit, long ones too
        **far.environment,
    }


def _play(scene: _Scene, outcome: Outcome) -> None:
    chronicle, fleet, order = scene.chronicle, scene.fleet, scene.order
    fleet.start()
    eventually(lambda: fleet.is_ready() and is_ready(scene.base), _START)
    scene.watch.start()
    lease = policy_of(order.patience).send_lease.total_seconds()
    plan = list(order.plan) or draw_plan(order.seed, order.seconds, lease)
    chronicle.say(f"seed {order.seed}: {len(plan)} strikes in {order.seconds:g} s, log in {outcome.folder}")
    scene.crowd.start()
    until = time.monotonic() + order.seconds
    scene.monkey.run(plan)
    time.sleep(max(0.0, until - time.monotonic()))
    scene.crowd.stop()
    scene.monkey.stop()
    chronicle.say("no more strikes: everything has to drain")
    drained_at = time.monotonic()
    unfinished = _drain(scene)
    outcome.drained_in = time.monotonic() - drained_at
    chronicle.say(f"drained in {outcome.drained_in:.1f} s: {unfinished or 'nothing is left'}")
    outcome.violations += [Violation("I7 nothing open", f"{count} {name}") for name, count in unfinished.items()]
    scene.watch.stop()
    outcome.violations += [Violation("processes", words) for words in [*fleet.end(), *fleet.unexplained]]
    outcome.violations += [Violation("processes", words) for words in scene.watch.left_behind]
    _judge(scene, outcome, read_record(scene.town))


def _drain(scene: _Scene) -> dict[str, int]:
    """What is still unfinished when all is quiet or the time is over."""
    deadline = time.monotonic() + scene.order.drain
    unfinished, quiet = {"first look": 1}, 0
    while quiet < _SETTLED and time.monotonic() < deadline:
        time.sleep(0.5)
        unfinished = find_unfinished(scene.town)
        if waiting := scene.courier.waiting():
            unfinished["deliveries without an acknowledgement"] = len(waiting)
        chats = [said for said in scene.crowd.said.values() if said.line.channel == "chat" and said.turn_url]
        if left := [said for said in chats if not said.answers and not fetch(said)]:
            unfinished["chats without an answer"] = len(left)
        if not scene.fleet.is_ready():
            unfinished["processes that do not run"] = 1
        quiet = 0 if unfinished else quiet + 1
    return unfinished


def _judge(scene: _Scene, outcome: Outcome, record: Record) -> None:
    policy, monkey = policy_of(scene.order.patience), scene.monkey
    grace, lease = policy.send_grace.total_seconds(), policy.send_lease.total_seconds()
    far = scene.far
    orders = far.orders.taken, far.orders.posts
    evidence = Evidence(scene.crowd.said, far.copies, far.calls.calls, *orders, record, monkey.freezes, grace)
    outcome.violations += judge(evidence)
    parcels = [*scene.courier.parcels, *scene.courier.copies]
    outcome.violations += judge_doors(parcels, scene.town.postgres_away)
    away = [scene.fleet.no_worker, scene.town.postgres_away]
    outcome.times = RecoveryTimes(scene.watch.recoveries, monkey.struck_at, away, lease)
    outcome.violations += outcome.times.late
    outcome.evidence, outcome.fleet, outcome.monkey, outcome.courier = evidence, scene.fleet, monkey, scene.courier
    for violation in outcome.violations:
        scene.chronicle.note("VIOLATION", f"{violation.promise}: {violation.words}", show=True)
