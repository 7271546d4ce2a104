"""Words by which a person wants no more messages: whole messages only."""

import pytest

from agent.opting import first_line, read_opting


@pytest.mark.parametrize(
    "word",
    [
        "para de me mandar mensagem",
        "parar, por favor",
        "quero sair da lista",
        "cancelar inscrição",
        "stop messaging me",
        "no quiero recibir mas mensajes",
        *("PARAR", "Sair", "stop", " STOP. ", "Cancelar!", "unsubscribe", "BAJA", "não quero mais mensagens"),
    ],
)
def test_a_whole_message_opts_out(word: str) -> None:
    found = read_opting(word)
    assert found is not None
    assert found.direction == "out"


@pytest.mark.parametrize("word", ["VOLTAR", "start", "Volver", "UNSTOP"])
def test_a_whole_message_opts_in(word: str) -> None:
    found = read_opting(word)
    assert found is not None
    assert found.direction == "in"


@pytest.mark.parametrize(
    "words",
    [
        "quando o cliente vai parar de comprar?",
        "parar a entrega do pedido 12",
        "cancelar o pedido 12",
        "quero sair do zero",
        "para de arredondar os valores",
        "para de mandar mensagem pra Padaria Sol",
        "o cliente não quer receber mensagens",
        "stop loss do mês",
        "não",
        "cancela",
        "",
    ],
)
def test_in_a_sentence_the_word_is_for_the_assistant(words: str) -> None:
    assert read_opting(words) is None


def test_only_the_words_that_also_turn_down_a_change_are_refusals() -> None:
    refusals = [
        word for word in ("cancelar", "cancel", "parar", "sair", "stop") if (o := read_opting(word)) and o.is_refusal
    ]
    assert refusals == ["cancelar", "cancel"]


def test_a_mail_is_read_by_its_first_line() -> None:
    assert first_line("\n  \nPARAR\n-- \nAna") == "PARAR"
    assert first_line("") == ""
