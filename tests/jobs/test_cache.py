"""The same question, asked again: the earlier answer where nothing it hangs on has changed, and no LLM is asked."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from agent.agent import Agent, Limits
from agent.base import Effect, Label
from models.cache.cached_answer import NewAnswer, Place, find_kept, forget_old_answers, keep_answer
from models.errors import ProviderError
from models.faultpoint import set_fault_hook
from models.inbound import InboundMessage
from models.session import session_scope
from tests.fakes import OneAgent, wish
from tests.jobs.house import House, counting_tool
from tests.jobs.test_round_trips import counted_trips

ASKED = "Quanto vendemos em março de 2026?"


@dataclass
class Shop:
    """A house whose one tool reads a source that tells its version."""

    house: House
    version: str | None = "1"
    number: int = 0

    def answers(self, *replies: str) -> None:
        """The LLM looks something up and says this, once for each."""
        self.house.provider.script = [step for reply in replies for step in (wish("count_up"), reply)]

    def ask(self, text: str = ASKED, sender: str = "+5511999990000") -> str:
        """The reply."""
        self.number += 1
        before = len(self.house.sent)
        self.house.advance(self.house.say(text, f"m{self.number}", sender=sender))
        return "\n".join(self.house.sent[before:])

    @property
    def calls(self) -> int:
        return len(self.house.provider.requests)


@pytest.fixture
def shop(house: House) -> Iterator[Shop]:
    shop = Shop(house)
    rebuild(shop)
    yield shop
    set_fault_hook(None)


def rebuild(shop: Shop, effect: Effect = "read", labels: frozenset[Label] = frozenset(), **further: Any) -> None:
    house = shop.house
    tool = replace(
        counting_tool(house.tool_calls), effect=effect, labels=labels, version=lambda tenant_id: shop.version
    )
    agent = Agent(house.provider, "scripted", {"count_up": replace(tool, **further)}, Limits(steps=4), house.clock)
    object.__setattr__(house.services, "agents", OneAgent(agent))


def test_the_same_question_gets_the_earlier_answer_with_its_time_and_no_llm(shop: Shop) -> None:
    shop.answers("Foram R$ 42,00.")
    assert shop.ask() == "Foram R$ 42,00."
    again = shop.ask("oi, quanto vendemos em marco de 2026")
    assert again.startswith("Foram R$ 42,00.\n\n(resposta de ")
    assert again.endswith("; escreva *atualizar* para refazer)")
    assert shop.calls == 2
    first, second = shop.house.rows(
        "SELECT turn_id, cached, cached_from, tokens_in, tokens_out, cost, llm FROM run ORDER BY started_at"
    )
    assert (first.cached, first.cached_from) == (False, None)
    assert (second.cached, second.cached_from, second.tokens_in, second.cost) == (True, first.turn_id, 0, 0)
    assert second.llm == first.llm


def test_it_shows_the_tool_calls_that_its_figures_rest_on(shop: Shop) -> None:
    shop.answers("Foram R$ 42,00.")
    shop.ask()
    shop.ask(sender="+5511999990002")
    calls = shop.house.rows("SELECT name, result FROM tool_call")
    assert len(calls) == 2
    assert calls[0] == calls[1]


def test_a_change_of_the_data_makes_the_next_look_miss(shop: Shop) -> None:
    shop.answers("Foram R$ 42,00.", "Foram R$ 42,00 ainda.")
    shop.ask()
    shop.version = "2"
    assert shop.ask() == "Foram R$ 42,00 ainda."
    assert shop.ask().startswith("Foram R$ 42,00 ainda.\n\n(resposta")


def test_without_a_version_nothing_is_given_again(shop: Shop) -> None:
    shop.version = None
    shop.answers("Foram R$ 42,00.", "Foram R$ 42,00 ainda.")
    assert [shop.ask(), shop.ask()] == ["Foram R$ 42,00.", "Foram R$ 42,00 ainda."]
    assert shop.house.rows("SELECT * FROM cached_answer") == []


def test_data_that_change_while_the_tools_run_leave_no_answer(shop: Shop) -> None:
    shop.answers("Foram R$ 42,00.", "Foram R$ 42,00 ainda.")
    set_fault_hook(lambda name: setattr(shop, "version", "2") if name == "tool.worked" else None)
    shop.ask()
    set_fault_hook(None)
    assert shop.ask() == "Foram R$ 42,00 ainda."


def test_what_was_read_before_a_turn_was_resumed_is_nobody_else_s(shop: Shop) -> None:
    """The tool's result of the first execution stands in the journal, whatever the data have become since."""
    failing = ProviderError("down", kind="server")
    shop.house.provider.script = [wish("count_up"), failing, "Foram R$ 42,00.", wish("count_up"), "R$ 42"]
    stored = shop.house.say(ASKED, "r1")
    shop.house.advance(stored)
    shop.version = "2"
    shop.house.make_due()
    shop.house.advance(stored)
    assert shop.house.sent == ["Foram R$ 42,00."]
    assert shop.ask(sender="+552") == "R$ 42"
    assert shop.ask(sender="+553").startswith("R$ 42\n\n(resposta")


