"""What happens in a run before anything goes wrong: short stories, told move by move."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.errors import ProviderError
from tests.guards.process import Task
from tests.guards.world import Process, StopAt, World

# A move starts one task of the process; None when there is nothing to do.
Move = Callable[[World, Process, StopAt], Task | None]


def said(message_id: str, words: str = "", sender: str = "ana") -> Move:
    return lambda world, process, stop_at: world.say(process, message_id, words, sender, stop_at)


def waited(seconds: float) -> Move:
    def wait(world: World, process: Process, stop_at: StopAt) -> None:
        world.pass_time(seconds)
        world.ring_due()

    return wait


def worked(world: World, process: Process, stop_at: StopAt) -> Task | None:
    key = world.take_ring()
    return None if key is None else world.work(process, key, stop_at)


def swept(world: World, process: Process, stop_at: StopAt) -> Task:
    return world.sweep(process, stop_at)


def called_back(number: int, status: str) -> Move:
    def call_back(world: World, process: Process, stop_at: StopAt) -> Task | None:
        arrivals = world.platform.arrivals
        return world.call_back(process, arrivals[number], status, stop_at) if number < len(arrivals) else None

    return call_back


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """`prepare` tells the far side how to behave."""

    name: str
    moves: Sequence[Move]
    prepare: Callable[[World], None] = lambda world: None


def _doubt(world: World) -> None:
    world.platform.fates = ["kept", "lost"]
    world.platform.lag = 50.0


def _one_blind_look(world: World) -> None:
    world.platform.fates = ["kept"]
    world.platform.misses = 1


def _never_told(world: World) -> None:
    world.platform.fates = ["kept"]
    world.platform.is_blind = True


def _refusals(world: World) -> None:
    world.platform.fates = ["later", "never"]
    world.scribe.failures = [ProviderError("slow down", kind="rate_limit", retry_after=4)]


def _twins(world: World) -> None:
    world.platform.fates = ["accept", "lost"]
    world.scribe.is_terse = True


TALK = Scenario(
    "talk",
    (
        said("m1", "buy"),
        said("m2"),
        worked,
        worked,
        said("m3"),
        worked,
        called_back(1, "read"),
        called_back(1, "delivered"),
        called_back(0, "sent"),
        swept,
    ),
)
DOUBT = Scenario("doubt", (said("m1"), worked, waited(16), worked, waited(16), worked, said("m2"), worked), _doubt)
BLIND = Scenario("blind look", (said("m1"), worked, waited(180), swept, worked), _one_blind_look)
UNTOLD = Scenario("untold", (said("m1"), worked, waited(3700), swept, worked, said("m2"), worked), _never_told)
REFUSED = Scenario("refused", (said("m1"), worked, waited(5), worked, said("m2"), waited(12), worked), _refusals)
TWINS = Scenario("twins", (said("m1"), worked, said("m2"), worked, waited(16), worked), _twins)
BACKLOG = Scenario("backlog", (said("m1"), *[waited(3), swept] * 4, worked, said("m2"), worked))
BRIEF = Scenario("brief", (said("m1", "buy"), worked, said("m2"), worked))

SCENARIOS = (TALK, DOUBT, BLIND, UNTOLD, REFUSED, TWINS, BACKLOG, BRIEF)
