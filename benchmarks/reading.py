"""A PDF of 100 pages, from its bytes until it can be found: `python -m benchmarks.reading`.

CPU is of this process, of the one that reads, and of the PostgreSQL backend, together: what one core would take.
"""

import argparse
import re
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from textwrap import wrap

from sqlalchemy import Connection, Engine, text

from benchmarks.retrieval import a_database
from jobs.knowledge.document_reading import read_file
from jobs.knowledge.library import index_document
from models.knowledge.document import Upload, put_document
from models.session import session_scope
from models.tenant import ensure_tenant
from tests.agent.knowledge.files import pdf
from tests.jobs.retrieval_recording import read_recording

GOAL = 30.0  # seconds of one core
_TICK = 100  # per second, in /proc
_LINES, _WIDTH = 52, 92  # of a page that is full of text


@dataclass(frozen=True, slots=True)
class Reading:
    """Seconds of a processor."""

    pages: int
    characters: int
    chunks: int
    reading: float
    indexing: float

    def __str__(self) -> str:
        what = f"{self.pages} pages, {self.characters} characters, {self.chunks} passages"
        return f"{what}: read in {self.reading:.1f} s, made findable in {self.indexing:.1f} s of CPU; goal {GOAL:.0f} s"


def make_pages(count: int) -> list[list[str]]:
    """Recorded sentences in another order on each page, as they fill it."""
    dice = Random(1)
    texts = [sentence for chunk in read_recording()[0] for sentence in re.split(r"(?<=[.!?])\s+", chunk.text)]
    pages = []
    for _ in range(count):
        said = " ".join(dice.sample(texts, 60)).encode("cp1252", "ignore").decode("cp1252")
        pages.append(list(islice(wrap(said, _WIDTH), _LINES)))
    return pages


def measure(engine: Engine, pages: list[list[str]]) -> Reading:
    content = pdf(pages)
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="reading", name="reading", timezone="America/Sao_Paulo")
        cpu = _cpu_clock(connection)
        begun = cpu()
        found = read_file("manual.pdf", "application/pdf", content)
        read = cpu()
        document_id = put_document(connection, tenant_id, Upload("manual.pdf", "Manual", "pt", ("rep",)))
        index_document(connection, tenant_id, document_id, found.chunks)
        done = cpu()
    characters = sum(len(line) for page in pages for line in page)
    return Reading(len(pages), characters, len(found.chunks), read - begun, done - read)


def _cpu_clock(connection: Connection) -> Callable[[], float]:
    backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()

    def now() -> float:
        fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        ours = time.process_time() + children.ru_utime + children.ru_stime
        return ours + (int(fields[11]) + int(fields[12])) / _TICK

    return now


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100)
    pages = make_pages(parser.parse_args().pages)
    with a_database() as engine:
        print(measure(engine, pages))


if __name__ == "__main__":
    main()
