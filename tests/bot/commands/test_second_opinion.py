"""A second opinion on finding: other documents than the recorded set, with other questions, from files to answers."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.bot.commands.conftest import Cli
from tests.bot.commands.opinion import Shelf, share, spellings
from tests.bot.commands.second_opinion import ASKED, UNANSWERABLE, make_documents

QUESTIONS = [words for words, _ in ASKED]


@pytest.fixture
def shop(cli: Cli, engine: Engine, fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    return Shelf(cli, engine, tmp_path, make_documents())


def test_other_documents_and_questions_are_found_as_well(shop: Shelf) -> None:
    right = shop.holding(marker for _, marker in ASKED)

    def measure(asked: Sequence[str]) -> tuple[float, float]:
        found = shop.found(asked)
        first = share(bool(good.intersection(one[:1])) for good, one in zip(right, found, strict=True))
        return share(bool(good.intersection(one)) for good, one in zip(right, found, strict=True)), first

    plain, *wrong = [measure(questions) for questions in spellings(QUESTIONS)]
    assert (plain[0] >= 0.97, plain[1] >= 0.9) == (True, True), plain
    assert (min(five for five, _ in wrong) >= 0.95, min(first for _, first in wrong) >= 0.85) == (True, True), wrong


def test_other_questions_are_answered_by_the_right_passage_or_refused(shop: Shelf) -> None:
    right = shop.holding(marker for _, marker in ASKED)
    plain, *wrong = [shop.judged(questions) for questions in spellings(QUESTIONS)]
    assert (plain.answered >= 0.83, min(one.answered for one in wrong) >= 0.75) == (True, True), (plain, wrong)
    assert (plain.offered >= 0.93, min(one.offered for one in wrong) >= 0.88) == (True, True), (plain, wrong)
    assert max(one.wrong(right) for one in (plain, *wrong)) <= 0.03
    unanswerable = shop.judged(UNANSWERABLE)
    assert (unanswerable.answered <= 0.05, unanswerable.offered <= 0.1) == (True, True), unanswerable
