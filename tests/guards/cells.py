"""Cells: a scenario that is disturbed at one of its points in one of several ways, then brought to rest and judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.guards.judge import Violation, find_lost, judge
from tests.guards.process import INSIDE, Stuck, Task
from tests.guards.scenarios import BRIEF, DOUBT, SCENARIOS, TALK, Scenario
from tests.guards.world import POLICY, Engines, Process, World

# What happens to whoever stands at the point; a process to go on with comes back.
Disturbance = Callable[[World, Process, Task], Process]


def _kill(world: World, process: Process, task: Task) -> Process:
    world.kill(process)
    return world.spawn()


def _kill_and_flush(world: World, process: Process, task: Task) -> Process:
    world.flush()
    return _kill(world, process, task)


def _kill_always(world: World, process: Process, task: Task) -> Process:
    """Whoever comes to the same point dies there too."""
    point, deaths = task.point, 1
    world.kill(process)
    while deaths < 2 * POLICY.max_crashes:
        other = world.spawn()
        world.pass_time(60)
        world.sweep(other).wait()
        key = world.take_ring()
        again = None if key is None else world.work(other, key, lambda name: name == point)
        if again is None or not again.is_stopped:
            return other
        world.kill(other)
        deaths += 1
    world.ledger.noticed.append(("I7", f"the same work has killed {deaths} processes"))
    return world.spawn()


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


def _meet(world: World, other: Process, task: Task) -> None:
    """The same webhooks again, one more message, the platform's words, and a ring too many, right now."""
    tasks = [world.deliver(other, delivery) for delivery in list(world.ledger.deliveries.values())]
    tasks.append(world.say(other, "m9"))
    tasks += [world.call_back(other, arrival, "delivered") for arrival in list(world.platform.arrivals)]
    while (key := world.take_ring()) is not None:
        tasks.append(world.work(other, key))
    world.resume(task)
    for each in (task, *tasks):
        each.wait()
    _note_late(world)


def _note_late(world: World) -> None:
    """After everybody has had all rings, nothing may be due that only the sweeper would find."""
    world.work_off()
    for (name,) in world.rows("SELECT sender FROM conversation WHERE due_at <= now()"):
        world.ledger.noticed.append(("P", f"work for {name} is due and no ring is left"))
    waiting = "SELECT external_id FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE c.due_at IS NULL"
    for (name,) in world.rows(f"{waiting} AND m.turn_id IS NULL"):
        world.ledger.noticed.append(("P", f"{name} waits and nothing is due"))


def _two_processes(world: World, process: Process, task: Task) -> Process:
    _meet(world, world.spawn(), task)
    return process


def _two_threads(world: World, process: Process, task: Task) -> Process:
    _meet(world, process, task)
    return process


def _crowd(world: World, process: Process, task: Task) -> Process:
    """Two at once, and both wait for the conversation's row before either has it."""
    other = world.spawn()
    with world.crowd():
        world.resume(task)
        tasks = [world.deliver(other, delivery) for delivery in list(world.ledger.deliveries.values())]
        tasks += [world.work(other, key) for (key,) in world.rows("SELECT id FROM conversation")]
    for each in (task, *tasks):
        each.wait()
    return process


def _slow(world: World, process: Process, task: Task) -> Process:
    """It lives and takes fifteen seconds here, while another would be ready to take over."""
    other = world.spawn()
    for _ in range(5 if task.point not in INSIDE else 0):  # transactions are short, or the database ends them
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
    """Its next statement finds the database away."""
    task.trouble = "refused"
    world.resume(task)
    task.wait()
    world.pay(process)
    return process


def _unheard(world: World, process: Process, task: Task) -> Process:
    """Its next commit arrives, and the connection dies before it hears of that."""
    task.trouble = "unheard"
    world.resume(task)
    task.wait()
    world.pay(process)
    return process


def _stop(world: World, process: Process, task: Task) -> Process:
    """SIGTERM: it ends what it does, and another goes on."""
    process.life.is_stopping = True
    passed = len(task.hits)
    world.resume(task)
    task.wait()
    if "turn.begun" in task.hits[passed:]:
        world.ledger.noticed.append(("S", "it began an answer though it was asked to stop"))
    return world.spawn()


