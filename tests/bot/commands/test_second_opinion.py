"""A second opinion on finding: other documents than the recorded set, with other questions, from files to answers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from agent.tools.knowledge import ANSWERS
from jobs.knowledge.library import Library
from models.knowledge.passage import SearchScope
from models.session import session_scope
from tests.bot.commands.conftest import Cli
from tests.bot.commands.second_opinion import ASKED, UNANSWERABLE, make_documents
from tests.jobs.retrieval_recording import Question, mistyped

DRAWS = (1, 2, 3)
_EVERY = text("""
SELECT d.key || '#' || (c.number - d.first_number + 1) AS id, c.text
FROM chunk c JOIN document d ON d.id = c.document_id
""")


class Shop:
    """The three documents, taken in by the command line."""

    def __init__(self, cli: Cli, engine: Engine, folder: Path) -> None:
        self._cli, self._folder = cli, folder
        paths = []
        for name, content in make_documents().items():
            (folder / name).write_bytes(content)
            paths.append(str(folder / name))
        added = cli("docs", "add", *paths)
        assert added.code == 0, added.err
        with session_scope(engine) as connection:
            self._tenant_id = connection.execute(text("SELECT DISTINCT tenant_id FROM document")).scalar_one()
            self.texts: dict[str, str] = {row.id: row.text for row in connection.execute(_EVERY)}
        self._library = Library(engine)

    @property
    def _scope(self) -> SearchScope:
        return SearchScope(self._tenant_id, "rep", None, date(2026, 3, 2))

    def found(self, questions: Sequence[str]) -> list[list[str]]:
        """The ids of the best five for each."""
        path = self._folder / "questions.jsonl"
        lines = (json.dumps({"id": at, "text": words}, ensure_ascii=False) for at, words in enumerate(questions))
        path.write_text("\n".join(lines), encoding="utf-8")
        asked = self._cli("docs", "search", "--batch", str(path), "-k", "5")
        assert asked.code == 0, asked.err
        answers: list[Mapping[str, list[Mapping[str, str]]]] = [json.loads(line) for line in asked.out.splitlines()]
        return [[passage["id"] for passage in answer["passages"]] for answer in answers]

    def answered(self, questions: Sequence[str]) -> list[str | None]:
        """The passage that each is answered by; None where the documents are said not to answer."""
        best = [self._library.search(words, self._scope, 1) for words in questions]
        return [str(one[0].id) if one and one[0].coverage >= ANSWERS else None for one in best]

    def right(self) -> list[set[str]]:
        """The passages that answer each question."""
        found = [{number for number, held in self.texts.items() if words in held} for _, words in ASKED]
        assert all(found)
        return found


def share(hits: Iterable[bool]) -> float:
    every = list(hits)
    return sum(every) / len(every)


@pytest.fixture
def shop(cli: Cli, engine: Engine, fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    return Shop(cli, engine, tmp_path)


def test_other_documents_and_questions_are_found_as_well(shop: Shop) -> None:
    right = shop.right()

    def measure(asked: Sequence[str]) -> tuple[float, float]:
        found = shop.found(asked)
        first = share(bool(good.intersection(one[:1])) for good, one in zip(right, found, strict=True))
        return share(bool(good.intersection(one)) for good, one in zip(right, found, strict=True)), first

    plain, *wrong = [measure(questions) for questions in spellings()]
    assert (plain[0] >= 0.97, plain[1] >= 0.9) == (True, True), plain
    assert (min(five for five, _ in wrong) >= 0.95, min(first for _, first in wrong) >= 0.85) == (True, True), wrong


def test_other_questions_are_answered_by_the_right_passage_or_refused(shop: Shop) -> None:
    right = shop.right()
    answers = [shop.answered(questions) for questions in spellings()]
    shares = [share(one is not None for one in each) for each in answers]
    wrong = [
        share(one is not None and one not in good for one, good in zip(each, right, strict=True)) for each in answers
    ]
    refused = share(one is None for one in shop.answered(UNANSWERABLE))
    assert (shares[0] >= 0.7, min(shares[1:]) >= 0.6) == (True, True), shares
    assert max(wrong) <= 0.05
    assert refused >= 0.9


def spellings() -> list[list[str]]:
    """As they were asked, then as three people would have mistyped them."""
    plain = [words for words, _ in ASKED]
    asked = [Question(words, frozenset()) for words in plain]
    return [plain, *([one.text for one in mistyped(asked, seed)] for seed in DRAWS)]
