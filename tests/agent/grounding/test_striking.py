"""What holds an untraceable figure goes, and the Markdown around it stays whole."""

import pytest

from agent.grounding.report import Finding
from agent.grounding.striking import strike


def struck(text: str, *figures: str) -> str:
    found = [Finding(one, text.index(one), text.index(one) + len(one), "money", reason="unknown") for one in figures]
    return strike(text, found)


@pytest.mark.parametrize(
    ("text", "figure", "left"),
    [
        ("Foi bom. Vendemos R$ 10. Parabéns!", "R$ 10", "Foi bom. Parabéns!"),
        ("Foram R$ 1.234,56 em 12 pedidos.", "12", ""),
        ("**Total: R$ 10. Bom mês!** Siga assim.", "R$ 10", "Bom mês! Siga assim."),
        ("- A: 1\n- B: 2\n- C: 3", "2", "- A: 1\n- C: 3"),
        ("1. A: 10\n2. B: 20\n3. C: 30", "20", "1. A: 10\n2. C: 30"),
        ("Top 2:\n- A: 10", "10", ""),
        ("Veja:\n- A: 10\n\nAté logo.", "10", "Até logo."),
        ("| N | V |\n|---|---|\n| A | 10 |\n| B | 20 |", "20", "| N | V |\n|---|---|\n| A | 10 |"),
        ("Oi.\n| N | V |\n|---|---|\n| A | 10 |\nFim.", "10", "Oi.\nFim."),
        ("Um.\n\nSão 10.\n\nDois.", "10", "Um.\n\nDois."),
    ],
)
def test_the_smallest_whole_part_that_holds_the_figure_goes(text: str, figure: str, left: str) -> None:
    assert struck(text, figure) == left


def test_nothing_is_touched_where_nothing_was_found() -> None:
    assert strike("1. A\n5. B\n\n\n\nC", []) == "1. A\n5. B\n\n\n\nC"


def test_a_sentence_ends_at_no_point_within_a_figure() -> None:
    assert struck("Foram R$ 1.234,56 aqui. Ficam 2.000 ali.", "2.000") == "Foram R$ 1.234,56 aqui."
