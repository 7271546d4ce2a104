"""Opting out: at once, confirmed once, then silence until she wants messages again."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from models.inbound import InboundMessage
from models.operators.handoff import find_obstacle
from models.reply import Rejected
from models.session import session_scope
from tests.jobs.house import House

ANA = "+5511999990000"
OUT = "SELECT address, source FROM opt_out"


def test_she_is_told_once_and_then_nothing(house: House) -> None:
    house.advance(house.say("PARAR", "m1"))
    assert len(house.sent) == 1
    assert house.sent[0].startswith("Pronto: você não recebe mais")
    assert house.rows(OUT) == [(ANA, "her word")]
    for number, words in enumerate(("PARAR", "quanto vendi?", "STOP"), 2):
        house.advance(house.say(words, f"m{number}"))
    assert len(house.sent) == 1
    assert house.provider.requests == []
    assert house.rows("SELECT outcome FROM turn ORDER BY number") == [("answered",), *[("opted_out",)] * 3]


def test_her_word_brings_the_answers_back(house: House) -> None:
    house.advance(house.say("stop", "m1"))
    house.advance(house.say("VOLTAR", "m2"))
    assert house.rows(OUT) == []
    assert house.sent[-1].startswith("Que bom ter você de volta")
    house.provider.script = ["Certo."]
    house.advance(house.say("quanto vendi?", "m3"))
    assert house.sent[-1] == "Certo."


def test_coming_back_means_nothing_to_who_never_left(house: House) -> None:
    house.provider.script = ["De onde?"]
    house.advance(house.say("voltar", "m1"))
    assert house.sent == ["De onde?"]


def test_a_word_in_a_sentence_is_for_the_assistant(house: House) -> None:
    house.provider.script = ["Vou ver."]
    house.advance(house.say("quero parar a entrega do pedido 12", "m1"))
    assert house.sent == ["Vou ver."]
    assert house.rows(OUT) == []


def test_others_are_answered_as_ever(house: House) -> None:
    house.advance(house.say("PARAR", "m1"))
    house.provider.script = ["Certo."]
    house.advance(house.say("quanto vendi?", "o1", sender="+5511888880000"))
    assert house.sent[-1] == "Certo."


def test_nobody_is_opted_out_by_words_that_may_be_anybodys(house: House) -> None:
    house.provider.script = ["?"]
    house.advance(house.receive(InboundMessage("m1", ANA, "PARAR", is_verified=False)))
    house.advance(house.receive(InboundMessage("m2", ANA, "PARAR", is_forwarded=True)))
    assert house.rows(OUT) == []


def test_whoever_fetches_answers_asked_for_them(house: House) -> None:
    house.channel.capabilities = replace(house.channel.capabilities, delivery="pull")
    house.provider.script = ["Parei."]
    house.advance(house.say("PARAR", "m1"))
    assert house.rows(OUT) == []
    assert len(house.provider.requests) == 1


def test_a_mail_may_go_on_below_the_word(house: House) -> None:
    house.channel.capabilities = replace(house.channel.capabilities, meets_machines=True)
    house.advance(house.say("Sair\n\n--\nAna Souza, Padaria Sol", "m1"))
    assert house.rows(OUT) == [(ANA, "her word")]


@pytest.mark.parametrize(("is_asked", "is_out"), [(True, False), (False, True)])
def test_the_word_that_turns_down_a_change_opts_out_only_where_none_was_shown(
    house: House, is_asked: bool, is_out: bool
) -> None:
    house.provider.script = ["Anoto?", "Certo."]
    first = house.say("anote que ligo amanhã", "m1")
    house.advance(first)
    if is_asked:
        values = {"t": house.account.tenant_id, "c": first.conversation_id, "turn": first.message_id, "ana": ANA}
        with session_scope(house.engine) as connection:
            connection.execute(
                text(
                    "INSERT INTO proposal (id, tenant_id, conversation_id, turn_id, call_key, address, tool, "
                    "arguments, words, expires_at) VALUES (gen_random_uuid(), :t, :c, :turn, 'k', :ana, "
                    "'crm_note', '{}', 'Nota', "
                    "now() + interval '1 hour')"
                ),
                values,
            )
    house.advance(house.say("Cancelar", "m2"))
    assert bool(house.rows(OUT)) is is_out


def test_what_the_platform_says_of_her_counts_as_well(house: House) -> None:
    house.channel.capabilities = replace(house.channel.capabilities, opt_out_codes=frozenset({"21610"}))
    house.provider.script = ["Certo."]
    house.channel.outcomes = [Rejected("21610", "she has opted out", permanent=True)]
    house.advance(house.say("quanto vendi?", "m1"))
    assert house.rows(OUT) == [(ANA, "platform")]


def heeded(house: House, words: str, external_id: str, opting: str) -> None:
    """A keyword that the platform has dealt with."""
    house.channel.capabilities = replace(house.channel.capabilities, tells_opting=True)
    house.advance(house.receive(InboundMessage(external_id, ANA, words, extra={"opting": opting})))


def test_what_the_platform_has_confirmed_is_not_confirmed_again(house: House) -> None:
    heeded(house, "CHEGA", "m1", "out")
    assert house.rows(OUT) == [(ANA, "platform")]
    assert (house.sent, house.provider.requests) == ([], [])


def test_a_keyword_of_the_platforms_own_brings_the_answers_back(house: House) -> None:
    heeded(house, "CHEGA", "m1", "out")
    heeded(house, "QUERO", "m2", "in")
    assert house.rows(OUT) == []
    assert house.sent[0].startswith("Que bom ter você de volta")


def test_a_channel_that_tells_of_no_opting_is_not_believed(house: House) -> None:
    house.provider.script = ["Certo."]
    house.advance(house.receive(InboundMessage("m1", ANA, "CHEGA", extra={"opting": "out"})))
    assert (house.rows(OUT), house.sent) == ([], ["Certo."])


def test_nobody_writes_to_her_first(house: House) -> None:
    stored = house.say("PARAR", "m1")
    house.advance(stored)
    with session_scope(house.engine) as connection:
        assert find_obstacle(connection, stored.conversation_id) == "opted out"
