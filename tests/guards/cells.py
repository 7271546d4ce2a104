"""Cells: a scenario that is disturbed at its k-th point in one of eight ways, then brought to rest and judged."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError

from tests.guards.judge import Violation, judge
from tests.guards.process import INSIDE, Task
from tests.guards.scenarios import Scenario
from tests.guards.world import Engines, Process, World

# What happens to whoever stands at the point; a process to go on with comes back.
Disturbance = Callable[[World, Process, Task], Process]


def _kill(world: World, process: Process, task: Task) -> Process:
    world.kill(process)
    return world.spawn()


def _kill_and_flush(world: World, process: Process, task: Task) -> Process:
    world.flush()
    return _kill(world, process, task)


def _freeze(world: World, process: Process, task: Task) -> Process:
    """Until others have done everything; then it thaws."""
    world.freeze(task)
    other = world.spawn()
    world.pass_time(60)
    world.sweep(other).wait()
    world.settle()
    world.resume(task)
    task.wait()
    return other


def _meet_another(world: World, process: Process, other: Process, task: Task) -> None:
    """The same webhooks again, one more message, the platform's words, and a ring too many, right now."""
    tasks = [world.deliver(other, delivery) for delivery in list(world.ledger.deliveries.values())]
    tasks.append(world.say(other, "m9"))
    tasks += [world.call_back(other, arrival, "delivered") for arrival in list(world.platform.arrivals)]
    for (key,) in world.rows("SELECT id FROM conversation"):
        tasks.append(world.work(other, key))
    world.resume(task)
    for other_task in (task, *tasks):
        other_task.wait()


def _two_processes(world: World, process: Process, task: Task) -> Process:
    _meet_another(world, process, world.spawn(), task)
    return process


def _two_threads(world: World, process: Process, task: Task) -> Process:
    _meet_another(world, process, process, task)
    return process


def _slow(world: World, process: Process, task: Task) -> Process:
    """It lives and takes fifteen seconds here, while another would be ready to take over."""
    other = world.spawn()
    for _ in range(5):
        world.pass_time(3)
        world.start(process, process.services.leases.renew).wait()
        world.sweep(other).wait()
        key = world.take_ring()
        if key is not None:
            world.work(other, key).wait()
    world.resume(task)
    task.wait()
    return process


def _cut_off(world: World, process: Process, task: Task) -> Process:
    """The database answers no more, for a moment."""
    world.resume(task, OperationalError("a statement", {}, Exception("the server closed the connection")))
    task.wait()
    return process


def _stop(world: World, process: Process, task: Task) -> Process:
    """SIGTERM: it ends what it does, and another goes on."""
    process.life.is_stopping = True
    world.resume(task)
    task.wait()
    return world.spawn()


MODES: dict[str, Disturbance] = {
    "kill": _kill,
    "kill+flush": _kill_and_flush,
    "freeze": _freeze,
    "two at once": _two_processes,
    "two threads": _two_threads,
    "slow": _slow,
    "cut off": _cut_off,
    "stop": _stop,
}
_LOSSLESS = {"two at once", "two threads"}  # nobody dies: no ring may be lost


@dataclass(frozen=True, slots=True)
class Cell:
    scenario: Scenario
    mode: str
    hit: int  # from 0; beyond the last, nothing happens

    def __str__(self) -> str:
        return f"{self.scenario.name}/{self.mode}/{self.hit}"


@dataclass(frozen=True, slots=True)
class Outcome:
    cell: Cell
    point: str
    violations: list[Violation]
    hits: int


def run_cell(engines: Engines, cell: Cell) -> Outcome:
    """One run, to its end."""
    with World(engines) as world:
        point = _play(world, cell)
        hits = len(world.ledger.hits)
        if point and cell.mode in _LOSSLESS:
            _note_late(world)
        is_quiet = world.settle()
        world.redeliver()
        is_quiet = world.settle() and is_quiet
        return Outcome(cell, point, judge(world, is_quiet), hits)


def _play(world: World, cell: Cell) -> str:
    """The scenario's moves with the disturbance at its place; the point where that was."""
    process, stopped = world.spawn(), ""
    cell.scenario.prepare(world)
    for move in cell.scenario.moves:
        task = move(world, process, lambda name: not stopped and len(world.ledger.hits) == cell.hit + 1)
        if task is None:
            continue
        if task.is_stopped:
            stopped = task.point
            if cell.mode == "slow" and stopped in INSIDE:
                world.resume(task)  # transactions are short, or the database ends them
                task.wait()
            else:
                process = MODES[cell.mode](world, process, task)
        task.wait()
    return stopped


def _note_late(world: World) -> None:
    """After everybody has had all rings, nothing may be due that only the sweeper would find."""
    world.work_off()
    for (name,) in world.rows("SELECT sender FROM conversation WHERE due_at <= now()"):
        world.ledger.late.append(f"work for {name} is due and no ring is left")


def count_hits(engines: Engines, scenario: Scenario) -> int:
    """How many points the undisturbed scenario passes."""
    outcome = run_cell(engines, Cell(scenario, "kill", 1_000_000))
    return outcome.hits


def cells_of(engines: Engines, scenario: Scenario, modes: Iterator[str] | tuple[str, ...] = tuple(MODES)) -> list[Cell]:
    hits = count_hits(engines, scenario)
    return [Cell(scenario, mode, hit) for mode in modes for hit in range(hits)]