def test_a_tool_that_says_for_how_long_needs_no_version(shop: Shop) -> None:
    rebuild(shop, version=None, cache_for=timedelta(seconds=60))
    shop.answers("Foram R$ 42,00.", "Foram R$ 42,00 ainda.")
    shop.ask()
    assert shop.ask().startswith("Foram R$ 42,00.\n\n(resposta")
    lives = shop.house.rows("SELECT expires_at - answered_at FROM cached_answer")
    assert lives == [(timedelta(seconds=60),)]
    shop.house.run("UPDATE cached_answer SET expires_at = now()")
    assert shop.ask() == "Foram R$ 42,00 ainda."


def test_yesterday_is_another_day_after_the_tenant_s_midnight(shop: Shop) -> None:
    """02:59 and 03:01 UTC are two days in São Paulo, 23:59 and 00:01 UTC are one."""
    shop.answers("um", "dois")
    clock = shop.house.clock
    clock.set_by((datetime(2026, 3, 1, 23, 59, tzinfo=UTC) - clock.now()).total_seconds())
    assert shop.ask("Quanto vendemos ontem?", "+551") == "um"
    clock.set_by(120)
    assert shop.ask("Quanto vendemos ontem?", "+552").startswith("um\n\n(")
    clock.set_by((datetime(2026, 3, 2, 3, 1, tzinfo=UTC) - clock.now()).total_seconds())
    assert shop.ask("Quanto vendemos ontem?", "+553") == "dois"


@pytest.mark.parametrize("reply", ["De qual Padaria: Sol ou Lua?", "Foram R$ 99,00."])
def test_questions_of_ours_and_figures_that_were_struck_are_not_kept(shop: Shop, reply: str) -> None:
    shop.house.provider.script = [wish("count_up"), reply, reply, reply]
    shop.ask()
    assert shop.house.rows("SELECT * FROM cached_answer WHERE turn_id IS NOT NULL") == []


def test_what_a_third_party_wrote_is_not_kept(shop: Shop) -> None:
    rebuild(shop, labels=frozenset({"untrusted"}))
    shop.answers("Foram R$ 42,00.")
    shop.ask()
    assert shop.house.rows("SELECT * FROM cached_answer WHERE turn_id IS NOT NULL") == []


def test_what_changes_something_is_not_kept(shop: Shop) -> None:
    rebuild(shop, effect="write")
    shop.answers("Feito.")
    shop.ask()
    assert shop.house.rows("SELECT * FROM cached_answer WHERE turn_id IS NOT NULL") == []


def test_words_without_a_look_at_the_data_are_not_kept(shop: Shop) -> None:
    shop.house.provider.script = ["Não sei.", "Ainda não sei."]
    assert [shop.ask(), shop.ask()] == ["Não sei.", "Ainda não sei."]


def test_an_apology_is_not_kept(shop: Shop) -> None:
    shop.house.provider.script = [ProviderError("no key", kind="auth"), wish("count_up"), "R$ 42"]
    shop.ask()
    assert shop.ask() == "R$ 42"


def test_a_forwarded_question_is_answered_anew(shop: Shop) -> None:
    shop.answers("um", "dois")
    shop.ask()
    stored = shop.house.receive(InboundMessage("f1", "+552", ASKED, is_forwarded=True))
    shop.house.advance(stored)
    assert shop.house.sent[-1] == "dois"


