"""Letters as people's mail programs write them: what the person said is read, and nothing else."""

import pytest

from channels.email.reading.html import read_html_lines
from channels.email.reading.lines import mark_flowing, split_lines
from channels.email.reading.reply import CutReply, cut_reply
from tests.channels.email.reading.letter_files import Letter, fold, read_letters

LETTERS = read_letters()


def cut(letter: Letter) -> CutReply:
    if "html" in letter.sections:
        lines = mark_flowing(read_html_lines(letter.sections["html"]))
    else:
        lines = split_lines(letter.sections["text"])
    return cut_reply(lines, letter.headers.get("subject", ""), letter.headers.get("from", ""))


def test_there_are_letters_enough() -> None:
    assert len(LETTERS) >= 90


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.name)
def test_a_letter_is_cut_to_what_the_person_wrote(letter: Letter) -> None:
    reply = cut(letter)
    sections = letter.sections
    if "expects" in sections:
        assert fold(reply.text) == fold(sections["expects"])
    if "contains" in sections:
        assert [line for line in fold(sections["contains"]) if line not in fold(reply.text)] == []
    if "signature" in sections:
        assert fold(reply.signature)[-len(fold(sections["signature"])) :] == fold(sections["signature"])
    if "forwarded" in sections:
        assert fold(reply.forwarded) == fold(sections["forwarded"])
    assert reply.is_forwarded == ("is forwarded" in sections)


@pytest.mark.parametrize("letter", [each for each in LETTERS if "text" in each.sections], ids=lambda each: each.name)
def test_every_line_of_a_letter_is_kept_somewhere(letter: Letter) -> None:
    reply = cut(letter)
    kept = fold("\n".join((reply.text, reply.quoted, reply.signature, reply.forwarded)))
    assert [line for line in fold(letter.sections["text"]) if line not in kept and line.strip("-_ \ufeff")] == []
