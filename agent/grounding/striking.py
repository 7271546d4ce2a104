"""Takes sentences, list items and table rows out of a Markdown text, and leaves no trace that would puzzle a reader."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from agent.grounding.report import Finding
from agent.grounding.words.folding import Sentences

_WHOLE_LINE: Final = re.compile(r"[ \t]*(?:[-*•+](?=\s)|\d{1,3}[.)](?=\s)|\|)[ \t]*")
_RULE: Final = re.compile(r"[ \t]*\|?[ \t:|-]*-[ \t:|-]*\|?[ \t]*")
_NOTHING: Final = re.compile(r"[\W_]*")


def strike(text: str, findings: Sequence[Finding]) -> str:
    """The text without what holds the findings; empty if nothing is left that says anything."""
    if not findings:
        return text
    lines, place, kept = text.split("\n"), 0, list[str]()
    doomed = [(finding.start, finding.end) for finding in findings]
    for line in lines:
        here = [(start - place, end - place) for start, end in doomed if start < place + len(line) and place < end]
        place += len(line) + 1
        if not here:
            kept.append(line)
        elif not _WHOLE_LINE.match(line):
            left = _without_sentences(line, here)
            if not _NOTHING.fullmatch(left):
                kept.append(left)
    struck = _tidy(_without_empty_headings(_without_empty_tables(kept), lines))
    return "" if _NOTHING.fullmatch(struck) else struck


def _without_sentences(line: str, places: Iterable[tuple[int, int]]) -> str:
    sentences = Sentences(line)
    gone = {index for start, end in places for index in range(sentences.index(start), sentences.index(end - 1) + 1)}
    kept, index, place = [], 0, 0
    while place < len(line):
        start, end = sentences.bounds(index)
        following = sentences.bounds(index + 1)[0] if end < len(line) else len(line)
        if index not in gone:
            kept.append(line[start:following])
        index, place = index + 1, following
    left = "".join(kept).strip()
    return left.replace("**", "") if left.count("**") % 2 else left


def _without_empty_tables(lines: Sequence[str]) -> list[str]:
    """A heading and a rule above no rows are no table."""
    kept: list[str] = []
    for number, line in enumerate(lines):
        if "|" in line and _RULE.fullmatch(line):
            following = lines[number + 1] if number + 1 < len(lines) else ""
            if not following.lstrip().startswith("|"):
                if kept and "|" in kept[-1]:
                    kept.pop()
                continue
        kept.append(line)
    return kept


def _without_empty_headings(lines: Sequence[str], before: Sequence[str]) -> list[str]:
    """A line that announced a list goes with the last item of it."""
    announcing = {
        line
        for line, following in pairwise(before)
        if line.rstrip(" *_").endswith(":") and _WHOLE_LINE.match(following)
    }
    kept = []
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if line in announcing and not _WHOLE_LINE.match(following):
            continue
        kept.append(line)
    return kept


def _tidy(lines: Sequence[str]) -> str:
    """No two blank lines, and lists numbered from one again."""
    number, numbered = 0, []
    for line in lines:
        match = re.match(r"([ \t]*)(\d{1,3})([.)])(?=[ \t])", line)
        if match is None:
            number = 0
        else:
            number = number + 1 if number else 1
            line = f"{match[1]}{number}{match[3]}{line[match.end() :]}"
        numbered.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(numbered)).strip()