@pytest.mark.parametrize("wish_for_new", ["atualizar", f"atualizar: {ASKED}", f"{ASKED} Refresh!"])
def test_who_wishes_gets_a_new_answer_that_takes_the_place_of_the_old_one(shop: Shop, wish_for_new: str) -> None:
    shop.answers("Foram R$ 42,00.", "Agora foram R$ 42,00.")
    shop.ask()
    assert shop.ask(wish_for_new) == "Agora foram R$ 42,00."
    assert "tualizar" not in str(shop.house.provider.requests[-1].messages[-3:])
    assert shop.ask(sender="+552").startswith("Agora foram R$ 42,00.\n\n(resposta")


@pytest.mark.parametrize("wish_for_new", ["atualizar", "Refresh!", f"actualizar: {ASKED}"])
def test_who_wishes_for_an_answer_that_is_hers_alone_gets_a_new_one_too(shop: Shop, wish_for_new: str) -> None:
    shop.ask("Daqui em diante só Curitiba")
    shop.answers("Foram R$ 42,00.", "Agora foram R$ 42,00.")
    shop.ask()
    assert shop.ask(wish_for_new) == "Agora foram R$ 42,00."
    assert shop.house.provider.requests[-1].messages[-3].content == ASKED


def test_what_was_said_before_counts(shop: Shop) -> None:
    shop.answers("um")
    shop.ask()
    shop.house.provider.script = ["certo", wish("count_up"), "dois"]
    shop.ask("Daqui em diante só Curitiba", "+552")
    assert shop.ask(sender="+552") == "dois"


def test_an_answer_stands_where_all_that_it_was_made_from_stands_as_it_did(shop: Shop) -> None:
    shop.answers("um")
    shop.ask()
    ((tenant_id, key, turn_id),) = shop.house.rows("SELECT tenant_id, key, turn_id FROM cached_answer")
    states: list[dict[str, str]] = [
        {name: told for name, told in zip("ab", pair, strict=True) if told}
        for pair in product(["", "1", "2", "10", '","'], repeat=2)
    ]
    with session_scope(shop.house.engine) as connection:
        for made_from in states:
            kept = NewAnswer(turn_id, "um", made_from, "", timedelta(hours=1))
            keep_answer(connection, Place(tenant_id, key, {}), kept)
            found = [present for present in states if find_kept(connection, Place(tenant_id, key, present))]
            assert found == [present for present in states if made_from.items() <= present.items()]


def test_the_answer_goes_with_the_turn_it_was_made_in(shop: Shop) -> None:
    shop.answers("um")
    shop.ask()
    shop.house.run("DELETE FROM turn")
    assert shop.house.rows("SELECT * FROM cached_answer WHERE turn_id IS NOT NULL") == []


