"""Bare words that decide, and everything else, which does not."""

import pytest

from agent.decisions import Decision, read_decision

TALK = ["", "sim?", "sim, mas mude o dia", "sim\nquanto vendi?", "ok então quanto vendi?", "não sei", "simples"]
TALK += ["yes and send it to all", "confirmo que recebi", "desfazer o pedido 4521", "sim " * 20]


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        *((text, "yes") for text in ("sim", "Sim!", "SIM.", "confirmo", "ok", "OK", "yes", "sí", "Sí.", "👍")),
        *((text, "no") for text in ("não", "Nao", "cancela", "no", "NÃO!", "cancel", "👎", "deixa pra lá")),
        *((text, "undo") for text in ("desfazer", "Desfaz", "undo", "deshacer")),
    ],
)
def test_a_bare_word_decides(text: str, decision: Decision) -> None:
    assert read_decision(text) == decision


@pytest.mark.parametrize(
    "text",
    TALK,
)
def test_whatever_says_more_is_for_the_assistant(text: str) -> None:
    assert read_decision(text) is None
