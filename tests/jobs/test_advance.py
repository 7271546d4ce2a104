"""A conversation's way from stored message to settled reply."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.base import Completion, ToolCall, Usage
from channels.base import Capabilities
from jobs.runtime import set_services
from jobs.sweep import Sweeper
from models.errors import ProviderError
from models.reply import Absent, Accepted, Rejected, Unknown
from tests.fakes import Killed, OneAgent, wish
from tests.jobs.house import House


def test_a_message_is_answered_and_the_reply_leaves_once(house: House) -> None:
    stored = house.say("oi", "m1")
    house.advance(stored)
    house.advance(stored)
    assert house.sent == ["echo: oi"]
    assert house.rows("SELECT status, outcome FROM turn") == [("settled", "answered")]
    assert house.rows("SELECT due_at, lease_owner FROM conversation") == [(None, None)]


def test_a_turn_bears_the_id_of_its_first_message(house: House) -> None:
    stored = house.say("oi", "m1")
    house.advance(stored)
    assert house.rows("SELECT id FROM turn") == [(stored.message_id,)]


def test_the_same_external_id_never_makes_a_second_turn(house: House) -> None:
    first = house.say("oi", "m1")
    house.advance(first)
    again = house.say("oi", "m1")
    house.advance(again)
    assert again.is_duplicate
    assert house.sent == ["echo: oi"]


def test_messages_that_wait_together_are_answered_together_and_later_ones_in_the_next_turn(house: House) -> None:
    house.say("bom dia", "m1")
    stored = house.say("quanto vendi?", "m2")
    house.advance(stored)
    house.advance(house.say("e ontem?", "m3"))
    assert house.sent == ["echo: bom dia\nquanto vendi?", "echo: e ontem?"]


def test_a_channel_that_does_not_coalesce_gets_one_turn_a_message(house: House) -> None:
    house.channel.capabilities = Capabilities(40, "plain", "push", coalesces=False)
    house.say("um", "m1")
    house.advance(house.say("dois", "m2"))
    assert house.sent == ["echo: um", "echo: dois"]


def test_nothing_is_answered_before_the_person_was_quiet(house: House) -> None:
    patient = OneAgent(house.agent, quiet=30, quiet_longest=60)
    set_services(replace(house.services, agents=patient))
    stored = house.say("oi", "m1")
    house.advance(stored)
    assert house.sent == []
    house.run("UPDATE message SET received_at = received_at - interval '31 seconds'")
    house.make_due()
    house.advance(stored)
    assert house.sent == ["echo: oi"]


def test_the_next_turn_has_seen_the_reply_of_the_one_before(house: House) -> None:
    house.advance(house.say("um", "m1"))
    house.advance(house.say("dois", "m2"))
    lines = [(line.role, line.content) for line in house.provider.requests[-1].messages if line.role != "system"]
    assert lines == [("user", "um"), ("assistant", "echo: um"), ("user", "dois")]


def test_after_a_reset_nothing_said_before_is_shown_again(house: House) -> None:
    house.advance(house.say("um", "m1"))
    house.advance(house.say("Esquece tudo!", "m2"))
    house.advance(house.say("dois", "m3"))
    lines = [line.content for line in house.provider.requests[-1].messages if line.role != "system"]
    assert lines == ["dois"]
    assert len(house.provider.requests) == 2, "a reset asks no LLM"


def test_parts_leave_in_order(house: House) -> None:
    house.provider.script = ["um|dois|tres"]
    house.advance(house.say("oi", "m1"))
    assert house.sent == ["um", "dois", "tres"]


def test_a_killed_worker_costs_no_second_payment_and_no_second_tool_call(house: House) -> None:
    house.provider.script = [wish("count_up"), Killed()]
    stored = house.say("quanto?", "m1")
    with pytest.raises(Killed):
        house.advance(stored)
    house.let_leases_expire()
    house.provider.script = ["42"]
    house.advance(stored)
    assert house.sent == ["42"]
    assert len(house.tool_calls) == 1
    assert house.rows("SELECT step, attempt, status FROM completion ORDER BY step, attempt") == [
        (0, 1, "done"),
        (1, 1, "estimated"),
        (1, 2, "done"),
    ]


def test_a_turn_that_kills_its_worker_three_times_ends_with_an_apology(house: House) -> None:
    stored = house.say("oi", "m1")
    for _ in range(3):
        house.provider.script = [Killed()]
        with pytest.raises(Killed):
            house.advance(stored)
        house.let_leases_expire()
    house.advance(stored)
    assert len(house.sent) == 1
    assert house.rows("SELECT outcome, crashes FROM turn") == [("apologised", 3)]
    house.advance(house.say("ainda está aí?", "m2"))
    assert house.sent[-1] == "echo: ainda está aí?"


def test_a_passing_failure_of_the_llm_is_met_by_waiting_not_by_an_apology(house: House) -> None:
    house.provider.script = [ProviderError("slow down", kind="rate_limit", retry_after=7)]
    stored, began = house.say("oi", "m1"), house.now()
    house.advance(stored)
    assert house.sent == []
    [(again_at,)] = house.rows("SELECT next_try_at FROM turn")
    assert began + timedelta(seconds=7) <= again_at <= house.now() + timedelta(seconds=7)
    house.make_due()
    house.advance(stored)
    assert house.sent == ["echo: oi"]
    assert house.rows("SELECT status, error_kind FROM completion ORDER BY attempt") == [
        ("failed", "rate_limit"),
        ("done", ""),
    ]


def test_a_lasting_failure_of_the_llm_ends_in_an_honest_apology(house: House) -> None:
    house.provider.script = [ProviderError("no key", kind="auth")]
    house.advance(house.say("quanto vendi?", "m1"))
    assert len(house.sent) == 1
    assert "Não consegui" in house.sent[0]
    assert house.rows("SELECT outcome, error FROM turn") == [("apologised", "auth: no key")]


def test_patience_with_the_llm_ends(house: House) -> None:
    house.provider.script = [ProviderError("down", kind="server")]
    stored = house.say("oi", "m1")
    house.advance(stored)
    house.run("UPDATE turn SET first_failed_at = '2026-03-02 11:00Z'")  # the fixed clock shows 12:00
    house.make_due()
    house.provider.script = [ProviderError("down", kind="server")]
    house.advance(stored)
    assert house.rows("SELECT outcome FROM turn") == [("apologised",)]


def test_an_unknown_outcome_is_asked_for_and_never_sent_again_blindly(house: House) -> None:
    house.channel.outcomes = [Unknown("timed out")]
    stored = house.say("oi", "m1")
    house.advance(stored)
    house.channel.findings = [Accepted("SM1")]
    house.make_due()
    house.advance(stored)
    assert house.sent == []
    assert len(house.channel.asked) == 1
    assert house.rows("SELECT status, provider_id, tries FROM outbox") == [("sent", "SM1", 1)]


def test_when_a_parts_fate_is_asked_for_its_neighbours_ids_are_named(house: House) -> None:
    house.advance(house.say("um", "m1"))
    house.channel.outcomes = [Unknown("timed out")]
    stored = house.say("um", "m2")
    house.advance(stored)
    house.make_due()
    house.advance(stored)
    assert house.channel.asked[0].taken == {"id-0"}


def test_a_crash_inside_a_send_is_asked_for(house: House) -> None:
    house.channel.outcomes = [Killed()]
    stored = house.say("oi", "m1")
    with pytest.raises(Killed):
        house.advance(stored)
    assert house.rows("SELECT status FROM outbox") == [("sending",)]
    house.let_leases_expire()
    house.channel.findings = [Accepted("SM1")]
    house.advance(stored)
    assert house.sent == ["echo: oi"]
    assert house.rows("SELECT status FROM outbox") == [("sent",)]


def test_a_part_that_was_absent_twice_and_long_enough_is_sent_again(house: House) -> None:
    house.channel.outcomes = [Unknown("timed out")]
    stored = house.say("oi", "m1")
    house.advance(stored)
    for _ in range(2):
        house.make_due()
        house.advance(stored)
    assert house.sent == [], "absent twice, but too early"
    house.run("UPDATE outbox SET attempted_at = now() - interval '3 minutes'")
    house.make_due()
    house.advance(stored)
    assert house.sent == ["echo: oi"]


def test_a_part_nobody_can_tell_about_is_held_and_later_turns_go_on(house: House) -> None:
    house.channel.outcomes = [Unknown("timed out")]
    stored = house.say("oi", "m1")
    house.advance(stored)
    house.run("UPDATE outbox SET created_at = now() - interval '2 hours'")
    house.channel.findings = [Unknown("still")]
    house.make_due()
    house.advance(stored)
    assert house.rows("SELECT status FROM outbox") == [("held",)]
    house.advance(house.say("e agora?", "m2"))
    assert house.sent == ["echo: e agora?"]


def test_while_a_reply_is_unsettled_the_next_turn_waits(house: House) -> None:
    house.channel.outcomes = [Rejected("429", "slow", permanent=False)]
    stored = house.say("um", "m1")
    house.advance(stored)
    house.say("dois", "m2")
    house.advance(stored)
    assert len(house.provider.requests) == 1
    house.make_due()
    house.advance(stored)
    assert house.sent == ["echo: um", "echo: dois"]


def test_after_a_part_failed_for_good_the_rest_of_the_reply_is_not_sent(house: House) -> None:
    house.provider.script = ["um|dois"]
    house.channel.outcomes = [Rejected("21211", "no such number", permanent=True)]
    house.advance(house.say("oi", "m1"))
    assert house.sent == []
    assert house.rows("SELECT status FROM outbox") == [("failed",), ("failed",)]
    assert house.rows("SELECT status FROM turn") == [("settled",)]


def test_a_worker_that_lost_its_lease_in_mid_turn_writes_nothing(house: House) -> None:
    def lose_the_lease(request: object) -> Completion:
        house.run("UPDATE conversation SET fence = fence + 1, lease_owner = 'worker-2'")
        return Completion("late", usage=Usage(1, 1))

    house.provider.script = [lose_the_lease]
    house.advance(house.say("oi", "m1"))
    assert house.sent == []
    assert house.rows("SELECT count(*) FROM message WHERE direction = 'out'") == [(0,)]
    assert house.rows("SELECT status FROM completion") == [("started",)]


def test_two_workers_never_work_on_one_conversation(house: House) -> None:
    stored = house.say("oi", "m1")
    lease = house.services.leases.acquire(stored.conversation_id)
    assert lease is not None
    house.advance(stored)
    assert house.sent == []


def test_an_unknown_sender_is_greeted_without_tools_and_without_an_llm(house: House) -> None:
    set_services(replace(house.services, open_door=lambda connection, tenant_id: None))
    house.advance(house.say("quanto vendemos?", "m1"))
    assert house.provider.requests == []
    assert "Ainda não conheço este contato" in house.sent[0]


def test_a_message_without_text_is_met_honestly(house: House) -> None:
    house.advance(house.say("", "m1"))
    assert house.sent == ["Por enquanto só leio texto. Pode escrever sua pergunta?"]


def test_the_sweeper_rings_for_overdue_work_and_not_again_at_once(house: House) -> None:
    rung: list[object] = []
    sweeper = Sweeper(house.engine, "worker-1", rung.extend)
    other = Sweeper(house.engine, "worker-2", rung.extend)
    stored = house.say("oi", "m1")
    assert sweeper.sweep() == [], "its ring is still young"
    house.run("UPDATE conversation SET due_at = now() - interval '5 seconds'")
    assert other.sweep() == [], "one sweeps, the other stands by"
    assert sweeper.sweep() == [stored.conversation_id]
    assert sweeper.sweep() == []
    assert rung == [stored.conversation_id]


def test_garbage_arguments_are_shown_to_the_llm_and_not_run(house: House) -> None:
    garbage = Completion("", (ToolCall("c1", "count_up", None, "{oops"),), "tool_calls", Usage(1, 1))
    house.provider.script = [garbage, "desculpe"]
    house.advance(house.say("oi", "m1"))
    assert house.tool_calls == []
    assert "bad_arguments" in house.provider.requests[-1].messages[-1].content


def test_the_loop_ends_with_words_however_often_the_llm_wants_tools(house: House) -> None:
    house.provider.script = [wish("count_up", n=n) for n in range(10)]
    house.advance(house.say("oi", "m1"))
    assert len(house.provider.requests) == 4
    assert house.provider.requests[-1].tool_choice == "none"
    assert "limite de trabalho" in house.sent[0]


def test_absent_is_believed_only_when_asked_twice(house: House) -> None:
    house.channel.outcomes = [Unknown("timed out")]
    stored = house.say("oi", "m1")
    house.advance(stored)
    house.run("UPDATE outbox SET attempted_at = now() - interval '3 minutes'")
    house.channel.findings = [Absent()]
    house.make_due()
    house.advance(stored)
    assert house.sent == []
