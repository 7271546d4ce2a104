"""The fixed texts, and the few words that code itself understands."""

import pytest

from agent.phrases import is_reset, phrase


@pytest.mark.parametrize("text", ["/reset", "Esquece tudo", " esqueça  TUDO! ", "forget everything.", "olvida todo"])
def test_a_wish_to_start_afresh_is_understood(text: str) -> None:
    assert is_reset(text)


@pytest.mark.parametrize("text", ["esquece tudo que falei e me diz as vendas", "reset", "", "quanto vendi?"])
def test_anything_beside_it_is_a_question(text: str) -> None:
    assert not is_reset(text)


def test_every_phrase_exists_in_three_languages() -> None:
    for language in ("pt", "en", "es"):
        assert "Aurora" in phrase("greeting_unknown", language, company="Aurora")
        for name in ("reset_done", "only_text", "cannot_now", "limit_reached", "refused"):
            assert len(phrase(name, language)) > 20
