"""Her earlier conversations are found by words and days, with what stood beside them, and nobody else's are."""

from datetime import date, timedelta

import pytest

from agent.base import Situation, ToolContext
from agent.tools.recall import RECALL, build_recall_tool
from jobs.memory.keeper import MemoryKeeper
from models.inbound import InboundMessage
from models.memory.contact import ensure_contact
from models.memory.episodes import Episode, Span, search_past
from models.session import session_scope
from models.tenant import ensure_tenant
from tests.fakes import wish
from tests.jobs.house import House

ANA, EVA = "+5511999990000", "+5511888880000"
TALKS = [
    ("qual o prazo de entrega para Recife?", "Entregamos por lá toda semana."),
    ("e o frete da Padaria Sol?", "O frete sai por conta da loja."),
    ("como cadastro um cliente novo?", "Pelo botão Novo cliente."),
    ("quero falar do desconto da Casa do Pão", "O desconto depende da gerente."),
]


@pytest.fixture
def talks(house: House) -> House:
    for number, (asked, replied) in enumerate(TALKS):
        house.provider.script = [replied]
        house.advance(house.say(asked, f"m{number}"))
    house.provider.script = ["O prazo de entrega dela é segredo."]
    house.advance(house.say("prazo de entrega para Recife", "e1", sender=EVA))
    return house


def keep(house: House) -> None:
    MemoryKeeper(house.services).work()


def find(house: House, words: str, sender: str = ANA, k: int = 3, span: Span | None = None) -> list[Episode]:
    with session_scope(house.engine) as connection:
        _, holder = ensure_contact(connection, house.account, sender)
        return search_past(connection, house.account.tenant_id, holder, words, k, span or Span())


def test_an_exchange_is_found_by_its_words_with_its_neighbours(talks: House) -> None:
    keep(talks)
    best = find(talks, "frete padaria")[0]
    assert best.turn.asked == "e o frete da Padaria Sol?"
    assert best.before is not None
    assert best.before.replied == "Entregamos por lá toda semana."
    assert best.after is not None
    assert best.after.asked == "como cadastro um cliente novo?"


def test_typing_errors_and_missing_accents_are_forgiven(talks: House) -> None:
    keep(talks)
    assert find(talks, "desconto da casa do pao")[0].turn.asked == TALKS[3][0]
    assert find(talks, "przao de entrgea")[0].turn.asked == TALKS[0][0]


def test_what_was_not_taken_in_yet_is_found_all_the_same(talks: House) -> None:
    assert find(talks, "frete da padaria")[0].turn.asked == "e o frete da Padaria Sol?"
    keep(talks)
    talks.provider.script = ["Sim, o catálogo tem goiabada."]
    talks.advance(talks.say("tem goiabada cascão?", "m9"))
    assert find(talks, "goiabada")[0].turn.asked == "tem goiabada cascão?"


def test_nobody_finds_what_another_one_said(talks: House) -> None:
    keep(talks)
    assert all("segredo" not in one.turn.replied for one in find(talks, "prazo de entrega", k=50))
    assert [one.turn.replied for one in find(talks, "prazo de entrega", EVA)] == ["O prazo de entrega dela é segredo."]
    assert find(talks, "prazo de entrega", "+5511777770000") == []


def test_nobody_finds_what_was_said_to_another_company(talks: House) -> None:
    keep(talks)
    with session_scope(talks.engine) as connection:
        other = ensure_tenant(connection, slug="other", name="Boreal", timezone="America/Sao_Paulo")
        _, holder = ensure_contact(connection, talks.account, ANA)
        assert search_past(connection, other, holder, "prazo de entrega", 5) == []


def test_days_are_a_filter_and_not_a_wish(talks: House) -> None:
    keep(talks)
    [(today,)] = talks.rows("SELECT (now() AT TIME ZONE 'America/Sao_Paulo')::date")
    talks.run("UPDATE remembered_turn SET said_on = said_on - 30 WHERE number < 2")
    assert isinstance(today, date)
    before, now = Span(until=today - timedelta(days=10)), Span(since=today)
    assert {one.turn.asked for one in find(talks, "frete prazo desconto cliente", k=9, span=before)} == {
        TALKS[0][0],
        TALKS[1][0],
    }
    assert {one.turn.asked for one in find(talks, "frete prazo desconto cliente", k=9, span=now)} == {
        TALKS[2][0],
        TALKS[3][0],
    }


def test_what_was_said_before_she_started_over_is_left_behind(talks: House) -> None:
    keep(talks)
    talks.advance(talks.say("começar de novo", "m8"))
    keep(talks)
    assert find(talks, "frete da padaria") == []


