"""What a text is found by."""

import pytest

from models.retrieval.lexicon import grams_of, read_words, stem_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Política de Devolução", ["politica", "devolucao"]),
        ("POLITICA de devolucao", ["politica", "devolucao"]),
        ("Art. 5º do contrato", ["art", "5", "contrato"]),
        ("R$ 1.234,50", ["r", "1", "234", "50"]),
        ("código AB-12_C", ["codigo", "ab", "12", "c"]),
        ("o que é isso?", ["e"]),
        ("Straße, naïve, ﬁm", ["strasse", "naive", "fim"]),
        ("цена 5", ["цена", "5"]),
        ("café 500g, 2 m", ["cafe", "500", "g", "500g", "2", "m", "2m"]),
        ("500 g; M8, 8 mms", ["500", "g", "500g", "m8", "8", "mms"]),
        ("", []),
    ],
)
def test_words_are_folded_and_those_that_say_nothing_are_left_out(text: str, words: list[str]) -> None:
    assert read_words(text) == [word for word in words if word != "e"]


def test_a_key_as_long_as_a_line_is_cut() -> None:
    assert [len(word) for word in read_words("a1" * 500)] == [40]


def test_words_of_one_family_have_one_stem() -> None:
    assert {stem_of(word, "pt") for word in ("entrega", "entregas", "entregar")} == {stem_of("entrega", "pt")}
    assert stem_of("deliveries", "en") == stem_of("delivery", "en")
    assert stem_of("entregas", "tlh") == stem_of("entregas", "pt"), "a language without a stemmer is read as ours"


def test_pieces_know_where_a_word_begins_and_ends() -> None:
    assert grams_of("frete") == ("^fre", "fret", "rete", "ete$")
    assert grams_of("cm") == ("^cm$",)
    assert grams_of("5") == ("^5$",)
