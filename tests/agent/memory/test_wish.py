"""What is asked of memory is read from whole messages, in three languages; everything else is for the assistant."""

import pytest

from agent.memory.wish import Wish, read_wish


@pytest.mark.parametrize(
    "words",
    [
        "o que você sabe sobre mim?",
        "O que vc sabe de mim?",
        "oi, o que você lembra sobre mim?",
        "me diga o que você sabe sobre mim",
        "quais dados meus você tem?",
        "What do you know about me?",
        "what have you stored about me",
        "¿Qué sabes de mí?",
        "que recuerdas sobre mi",
        "quais são minhas preferências?",
        "Qual é o meu nome?",
        "o que eu te contei sobre mim?",
        "what are my preferences?",
        "oq vc sabe de mim",
        "vc lembra do que eu te contei de mim?",
        "wat do u know abt me",
        "onde eu moro?",
        "¿cuáles son mis preferencias?",
    ],
)
def test_the_wish_to_see_it(words: str) -> None:
    assert read_wish(words) == Wish("show")


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("esqueça isso", Wish("forget")),
        ("Esquece isso, por favor.", Wish("forget")),
        ("forget that", Wish("forget")),
        ("please delete what I just said", Wish("forget")),
        ("olvida eso", Wish("forget")),
        ("esqueça o 2", Wish("forget", number=2)),
        ("forget number 12", Wish("forget", number=12)),
        ("olvida el 3", Wish("forget", number=3)),
        ("esqueça meu telefone", Wish("forget", "meu telefone")),
        ("forget about my birthday", Wish("forget", "my birthday")),
        ("forget that I prefer card", Wish("forget", "that I prefer card")),
        ("olvida mi correo", Wish("forget", "mi correo")),
        ("esqueça tudo sobre mim", Wish("forget_all")),
        ("Forget everything you know about me!", Wish("forget_all")),
        ("olvida todo sobre mí", Wish("forget_all")),
        ("sim, esqueça tudo", Wish("forget_all_sure")),
        ("yes, forget everything", Wish("forget_all_sure")),
        ("sí, olvida todo", Wish("forget_all_sure")),
        ("pode apagar meu nome ai", Wish("forget", "meu nome ai")),
        ("olvidate de mi nombre", Wish("forget", "mi nombre")),
        ("esquece onde eu moro", Wish("forget", "onde eu moro")),
        ("na verdade é João Pedro", Wish("amend", "João Pedro")),
        ("desculpa, é a Rute", Wish("amend", "Rute")),
        ("actually it's Anne", Wish("amend", "Anne")),
        ("não, é a Rute", Wish("amend", "Rute")),
        ("corrija: meu nome é Beatriz", Wish("correct", "meu nome é Beatriz")),
        ("Corrige o 2: pix", Wish("correct", "pix", 2)),
        ("correct 3: net 30", Wish("correct", "net 30", 3)),
        ("corrige: no es Paco, es Pedro", Wish("correct", "no es Paco, es Pedro")),
    ],
)
def test_the_wish_to_change_it(words: str, wish: Wish) -> None:
    assert read_wish(words) == wish


@pytest.mark.parametrize(
    "words",
    [
        "esqueça tudo",
        "forget about it",
        "can you forget about that, please",
        "não é a Rute",
        "no es Rute",
        "desculpa, quanto vendi ontem?",
        "começar de novo",
        "esquece o pedido anterior, quanto vendi ontem?",
        "o que você sabe sobre a Padaria Sol?",
        "what do you know about Green Market?",
        "corrija os números do relatório",
        "quem sabe sobre mim?",
        "o que você sabe sobre mim e sobre a Padaria Sol?",
        "sim",
        "",
        "o que você sabe sobre mim? " + "x" * 400,
    ],
)
def test_anything_else_is_for_the_assistant(words: str) -> None:
    assert read_wish(words) is None
