"""Documents from files to answers: taken in by the command line, asked what they hold, and how sure that is."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, text

from jobs.knowledge.library import Library
from models.knowledge.passage import Passage, SearchScope
from models.retrieval.answering import ANSWERS, NEAREST
from models.session import session_scope
from tests.bot.commands.conftest import Cli
from tests.jobs.retrieval_recording import Question, mistyped

DRAWS: Final = (1, 2, 3)
_EVERY = text("""
SELECT d.key || '#' || (c.number - d.first_number + 1) AS id, c.text
FROM chunk c JOIN document d ON d.id = c.document_id
""")


@dataclass(frozen=True, slots=True)
class Judged:
    """The best passage for each question."""

    best: Sequence[Passage | None]

    @property
    def answered(self) -> float:
        """The share that is said to be answered by it."""
        return self._share(ANSWERS)

    @property
    def offered(self) -> float:
        """The share that is told it, as an answer or as the nearest."""
        return self._share(NEAREST)

    def wrong(self, right: Sequence[set[str]]) -> float:
        """The share that is said to be answered by another passage than the right one."""
        pairs = zip(self.best, right, strict=True)
        return share(one is not None and one.answers >= ANSWERS and str(one.id) not in good for one, good in pairs)

    def _share(self, least: float) -> float:
        return share(one is not None and one.answers >= least for one in self.best)


class Shelf:
    """A company's documents, and questions put to them."""

    def __init__(self, cli: Cli, engine: Engine, folder: Path, documents: Mapping[str, bytes]) -> None:
        self._cli, self._folder = cli, folder
        paths = []
        for name, content in documents.items():
            (folder / name).write_bytes(content)
            paths.append(str(folder / name))
        added = cli("docs", "add", *paths)
        assert added.code == 0, added.err
        with session_scope(engine) as connection:
            tenant_id = connection.execute(text("SELECT DISTINCT tenant_id FROM document")).scalar_one()
            self.texts: dict[str, str] = {row.id: row.text for row in connection.execute(_EVERY)}
        self._scope = SearchScope(tenant_id, "rep", None, date(2026, 3, 2))
        self._library = Library(engine)

    def found(self, questions: Sequence[str]) -> list[list[str]]:
        """The ids of the best five for each."""
        path = self._folder / "questions.jsonl"
        lines = (json.dumps({"id": at, "text": words}, ensure_ascii=False) for at, words in enumerate(questions))
        path.write_text("\n".join(lines), encoding="utf-8")
        asked = self._cli("docs", "search", "--batch", str(path), "-k", "5")
        assert asked.code == 0, asked.err
        answers: list[Mapping[str, list[Mapping[str, str]]]] = [json.loads(line) for line in asked.out.splitlines()]
        return [[passage["id"] for passage in answer["passages"]] for answer in answers]

    def judged(self, questions: Iterable[str]) -> Judged:
        return Judged([next(iter(self._library.search(words, self._scope, 1)), None) for words in questions])

    def holding(self, markers: Iterable[str]) -> list[set[str]]:
        """For each, the passages in which those words stand."""
        found = [{number for number, held in self.texts.items() if words in held} for words in markers]
        assert all(found)
        return found


def share(hits: Iterable[bool]) -> float:
    every = list(hits)
    return sum(every) / len(every)


def spellings(plain: Sequence[str]) -> list[list[str]]:
    """As they were asked, then as three people would have mistyped them."""
    asked = [Question(words, frozenset()) for words in plain]
    return [list(plain), *([one.text for one in mistyped(asked, seed)] for seed in DRAWS)]
