"""The word that was probably meant: near enough, the nearest, and found by what of it is right."""

from hypothesis import given
from hypothesis import strategies as st

from models.retrieval.nearest import KnownWord, can_be_mistyped, intact_letters, nearest

KNOWN = [KnownWord("entrega", 5), KnownWord("entrada", 50), KnownWord("garantia", 3), KnownWord("frete", 9)]
_WORDS = st.text("abcdefghij", min_size=5, max_size=14)


def test_one_error_is_forgiven_and_two_in_long_words() -> None:
    meant = {word: nearest(word, KNOWN) for word in ("entrgea", "fretr", "garrantai", "frtr", "parafuso")}
    assert meant == {"entrgea": "entrega", "fretr": "frete", "garrantai": "garantia", "frtr": None, "parafuso": None}


def test_of_equals_the_most_frequent_is_meant() -> None:
    assert nearest("caso", [KnownWord("casa", 5), KnownWord("caro", 7), KnownWord("cabo", 6)]) == "caro"


def test_numbers_codes_and_short_words_are_never_guessed_at() -> None:
    assert [can_be_mistyped(word) for word in ("frete", "abc", "4711", "ab12", "ação")] == [
        True,
        False,
        False,
        False,
        True,
    ]


@given(word=_WORDS, at=st.integers(0, 13), letter=st.sampled_from("abcxyz"), way=st.sampled_from("dirs"))
def test_whatever_the_one_error_its_beginning_or_its_end_is_right(word: str, at: int, letter: str, way: str) -> None:
    at %= len(word) - 1
    mistyped = {
        "d": word[:at] + word[at + 1 :],
        "i": word[:at] + letter + word[at:],
        "r": word[:at] + letter + word[at + 1 :],
        "s": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    }[way]
    count = intact_letters(mistyped)
    assert word[:count] == mistyped[:count] or word[-count:] == mistyped[-count:]
