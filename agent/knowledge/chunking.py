"""`cut`: the blocks of a document become pieces of about 900 characters that can be found and cited by themselves.

Rows, question pairs and clauses stay whole; a longer text is parted where sentences end, its last sentence
said again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agent.knowledge.decimals import Decimals, find_decimals
from agent.knowledge.parsing.blocks import NOWHERE, Block, Place
from agent.knowledge.prices import printed_amounts, read_prices
from models.knowledge.price_row import PriceRow
from models.retrieval.languages import read_language

SIZE: Final = 900  # characters that a piece aims at
LARGEST: Final = 1_800  # of a row or a pair that is kept whole; nothing is longer
OVERLAP: Final = 150
_SENTENCE_ENDS = re.compile(r"(?<=[.!?;:])\s+|\n+")
_LONGEST_QUESTION = 300


@dataclass(frozen=True, slots=True)
class Piece:
    """`path` are the headings above the text, `place` where it begins."""

    text: str
    path: tuple[str, ...] = ()
    place: Place = NOWHERE
    prices: tuple[PriceRow, ...] = ()


def indexed_text(title: str, piece: Piece) -> str:
    """What a piece is found by: what it is of, what it stands under, and what it says."""
    return "\n".join(part for part in (title, " > ".join(piece.path), piece.text) if part)


def cut(blocks: Sequence[Block], language: str = "") -> list[Piece]:
    """In the order of the document; every word is in a piece or in the path of one. `language` is what somebody said,
    empty if nobody did. Linear, pure."""
    guessed = read_language(block.text for block in blocks)
    cutter = _Cutter(find_decimals(language, printed_amounts(blocks), guessed))
    for block in blocks:
        cutter.take(block)
    cutter.end()
    return cutter.pieces


class _Cutter:
    """A heading waits for the text that it stands over, short texts wait for each other."""

    def __init__(self, decimals: Decimals) -> None:
        self._decimals = decimals
        self.pieces: list[Piece] = []
        self._heading: Block | None = None
        self._waiting: list[Block] = []
        self._length = 0

    def take(self, block: Block) -> None:
        self._settle_heading(block)
        if block.kind == "text" and len(block.text) <= SIZE:
            self._join(block)
            return
        self._flush()
        if block.kind == "heading":
            self._heading = block
        elif block.kind == "pair":
            self._add(block, _part_pair(block.text))
        else:
            self._add(block, part(block.text, LARGEST if block.kind == "row" else SIZE))

    def _settle_heading(self, following: Block | None) -> None:
        """One that no text names in its path would be lost."""
        heading, self._heading = self._heading, None
        if heading is None:
            return
        own = (*heading.path, heading.text)
        if following is None or following.path[: len(own)] != own:
            self._add(heading, part(heading.text, SIZE))

    def _join(self, block: Block) -> None:
        if self._waiting and (_group(block) != _group(self._waiting[0]) or self._length + len(block.text) > SIZE):
            self._flush()
        self._waiting.append(block)
        self._length += len(block.text) + 1

    def _flush(self) -> None:
        if self._waiting:
            self._add(self._waiting[0], ["\n".join(block.text for block in self._waiting)])
            self._waiting, self._length = [], 0

    def _add(self, block: Block, texts: Sequence[str]) -> None:
        prices = read_prices(block.cells, self._decimals)
        for text in filter(None, texts):
            self.pieces.append(Piece(text, block.path, block.place, prices))
            prices = ()  # once, with the first piece of a row

    def end(self) -> None:
        self._settle_heading(None)
        self._flush()


def _group(block: Block) -> tuple[object, ...]:
    place = block.place
    return block.path, place.page, place.sheet, place.clause, place.file


def part(text: str, size: int) -> list[str]:
    """Pieces of at most `size` characters, parted at the ends of sentences as far as these lie near enough; each but
    the first begins with the end of the one before, where that is short."""
    if len(text) <= size:
        return [text]
    parted: list[str] = []
    sentences: list[str] = []
    length = 0
    is_new = False
    for sentence in _sentences(text, size - OVERLAP - 1):
        if sentences and length + len(sentence) > size:
            parted.append(" ".join(sentences))
            last = sentences[-1]
            sentences = [last] if len(last) <= OVERLAP else []
            length, is_new = sum(len(each) + 1 for each in sentences), False
        sentences.append(sentence)
        length, is_new = length + len(sentence) + 1, True
    return [*parted, " ".join(sentences)] if is_new else parted


def _sentences(text: str, longest: int) -> Iterator[str]:
    """What is longer is parted between words, and a word that is longer still anywhere."""
    for sentence in _SENTENCE_ENDS.split(text):
        rest = sentence.strip()
        while len(rest) > longest:
            at = rest.rfind(" ", longest // 2, longest + 1)
            at = longest if at < 0 else at
            yield rest[:at].rstrip()
            rest = rest[at:].lstrip()
        if rest:
            yield rest


def _part_pair(text: str) -> list[str]:
    """Whole if it can be; else each part says the question again."""
    if len(text) <= LARGEST:
        return [text]
    question, _, answer = text.partition("\n")
    if len(question) > _LONGEST_QUESTION:
        return part(text, LARGEST)
    return [f"{question}\n{answered}" for answered in part(answer, SIZE)]
