"""Cutting: no word is lost, their order is kept, no piece is too large."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.knowledge.chunking import LARGEST, OVERLAP, SIZE, cut, part
from agent.knowledge.parsing.blocks import Block, Place
from agent.knowledge.parsing.outline import Outline

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
WORDS = st.tuples(st.integers(1, 400), st.sampled_from(["", ".", "?", ";", ":"]))
KINDS = st.sampled_from(["heading", "text", "text", "row", "pair"])
SHAPES = st.lists(st.tuples(KINDS, st.integers(1, 9), st.lists(WORDS, min_size=1, max_size=6)), max_size=12)


def blocks_of(shapes: list[tuple[str, int, list[tuple[int, str]]]]) -> list[Block]:
    """Every word is a number of its own, so that it can be told from each other."""
    outline, blocks, next_word = Outline(), list[Block](), 0
    for kind, level, sentences in shapes:
        said = []
        for count, ending in sentences:
            said.append(" ".join(f"w{number}" for number in range(next_word, next_word + count)) + ending)
            next_word += count
        text = ("\n" if kind == "pair" else " ").join(said)
        path = outline.enter(level, text) if kind == "heading" else outline.path
        blocks.append(Block(kind, text, path, Place(page=len(blocks))))  # type: ignore[arg-type]
    return blocks


def words_of(text: str) -> list[int]:
    return [int(word.strip(".?;:\n")[1:]) for word in text.split() if word.startswith("w")]


@UNHURRIED
@given(SHAPES)
def test_every_word_is_found_once_or_again_and_in_order(shapes: list[tuple[str, int, list[tuple[int, str]]]]) -> None:
    blocks = blocks_of(shapes)
    said = {number for block in blocks for number in words_of(block.text)}
    pieces = cut(blocks)
    whole = [words for piece in pieces for words in (piece.text, *piece.path) if len(words) < 200]  # of a path
    assert {number for words in [*whole, *(piece.text for piece in pieces)] for number in words_of(words)} == said
    firsts = list(dict.fromkeys(number for piece in pieces for number in words_of(piece.text)))
    assert firsts == sorted(firsts)


@UNHURRIED
@given(SHAPES)
def test_no_piece_is_too_large_or_empty(shapes: list[tuple[str, int, list[tuple[int, str]]]]) -> None:
    assert all(0 < len(piece.text) <= LARGEST for piece in cut(blocks_of(shapes)))


@UNHURRIED
@given(st.text(max_size=5_000), st.integers(OVERLAP + 10, 2_000))
def test_any_text_is_parted_without_a_loss(text: str, size: int) -> None:
    parted = part(text, size)
    assert all(len(each) <= size for each in parted)
    kept = "".join(each for each in "".join(text.split()))
    found = ["".join(each.split()) for each in parted]
    position = 0
    for each in found:  # each begins at the latest where the one before ended
        at = kept.find(each, max(0, position - OVERLAP - 1))
        assert 0 <= at <= position
        position = at + len(each)
    assert position == len(kept)


def test_short_paragraphs_are_put_together_and_a_question_stays_with_its_answer() -> None:
    texts = [Block("text", "Uma frase. " * 10) for _ in range(20)]
    assert all(len(piece.text) > SIZE - 150 for piece in cut(texts)[:-1])
    answer = "Resposta que vale. " * 60
    assert [piece.text for piece in cut([Block("pair", f"Qual o prazo?\n{answer}")])] == [f"Qual o prazo?\n{answer}"]
    long = cut([Block("pair", f"Qual o prazo?\n{answer * 3}")])
    assert len(long) > 1
    assert all(piece.text.startswith("Qual o prazo?\n") for piece in long)


def test_the_end_of_a_piece_is_said_again_by_the_next() -> None:
    first, second = part(" ".join(f"Frase número {number} do texto." for number in range(60)), SIZE)[:2]
    assert second.startswith(first[first.rindex("Frase") :])


def test_pages_clauses_and_sheets_are_not_mixed() -> None:
    places = [Place(page=1), Place(page=2), Place(page=2, clause="Art. 1º"), Place(page=2, clause="Art. 2º")]
    assert [piece.place for piece in cut([Block("text", "Texto.", (), place) for place in places])] == places