def test_the_tool_looks_through_her_own_eyes(talks: House) -> None:
    keep(talks)
    talks.agent.toolbox.tools = build_recall_tool(talks.engine)
    talks.provider.script = [wish(RECALL, query="prazo de entrega", since=None, until=None), "Toda semana."]
    talks.advance(talks.say("o que combinamos do prazo?", "m7"))
    [(result,)] = talks.rows("SELECT result::text FROM tool_call WHERE name = 'recall_conversations'")
    assert "toda semana" in result
    assert "segredo" not in result
    [(taint,)] = talks.rows("SELECT taint FROM turn ORDER BY answered_at DESC LIMIT 1")
    assert taint == ""


def test_third_party_words_that_are_recalled_are_third_party_words_again(talks: House) -> None:
    talks.advance(talks.receive(InboundMessage("m5", ANA, "a goiabada atrasou, avise todos", is_forwarded=True)))
    talks.advance(talks.say("começar de novo", "m6"))
    talks.run("UPDATE conversation SET memory_from_seq = 0")  # the window is short; the words are found by searching
    keep(talks)
    tool = build_recall_tool(talks.engine)[RECALL]
    with session_scope(talks.engine) as connection:
        _, holder = ensure_contact(connection, talks.account, ANA)
    situation = Situation(date(2026, 3, 2), "manager", tenant=talks.account.tenant_id, holder=holder)
    context = ToolContext(situation, "America/Sao_Paulo")
    result = tool.call(context, {"query": "goiabada atrasou", "since": None, "until": None})
    assert result.content["words_of"] == "others"
    assert tool.taints(result) == {"tool"}
    clean = tool.call(context, {"query": "prazo de entrega", "since": None, "until": None})
    assert tool.taints(clean) == frozenset()


def test_wrong_arguments_are_told_and_nobody_without_memory_finds_anything(talks: House) -> None:
    tool = build_recall_tool(talks.engine)[RECALL]
    context = ToolContext(Situation(date(2026, 3, 2), "manager"), "America/Sao_Paulo")
    assert not tool.call(context, {"query": "x" * 400, "since": None, "until": None}).ok
    assert not tool.call(context, {"query": "prazo", "since": "ontem", "until": None}).ok
    assert tool.call(context, {"query": "prazo", "since": "2026-01-01", "until": None}).content["found"] == []


def test_names_out_of_the_records_are_names_again_when_they_are_recalled(talks: House) -> None:
    talks.run("UPDATE turn SET taint = 'names'")
    keep(talks)
    with session_scope(talks.engine) as connection:
        _, holder = ensure_contact(connection, talks.account, ANA)
    tool = build_recall_tool(talks.engine)[RECALL]
    situation = Situation(date(2026, 3, 2), "manager", tenant=talks.account.tenant_id, holder=holder)
    context = ToolContext(situation, "America/Sao_Paulo")
    result = tool.call(context, {"query": "prazo de entrega", "since": None, "until": None})
    assert tool.taints(result) == {"names"}


def test_what_a_colleague_asked_in_the_same_thread_is_not_shown_beside_hers(house: House) -> None:
    for number, (sender, words) in enumerate(
        [(EVA, "qual a comissão da Joana?"), (ANA, "qual o prazo do contrato?"), (EVA, "a Rita vai sair?")]
    ):
        house.provider.script = ["Isso fica com a gerência."]
        house.advance(house.receive(InboundMessage(f"m{number}", sender, words, thread="deal-7")))
    keep(house)
    [found] = find(house, "prazo do contrato")
    assert found.turn.asked == "qual o prazo do contrato?"
    assert (found.before, found.after) == (None, None)


def test_a_turn_in_which_two_wrote_is_neither_ones_to_find(house: House) -> None:
    house.receive(InboundMessage("m1", EVA, "qual a comissão da Joana?", thread="deal-7"))
    house.advance(house.receive(InboundMessage("m2", ANA, "qual o prazo do contrato?", thread="deal-7")))
    keep(house)
    assert find(house, "prazo comissão contrato") == find(house, "prazo comissão contrato", EVA) == []


@pytest.mark.parametrize("is_kept", [False, True])
def test_in_a_thread_of_several_each_finds_what_she_asked_herself(house: House, is_kept: bool) -> None:
    for number, (sender, asked) in enumerate([(ANA, "oi, tudo bem por aí?"), (EVA, "qual a comissão da Joana?")]):
        house.provider.script = [f"Sobre isto falo só com você: {asked}"]
        house.advance(house.receive(InboundMessage(f"m{number}", sender, asked, thread="deal-7")))
    house.receive(InboundMessage("m9", ANA, "obrigada, pessoal", thread="deal-7"))
    if is_kept:
        keep(house)
    assert [one.turn.asked for one in find(house, "comissão da Joana", sender=EVA)] == ["qual a comissão da Joana?"]
    assert find(house, "comissão da Joana", sender=ANA) == []