MODES: dict[str, Disturbance] = {
    "kill": _kill,
    "kill+flush": _kill_and_flush,
    "freeze": _freeze,
    "two at once": _two_processes,
    "two threads": _two_threads,
    "crowd": _crowd,
    "slow": _slow,
    "cut off": _cut_off,
    "unheard": _unheard,
    "stop": _stop,
    "kill always": _kill_always,
}
# Points at which a mode can tell nothing that it does not tell elsewhere are left out.
_ONLY_AT = {
    "kill+flush": ("ingress.", "turn.", "sweep."),  # an emptied Redis lacks rings, and nothing else
    "two threads": ("turn.", "llm.", "send."),
    "crowd": ("ingress.opened", "turn.", "send.", "reconcile."),
    "slow": ("turn.rung", "turn.leased", "turn.begun", "llm.", "tool.", "platform.", "send.checked", "reconcile."),
    "stop": ("turn.", "llm.", "send."),
    "kill always": ("llm.", "tool.", "shop."),  # where an answer runs what may kill: deaths there are counted
}
UNDISTURBED = "none"
_BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
# For pairs of guards, the points at which a worker is about to write what another may have written.
_LATE = (
    "turn.leased",
    "turn.begun",
    "llm.answered",
    "llm.journalled",
    "tool.worked",
    "answer.committed",
    "send.committed",
    "send.answered",
)
_MET = (
    "ingress.committed",
    "turn.begun",
    "llm.answered",
    "tool.worked",
    "answer.committed",
    "send.answered",
    "turn.released",
)


@dataclass(frozen=True, slots=True)
class Cell:
    """`nth` counts the point's occurrences from 1; a point that never comes leaves the scenario undisturbed."""

    scenario: Scenario
    mode: str
    point: str = ""
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.scenario.name}/{self.mode}/{self.point}" + (f"#{self.nth}" if self.nth > 1 else "")


@dataclass(frozen=True, slots=True)
class Outcome:
    cell: Cell
    violations: list[Violation]
    hits: list[str]


def read_cell(shown: str) -> Cell:
    """The cell that shows itself so."""
    name, mode, place = shown.split("/")
    point, _, nth = place.partition("#")
    return Cell(_BY_NAME[name], mode, point, int(nth or 1))


def run_cell(engines: Engines, cell: Cell) -> Outcome:
    """One run, to its end."""
    with World(engines) as world:
        try:
            hits = _play(world, cell)
            world.redeliver()
            lost = find_lost(world)
            is_quiet = world.settle()
            world.repeat()
            is_quiet = is_quiet and world.settle()
        except Stuck as error:
            return Outcome(cell, [Violation("I7", str(error))], [])
        return Outcome(cell, lost + judge(world, is_quiet), hits)


def _play(world: World, cell: Cell) -> list[str]:
    """The scenario's moves with the disturbance at its place; the points that the moves passed."""
    process, passed, hits = world.spawn(), 0, []
    cell.scenario.prepare(world)

    def stop_at(name: str) -> bool:
        nonlocal passed
        passed += name == cell.point
        return name == cell.point and passed == cell.nth

    for move in cell.scenario.moves:
        task = move(world, process, stop_at)
        if task is None:
            continue
        task.wait()  # nobody else holds a lock now: it stops or ends
        if task.is_stopped:
            process = MODES[cell.mode](world, process, task)
            task.wait()
        hits += task.hits
    return hits


def every_cell(engines: Engines, scenarios: Sequence[Scenario] = SCENARIOS) -> list[Cell]:
    """Each point of each scenario, each time it is passed, in each mode."""
    return [
        Cell(scenario, mode, point, hits[:index].count(point) + 1)
        for scenario in scenarios
        for hits in [run_cell(engines, Cell(scenario, UNDISTURBED)).hits]
        for mode in MODES
        for index, point in enumerate(hits)
        if tells(mode, point)
    ]


def tells(mode: str, point: str) -> bool:
    return point.startswith(_ONLY_AT.get(mode, ("",)))


def telling_cells(engines: Engines) -> list[Cell]:
    """Every scenario undisturbed, each point of the long one once in each mode, and the doubtful one where it asks."""
    cells = [Cell(scenario, UNDISTURBED) for scenario in SCENARIOS]
    cells += [Cell(TALK, mode, point) for mode in MODES for point in _points(engines, TALK) if tells(mode, point)]
    asking = [point for point in _points(engines, DOUBT) if point.startswith("reconcile.")]
    return cells + [Cell(DOUBT, mode, point) for mode in ("kill", "freeze", "two at once") for point in asking]


def quick_cells(engines: Engines) -> list[Cell]:
    """Where two layers of guards meet: whoever thaws late, and two who work at once."""
    frozen = [Cell(BRIEF, "freeze", point) for point in _LATE]
    met = [Cell(BRIEF, "two at once", point) for point in _MET]
    return [
        *frozen,
        *met,
        Cell(DOUBT, "two at once", "reconcile.answered"),
        Cell(TALK, "kill+flush", "ingress.rung", 3),
    ]


def _points(engines: Engines, scenario: Scenario) -> list[str]:
    return list(dict.fromkeys(run_cell(engines, Cell(scenario, UNDISTURBED)).hits))
