"""Cutting styled text: letters as people see them, marks that close and open again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.rendering import Atom, atoms_of, clusters, sanitize, split, utf16_length, write


@pytest.mark.parametrize(
    "letter",
    [
        "a",
        "é",
        "e\u0301",
        "👍🏽",
        "👩‍👩‍👧‍👦",
        "🇧🇷",
        "❤️",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ],
)
def test_a_letter_as_people_see_it_is_one_cluster(letter: str) -> None:
    assert list(clusters(letter * 3)) == [letter] * 3


@settings(deadline=None)
@given(st.text())
def test_clusters_hold_every_character_in_order(text: str) -> None:
    assert "".join(clusters(text)) == text


def test_a_heap_of_accents_is_no_endless_letter() -> None:
    assert max(len(cluster) for cluster in clusters("a" + "\u0301" * 5000)) <= 32


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_length_is_what_utf16_says(text: str) -> None:
    assert utf16_length(text) == len(text.encode("utf-16-le")) // 2


@settings(deadline=None)
@given(st.text(st.characters()))
def test_sanitized_text_can_always_be_encoded(text: str) -> None:
    clean = sanitize(text)
    assert "\x00" not in clean
    assert clean.encode("utf-8").decode("utf-8") == clean
    assert sanitize(clean) == clean


def test_marks_nest_and_close_in_order() -> None:
    atoms = [Atom("a", ("*",)), Atom("b", ("*", "_")), Atom("c", ("_",)), Atom("d")]
    assert write(atoms) == "*a_b_*_c_d"


def test_a_mark_over_a_cut_is_closed_and_opened_again() -> None:
    assert split(list(atoms_of("um dois três", ("*",), 50)), 10) == ["*um dois*", "*três*"]


def test_a_paragraph_is_the_best_place_to_cut_then_a_line_then_a_blank() -> None:
    assert split(list(atoms_of("aaa bb\n\ncc\nd e", (), 50)), 13) == ["aaa bb", "cc\nd e"]
    assert split(list(atoms_of("aaa bbb\ncc d e", (), 50)), 12) == ["aaa bbb", "cc d e"]
    assert split(list(atoms_of("aaa bbb cc d e", (), 50)), 9) == ["aaa bbb", "cc d e"]


def test_blanks_alone_make_no_part() -> None:
    assert split(list(atoms_of(" \n\n \t ", ("*",), 50)), 10) == []


@settings(deadline=None)
@given(st.text(max_size=300), st.integers(4, 40))
def test_no_part_is_longer_than_the_limit_when_words_may_fall_apart(text: str, limit: int) -> None:
    clean = "".join(clusters(sanitize(text)))
    parts = split([a for a in atoms_of(clean, (), 2) if utf16_length(a.text) <= limit], limit)
    assert all(utf16_length(part) <= limit for part in parts)
