"""What was said before decides whether an answer may be shared."""

from datetime import date
from uuid import UUID

import pytest

from agent.base import ChatMessage, ImagePart, Situation, TurnInput
from agent.cache.canonical import canonical
from agent.cache.context import Reuse, reuse_of
from agent.cache.refreshing import read_refresh

ASKED = "Quanto vendemos em março?"


def reuse(*before: str, asked: str = ASKED, **further: object) -> Reuse:
    history = [line for words in before for line in (ChatMessage("user", words), ChatMessage("assistant", "R$ 1"))]
    values: dict[str, object] = {"history": history, **further}
    turn = TurnInput(UUID(int=1), asked, situation=Situation(date(2026, 3, 31), "manager"), timezone="UTC", **values)  # type: ignore[arg-type]
    question = canonical(asked, date(2026, 3, 31), "pt")
    assert question is not None
    return reuse_of(turn, question, "pt")


def test_an_answer_in_a_fresh_conversation_is_kept() -> None:
    assert reuse() == reuse("Oi!", "obrigado") == reuse("quanto vendemos em marco", "atualizar") == "keep"


def test_a_repeated_question_among_whole_ones_is_answered_and_not_kept() -> None:
    assert reuse(ASKED, "Quantos clientes temos?") == "read"


@pytest.mark.parametrize("before", ["Daqui em diante só Curitiba", "e da Ana?", "sim", "Responda em dólares"])
def test_whatever_else_was_said_may_change_an_answer(before: str) -> None:
    assert reuse(before) == reuse(ASKED, before) == "never"


def test_another_question_before_may_change_what_this_one_means() -> None:
    assert reuse("Quanto a Ana vendeu em fevereiro?") == "never"


def test_what_leans_on_another_question_is_never_shared() -> None:
    assert reuse(asked="E em março?") == reuse("E em março?", asked="E em março?") == "never"


def test_what_is_remembered_quoted_shown_or_another_s_is_never_shared() -> None:
    told = ChatMessage("user", "[Context: she prefers euros]", is_context=True)
    foreign = ChatMessage("user", ASKED, origin="third_party")
    assert reuse(history=[told]) == reuse(history=[foreign]) == reuse(context=[told]) == "never"
    assert reuse(images=(ImagePart(b"", "image/png"),)) == reuse(taint=frozenset({"forwarded"})) == "never"


@pytest.mark.parametrize(
    "text", ["atualizar", "Atualizar!", "*atualizar*", "refresh", "actualizar", " Refresh. ", "atualiza por favor"]
)
def test_the_word_alone_wishes_for_the_last_question_anew(text: str) -> None:
    assert read_refresh(text).is_alone


@pytest.mark.parametrize(
    "text",
    [
        *("Quanto vendemos em março? atualizar", "atualizar: Quanto vendemos em março?"),
        *("Quanto vendemos em março? (atualizar)", "Refresh, Quanto vendemos em março?"),
        "atualizar Quanto vendemos em março?",
    ],
)
def test_the_word_beside_a_question_is_taken_off_it(text: str) -> None:
    wish = read_refresh(text)
    assert wish.is_wished
    assert wish.question.rstrip("?") == "Quanto vendemos em março"


@pytest.mark.parametrize("text", ["Pode atualizar o preço?", "Atualizar o negócio da Sol", "how to refresh it?"])
def test_the_word_within_an_order_is_no_such_wish(text: str) -> None:
    assert not read_refresh(text).is_wished
