"""What growth costs: the 10th turn of a conversation beside the 10,000th, a turn beside few and many stored messages.

`python -m benchmarks.growth`. The worker's turn itself, in this process and one thread, against an LLM that takes no
time; the pairs alternate in small batches, so that noise meets both. The cost of a turn is the CPU that it takes in the
worker and in PostgreSQL.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from benchmarks.past import QUESTION, count_messages, write_past
from benchmarks.stage import Stage, build_stage
from bot.demo import prepare_demo
from bot.migrate import upgrade
from bot.settings import load_settings
from bot.tenant import prepare_tenant
from bot.worker import installed_services
from jobs.advance import bring_forward
from jobs.runtime import Services
from models.inbound import InboundMessage
from models.inbox import RawRequest, store_messages
from models.session import build_engine, session_scope
from models.tenant import DEFAULT, AccountKey, find_account
from tests.standins.llm import StandInLlm

_TURNS_EACH = 100  # of the conversations that fill the database
_BATCH = 5
_WITHIN = 300.0  # seconds for a statement that writes a past
_BACKENDS = text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name IN ('recado-worker', 'recado-sales')"
)
_LAST_OUTCOME = text("SELECT outcome FROM turn WHERE conversation_id = :conversation ORDER BY number DESC LIMIT 1")


@dataclass(frozen=True)
class Size:
    """How much to measure; `turns` on each side of each pair."""

    few_messages: int = 1_000
    many_messages: int = 1_000_000
    early_turn: int = 10
    late_turn: int = 10_000
    turns: int = 150


@dataclass
class Side:
    """One half of a pair, with what its turns took."""

    name: str
    run: Callable[[], tuple[float, float]]  # brings one turn to its end: the worker's CPU seconds, and the clock's
    backends: Callable[[], float | None]  # PostgreSQL's CPU seconds so far
    worker: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)  # by batch

    def work(self, turns: int) -> None:
        before = self.backends()
        for _ in range(turns):
            worker, wall = self.run()
            self.worker.append(worker)
            self.wall.append(wall)
        after = self.backends()
        if before is not None and after is not None:
            self.database.append((after - before) / turns)

    def forget(self) -> None:
        """What was only to warm up."""
        for figures in (self.worker, self.wall, self.database):
            figures.clear()


@dataclass(frozen=True)
class Cost:
    """Milliseconds of a turn, medians; `database` is None where there is no /proc, or PostgreSQL is elsewhere."""

    name: str
    worker: float
    database: float | None
    wall: float

    @property
    def cpu(self) -> float:
        return self.worker + (self.database or 0.0)


@dataclass(frozen=True)
class Growth:
    """A pair. The factor is what the larger one costs by what the smaller one does, in CPU of worker and database."""

    what: str
    small: Cost
    large: Cost

    @property
    def factor(self) -> float:
        return self.large.cpu / self.small.cpu


def measure_growth(stage: Stage, size: Size | None = None, say: Callable[[str], None] = print) -> list[Growth]:
    """The stage's LLM must take no time. Its database is filled; a second one beside it holds the many messages."""
    size = size or Size()
    with ExitStack() as closing:
        few = closing.enter_context(_site(stage, stage.engine.url.render_as_string(hide_password=False)))
        many = closing.enter_context(_site(stage, _make_database(stage)))
        for site, messages in ((few, size.few_messages), (many, size.many_messages)):
            write_past(site.engine, site.account, "past-", messages // 2 // _TURNS_EACH, _TURNS_EACH)
            say(f"{count_messages(site.engine):,} messages lie in {site.engine.url.database}")
        stored = (_new_conversations(few, "few messages"), _new_conversations(many, "many messages"))
        _alternate(stored, size.turns)
        write_past(few.engine, few.account, "early-", size.turns + 2 * _BATCH, size.early_turn - 1)
        write_past(few.engine, few.account, "late-", 1, size.late_turn - 1)
        long = (_next_turns(few, f"turn {size.early_turn:,}", "early-"), _same_thread(few, f"turn {size.late_turn:,}"))
        _alternate(long, size.turns)
    return [Growth("of a conversation", *map(_cost, long)), Growth("stored messages", *map(_cost, stored))]


@dataclass(frozen=True)
class _Site:
    """A database with the worker's services on it."""

    engine: Engine
    account: AccountKey
    services: Services


@contextmanager
def _site(stage: Stage, database_url: str) -> Iterator[_Site]:
    settings = load_settings(stage.environment, dotenv_path=stage.folder / "none")
    engine = build_engine(database_url, application_name="recado-bench", pool_size=2, answer_within=_WITHIN)
    with session_scope(engine) as connection:
        account = find_account(connection, channel="chat", name=DEFAULT)
    assert account is not None, "the database was prepared"
    with installed_services(settings, database_url, stage.queue) as services:
        yield _Site(engine, account, services)
    engine.dispose()


def _make_database(stage: Stage) -> str:
    """Another one on the same server, as ready as the stage's."""
    name = f"growth_{uuid4().hex[:8]}"
    with stage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(stage.engine.url).set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    settings = load_settings(stage.environment, dotenv_path=stage.folder / "none")
    upgrade(url)
    prepare_demo(settings, url)
    engine = build_engine(url, application_name="recado-bench", pool_size=1)
    prepare_tenant(engine, settings)
    engine.dispose()
    return url


def _new_conversations(site: _Site, name: str) -> Side:
    return _side(site, name, lambda: f"new-{uuid4().hex}")


def _next_turns(site: _Site, name: str, prefix: str) -> Side:
    """The next turn of another conversation each time."""
    numbers = iter(range(1, 1_000_000))
    return _side(site, name, lambda: f"{prefix}{next(numbers)}")


def _same_thread(site: _Site, name: str) -> Side:
    return _side(site, name, lambda: "late-1")


def _side(site: _Site, name: str, next_sender: Callable[[], str]) -> Side:
    def run() -> tuple[float, float]:
        conversation = _ask(site, next_sender())
        before, begun = time.thread_time(), time.perf_counter()
        bring_forward(site.services, conversation)
        spent, passed = time.thread_time() - before, time.perf_counter() - begun
        _check_answered(site, conversation)
        return spent, passed

    def backends() -> float | None:
        with session_scope(site.engine) as connection:
            pids = connection.execute(_BACKENDS).scalars().all()
        return _cpu_of(pids)

    return Side(name, run, backends)


def _ask(site: _Site, sender: str) -> UUID:
    message = InboundMessage(uuid4().hex, sender, QUESTION)
    request = RawRequest("/chat", {}, b"", uuid4().hex)
    return store_messages(site.engine, site.account, request, [message])[0].conversation_id


def _check_answered(site: _Site, conversation: UUID) -> None:
    with session_scope(site.engine) as connection:
        outcome = connection.execute(_LAST_OUTCOME, {"conversation": conversation}).scalar_one()
    if outcome != "answered":
        raise SystemExit(f"a turn ended as {outcome!r}: its cost says nothing")


def _cpu_of(pids: Sequence[int]) -> float | None:
    """CPU seconds of living processes, to the nanosecond; None where that is not told."""
    try:
        return sum(int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[0]) for pid in pids) / 1e9
    except OSError:
        return None


