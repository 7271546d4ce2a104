"""The questions themselves."""

from collections import Counter
from pathlib import Path

import pytest

from agent.tools.registry import TOOLS
from bot.evaluation.questions import choose, read_questions
from models.errors import ConfigurationError

SHIPPED = read_questions()


def test_the_shipped_questions_are_many_of_every_kind_with_ids_of_their_own() -> None:
    assert len(SHIPPED) >= 60
    assert len({one.id for one in SHIPPED}) == len({one.text for one in SHIPPED}) == len(SHIPPED)
    kinds = Counter(one.kind for one in SHIPPED)
    assert len(kinds) >= 10
    assert min(kinds.values()) >= 3


def test_they_expect_only_tools_that_there_are() -> None:
    assert {call.name for one in SHIPPED for call in (*one.calls, *one.or_else)} <= set(TOOLS)


def test_a_few_are_taken_from_all_over_and_names_choose_kinds_and_ids() -> None:
    few = choose(SHIPPED, [], 8)
    assert len(few) == 8
    assert len({one.kind for one in few}) >= 6
    assert {one.kind for one in choose(SHIPPED, ["meta"], None)} == {"meta"}
    assert [one.id for one in choose(SHIPPED, ["total-2"], 5)] == ["total-2"]
    assert choose(SHIPPED, ["nothing of the kind"], None) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "holds no question"),
        ("\n{no json\n", "line 2"),
        ('{"id": "a", "kind": "b", "text": "c", "call": []}', "call"),
        ('{"id": "a", "kind": "b", "text": "c", "or_else": [{"name": "x", "arguments": {}}]}', "or_else"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=complaint):
        read_questions(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_questions(tmp_path / "nowhere.jsonl")
