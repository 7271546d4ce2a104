"""Runs played by several processes at once, each on a stage, a PostgreSQL and a Valkey of its own."""

import logging
import multiprocessing
import shutil
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from bot.embedded.folders import prepare_data_folder
from bot.embedded.postgres import EmbeddedPostgres
from bot.embedded.valkey import EmbeddedValkey
from bot.migrate import upgrade
from tests.conftest import FAST
from tests.matrix.runs import Outcome, run
from tests.matrix.stage import Stage, raised_stage
from tests.matrix.watch import Strike

PLAYERS = 2


@dataclass(frozen=True)
class Plan:
    """A run to be played."""

    scenario: str
    strikes: tuple[Strike, ...] = ()


class BrokenRun(Exception):
    """A run did not come to its end; the message is its plan and what it died of."""


@dataclass
class Crew:
    """Plays plans and remembers what became of them: a plan that was played before is not played again."""

    tasks: Any
    results: Any
    players: list[BaseProcess]
    known: dict[Plan, Outcome] = field(default_factory=dict)
    runs: int = 0

    def play(self, plans: Iterable[Plan]) -> Iterator[Outcome]:
        """In whatever order they end. Raises BrokenRun."""
        wanted = list(dict.fromkeys(plans))
        fresh = [plan for plan in wanted if plan not in self.known]
        yield from (self.known[plan] for plan in wanted if plan in self.known)
        for plan in fresh:
            self.tasks.put(plan)
        for _ in fresh:
            yield self._next()

    def outcome(self, plan: Plan) -> Outcome:
        """Of that one plan."""
        for _ in self.play([plan]):
            pass
        return self.known[plan]

    def _next(self) -> Outcome:
        outcome = self.results.get(timeout=300)
        if isinstance(outcome, str):
            raise BrokenRun(outcome)
        self.runs += 1
        self.known[Plan(outcome.scenario, outcome.strikes)] = outcome
        return outcome  # type: ignore[no-any-return]


@contextmanager
def hired_crew(players: int = PLAYERS) -> Iterator[Crew]:
    """Until the block ends; each player needs a second or two to raise its stage."""
    context = multiprocessing.get_context("spawn")
    tasks, results = context.Queue(), context.Queue()
    hired = [context.Process(target=_play, args=(tasks, results), daemon=True) for _ in range(players)]
    for player in hired:
        player.start()
    try:
        yield Crew(tasks, results, list(hired))
    finally:
        while not tasks.empty():
            tasks.get()
        for _ in hired:
            tasks.put(None)
        for player in hired:
            player.join(180)
        for queue in (tasks, results):
            queue.close()


@contextmanager
def own_stage() -> Iterator[Stage]:
    """A stage on engines started for it alone."""
    folder = Path(tempfile.mkdtemp(prefix="recado-matrix-"))
    folder.chmod(0o711)  # PostgreSQL runs under an account of its own where we are root
    data = prepare_data_folder(folder / "data")
    postgres, valkey = EmbeddedPostgres(data, settings=FAST), EmbeddedValkey(data)
    try:
        postgres.start()
        valkey.start()
        upgrade(postgres.url)
        with raised_stage(postgres.url, valkey.url, folder / "files") as stage:
            yield stage
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(folder)


def _play(tasks: Any, results: Any) -> None:
    warnings.simplefilter("error")
    logging.getLogger().setLevel(logging.INFO)
    with own_stage() as stage:
        for plan in iter(tasks.get, None):
            try:
                results.put(run(stage, plan.scenario, plan.strikes))
            except Exception as error:
                results.put(f"{plan}: {error!r}")