def _alternate(pair: tuple[Side, Side], turns: int) -> None:
    for side in pair:
        side.work(2 * _BATCH)
        side.forget()
    for _ in range(turns // _BATCH):
        for side in pair:
            side.work(_BATCH)


def _cost(side: Side) -> Cost:
    database = 1_000 * median(side.database) if side.database else None
    return Cost(side.name, 1_000 * median(side.worker), database, 1_000 * median(side.wall))


def show_growth(found: Sequence[Growth]) -> str:
    """A table, two lines a pair."""
    lines = [f"{'cost of a turn':<32}{'worker CPU ms':>15}{'database CPU ms':>17}{'wall ms':>10}{'factor':>9}"]
    for growth in found:
        for cost in (growth.small, growth.large):
            database = "-" if cost.database is None else f"{cost.database:.2f}"
            factor = f"{growth.factor:.2f}" if cost is growth.large else ""
            lines.append(f"{cost.name:<32}{cost.worker:>15.2f}{database:>17}{cost.wall:>10.2f}{factor:>9}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--many", type=int, default=Size.many_messages, help="messages in the full database")
    parser.add_argument("--turns", type=int, default=Size.turns, help="on each side of each pair")
    arguments = parser.parse_args()
    with StandInLlm() as llm, build_stage(llm.url, 8) as stage:
        print(show_growth(measure_growth(stage, Size(many_messages=arguments.many, turns=arguments.turns))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