class Ten:
    """Nine others ask while the first one's LLM works."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.stored = [shop.house.say(ASKED, f"t{n}", sender=f"+55119{n}") for n in range(10)]

    def others_ask(self, name: str) -> None:
        if name == "llm.opened":
            set_fault_hook(None)
            for one in self.stored[1:]:
                self.shop.house.advance(one)


def test_of_ten_equal_questions_at_once_one_asks_the_llm(shop: Shop) -> None:
    shop.answers("Foram R$ 42,00.")
    ten = Ten(shop)
    set_fault_hook(ten.others_ask)
    shop.house.advance(ten.stored[0])
    assert shop.house.sent == ["Foram R$ 42,00."]
    waiting = shop.house.rows("SELECT next_try_at <= now() FROM turn WHERE status = 'open'")
    assert waiting == [(True,)] * 9, "the store woke them"
    assert shop.house.rows("SELECT * FROM awaited_answer") == []
    for one in ten.stored[1:]:
        shop.house.advance(one)
    assert [reply.partition("\n")[0] for reply in shop.house.sent] == ["Foram R$ 42,00."] * 10
    assert shop.calls == 2
    assert shop.house.rows("SELECT count(*) FROM turn WHERE first_failed_at IS NOT NULL") == [(0,)]
    runs = shop.house.rows("SELECT status, cached, count(*) FROM run GROUP BY status, cached ORDER BY cached")
    assert runs == [("done", False, 1), ("done", True, 9)], "who waited has not failed"


def test_who_waits_is_rung_when_the_answer_stands(shop: Shop) -> None:
    shop.answers("Foram R$ 42,00.")
    ten = Ten(shop)
    set_fault_hook(ten.others_ask)
    alarms = shop.house.services.alarms
    shop.house.advance(ten.stored[0])
    due = {conversation for wait, conversation in alarms._heap if wait <= shop.house.clock.monotonic()}
    assert due == {one.conversation_id for one in ten.stored[1:]}


class Died(BaseException):
    """As if the process had been killed there."""


@pytest.mark.parametrize("moment", ["llm.opened", "llm.answered", "tool.worked", "answer.written", "answer.committed"])
def test_a_leader_that_dies_is_followed_once_its_lease_has_ended(shop: Shop, moment: str) -> None:
    first, second = (shop.house.say(ASKED, f"d{n}", sender=f"+55119{n}") for n in range(2))
    shop.answers("Foram R$ 42,00.", "Foram R$ 42,00.", "Foram R$ 42,00.")

    def die(name: str) -> None:
        if name == moment:
            set_fault_hook(None)
            raise Died

    def ask_on_and_die(name: str) -> None:
        if name == "llm.opened":
            set_fault_hook(None)
            shop.house.advance(second)
            set_fault_hook(die)
            die(name)

    set_fault_hook(ask_on_and_die)
    with pytest.raises(Died):
        shop.house.advance(first)
    shop.house.make_due()
    shop.house.let_leases_expire()
    shop.house.services.leases._held.clear()
    shop.house.advance(second)
    assert shop.house.sent[0].startswith("Foram R$ 42,00.")
    calls = shop.calls
    shop.house.advance(first)
    assert shop.house.rows("SELECT DISTINCT status FROM turn") == [("settled",)]
    assert shop.calls <= calls + 2


def test_after_an_answer_that_is_not_to_be_kept_nobody_waits_in_line(shop: Shop) -> None:
    three = [shop.house.say(ASKED, f"w{n}", sender=f"+55119{n}") for n in range(3)]
    shop.house.provider.script = ["De qual ano?"] * 3

    def ask_on(name: str) -> None:
        if name == "llm.opened":
            set_fault_hook(None)
            shop.house.advance(three[1])

    set_fault_hook(ask_on)
    shop.house.advance(three[0])
    assert shop.house.sent == ["De qual ano?"]

    def ask_too(name: str) -> None:
        if name == "llm.opened":
            set_fault_hook(None)
            shop.house.advance(three[2])

    set_fault_hook(ask_too)
    shop.house.advance(three[1])
    assert shop.house.sent == ["De qual ano?"] * 3, "the third did not wait for the second"


def test_a_leader_whose_llm_fails_lets_the_next_one_try(shop: Shop) -> None:
    two = [shop.house.say(ASKED, f"x{n}", sender=f"+55119{n}") for n in range(2)]
    shop.house.provider.script = [ProviderError("down", kind="server"), wish("count_up"), "R$ 42"]

    def ask_on(name: str) -> None:
        if name == "llm.opened":
            set_fault_hook(None)
            shop.house.advance(two[1])

    set_fault_hook(ask_on)
    shop.house.advance(two[0])
    shop.house.advance(two[1])
    assert shop.house.sent == ["R$ 42"]
    shop.house.make_due()
    shop.house.advance(two[0])
    assert shop.house.sent[1].startswith("R$ 42\n\n(resposta")


def test_an_answer_that_is_given_again_costs_one_look_and_no_llm(shop: Shop) -> None:
    shop.answers("Foram R$ 42,00.")
    shop.ask()
    stored = shop.house.say(ASKED, "again", sender="+552")
    with counted_trips(shop.house.engine) as trips:
        shop.house.advance(stored)
    assert shop.house.sent[-1].startswith("Foram R$ 42,00.\n\n(")
    assert len([trip for trip in trips if "cached_answer" in trip]) == 1
    assert len(trips) <= 35, "\n".join(trips)


def test_answers_that_nobody_asked_for_lately_are_forgotten(shop: Shop) -> None:
    shop.answers("Foram R$ 42,00.")
    shop.ask()
    with session_scope(shop.house.engine) as connection:
        forget_old_answers(connection, timedelta(days=2))
    assert shop.house.rows("SELECT count(*) FROM cached_answer") == [(1,)]
    shop.house.run("UPDATE cached_answer SET touched_at = now() - interval '3 days'")
    with session_scope(shop.house.engine) as connection:
        forget_old_answers(connection, timedelta(days=2))
    assert shop.house.rows("SELECT count(*) FROM cached_answer") == [(0,)]
