"""Adding many texts to the search index, and asking it: `python -m benchmarks.retrieval --texts 100000`.

CPU is this process's and its PostgreSQL backend's together: on a machine with other work, elapsed time says little.
"""

import argparse
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sqlalchemy import Connection, Engine, text

from bot.embedded.postgres import EmbeddedPostgres
from bot.migrate import upgrade
from models.search.index import IndexedText, SearchIndex
from models.session import build_engine, session_scope
from models.tenant import ensure_tenant
from tests.jobs.retrieval_recording import mistyped, read_recording

_TICK = 100  # per second, in /proc
_ROUNDS = 4  # the best of them: what else runs on the machine is not ours
_CHARACTERS = 850
_SYLLABLES = ["ba", "ce", "di", "fo", "ga", "le", "mi", "no", "pa", "re", "si", "to", "va", "zu"]


@dataclass(frozen=True, slots=True)
class Times:
    """In ms, of each question the best of some rounds; in rising order."""

    elapsed: list[float]
    cpu: float  # mean of all

    def __str__(self) -> str:
        p50, p95 = self.elapsed[len(self.elapsed) // 2], self.elapsed[int(len(self.elapsed) * 0.95)]
        return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, most {self.elapsed[-1]:.0f} ms; CPU {self.cpu:.0f} ms"


def make_texts(count: int) -> Iterator[str]:
    """Chunks of recorded sentences, each with a name and a code of its own, so that vocabularies grow as they do."""
    dice = Random(1)
    sentences = [
        s for chunk in read_recording()[0] for s in re.split(r"(?<=[.!?])\s+", chunk.text) if 40 < len(s) < 400
    ]
    for _ in range(count):
        parts: list[str] = []
        while sum(map(len, parts)) < _CHARACTERS:
            name = "".join(dice.choice(_SYLLABLES) for _ in range(dice.randrange(3, 6)))
            parts.append(f"{dice.choice(sentences)} {name} {dice.randrange(10**6)}")
        yield " ".join(parts)


def measure(engine: Engine, space: int, questions: list[str]) -> Times:
    elapsed, used = [], 0.0
    with session_scope(engine) as connection:
        index, cpu = SearchIndex(connection), _cpu_clock(connection)
        for question in questions:
            begun = cpu()
            elapsed.append(min(_timed(lambda q=question: index.search(space, q, 5)) for _ in range(_ROUNDS)))  # type: ignore[misc]
            used += cpu() - begun
    return Times(sorted(one * 1e3 for one in elapsed), used * 1e3 / (len(questions) * _ROUNDS))


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _cpu_clock(connection: Connection) -> Callable[[], float]:
    backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()

    def now() -> float:
        fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / _TICK

    return now


def add_all(engine: Engine, space: int, count: int) -> float:
    """CPU seconds."""
    texts, used, batch = make_texts(count), 0.0, 4096
    for start in range(0, count, batch):
        taken = [IndexedText(next(texts)) for _ in range(min(batch, count - start))]
        with session_scope(engine) as connection:
            cpu = _cpu_clock(connection)
            begun = cpu()
            SearchIndex(connection).add(space, taken)
            used += cpu() - begun
        print(f"  {start + len(taken)} texts", end="\r", flush=True)
    return used


@contextmanager
def a_database() -> Iterator[Engine]:
    with tempfile.TemporaryDirectory(prefix="recado-bench-") as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder))
        server.start()
        try:
            upgrade(server.url)
            engine = build_engine(server.url, application_name="recado-bench", answer_within=120)
            yield engine
            engine.dispose()
        finally:
            server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=100_000)
    count = parser.parse_args().texts
    with a_database() as engine:
        with session_scope(engine) as connection:
            tenant_id = ensure_tenant(connection, slug="bench", name="bench", timezone="America/Sao_Paulo")
            space = SearchIndex(connection).open_space(tenant_id, "documents", tenant_id)
        begun = time.perf_counter()
        used = add_all(engine, space, count)
        print(f"{count} texts added in {time.perf_counter() - begun:.0f} s; CPU {used:.0f} s")
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE) search_posting"))
            connection.execute(text("VACUUM (ANALYZE) search_word"))
            size = connection.execute(text("SELECT pg_total_relation_size('search_posting')")).scalar_one()
        questions = read_recording()[1][:150]
        print(f"the index takes {size / 1e6:.0f} MB")
        measure(engine, space, [question.text for question in questions[:10]])
        print(f"as asked:  {measure(engine, space, [question.text for question in questions])}")
        print(f"mistyped:  {measure(engine, space, [question.text for question in mistyped(questions, 1)])}")


if __name__ == "__main__":
    main()
