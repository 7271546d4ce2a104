"""Hostile files: each is refused, or read, within bounds of time and memory, with a sentence that says what to do."""

import re
import sys
from unicodedata import normalize

import pytest

from agent.knowledge.bounds import MIB, Effort, effort_for
from agent.knowledge.parsing.reader import parse
from agent.knowledge.reading import read_document
from models.errors import UnreadableDocument
from tests.agent.knowledge.files import pdf
from tests.agent.knowledge.hostile import READ, REFUSED, a_docx

LITTLE = Effort(cpu=10, memory=768 * MIB, patience=240)
CURE = re.compile(
    r"\b(?:save|add|Add|divide|unpack|mend|do not trust|let a program)\b|^it (?:is empty|has no pages)|no text$"
)


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_with_what_to_do(name: str) -> None:
    file, make = REFUSED[name]
    with pytest.raises(UnreadableDocument) as refused:
        read_document(file, "", make(), LITTLE)
    assert CURE.search(str(refused.value)), refused.value


@pytest.mark.parametrize("name", READ)
def test_a_strange_file_is_read_as_far_as_there_is_something_to_read(name: str) -> None:
    file, make, text = READ[name]
    found = read_document(file, "", make(), LITTLE)
    assert any(text in normalize("NFC", piece.text) for piece in found.pieces)


@pytest.mark.parametrize("length", range(0, 2_000, 97))
def test_a_file_that_is_cut_anywhere_is_read_or_refused(length: int) -> None:
    for content in (a_docx(), pdf([["O prazo é de dez dias."] * 20])):
        refusal = ""
        try:
            parse("a", "", content[: -length or None])
        except UnreadableDocument as refused:
            refusal = str(refused)
        assert not refusal or CURE.search(refusal)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the address space")
@pytest.mark.parametrize("effort", [Effort(1, 768 * MIB, 240), Effort(60, 90 * MIB, 240)])
def test_what_takes_too_much_of_the_machine_is_given_up(effort: Effort) -> None:
    with pytest.raises(UnreadableDocument, match=r"more (?:time or )?memory than a document may: "):
        read_document("a.pdf", "", pdf([["O prazo é de dez dias úteis."] * 60] * 1_500), effort)


def test_a_larger_file_may_take_more_time_within_limits() -> None:
    assert effort_for(0).cpu < effort_for(5 * MIB).cpu < effort_for(25 * MIB).cpu < 600
    assert effort_for(25 * MIB).patience < 15 * 60, "another reader would begin"
