"""A third opinion, on whether the documents answer: no threshold was chosen by these questions."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.bot.commands.conftest import Cli
from tests.bot.commands.opinion import Shelf, spellings
from tests.bot.commands.third_opinion import ASKED, FAR, NEAR, make_documents


def test_questions_that_nothing_was_chosen_by_are_answered_offered_the_nearest_or_refused(
    cli: Cli, engine: Engine, fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    shelf = Shelf(cli, engine, tmp_path, make_documents())
    right = shelf.holding(marker for _, marker in ASKED)
    plain, mistyped = [shelf.judged(questions) for questions in spellings([words for words, _ in ASKED])[:2]]
    near, far = shelf.judged(NEAR), shelf.judged(FAR)
    assert (plain.answered >= 0.65, mistyped.answered >= 0.57) == (True, True), (plain, mistyped)
    assert (plain.offered >= 0.77, mistyped.offered >= 0.72) == (True, True), (plain, mistyped)
    assert shelf.judged(["vocês trocam mercadoria?"]).offered == 1, "what a new user asks first"
    assert max(plain.wrong(right), mistyped.wrong(right)) <= 0.05, (plain, mistyped)
    assert (near.answered <= 0.23, near.offered <= 0.5) == (True, True), near
    assert (far.answered <= 0.05, far.offered <= 0.15) == (True, True), far
