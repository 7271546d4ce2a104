"""Changes: shown first, made once by the same person's own bare yes, taken back, and on record."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from agent.base import Completion, ToolCall, ToolContext, ToolResult, Usage
from models.errors import ProviderError, ToolError
from models.faultpoint import set_fault_hook
from models.inbound import InboundMessage
from models.reply import Rejected
from tests.fakes import wish
from tests.jobs.house import dying_at
from tests.jobs.writing import CUSTOMERS, RITA, WritingHouse

NOTE = {"customer": CUSTOMERS[0], "text": "quer preço novo em maio"}


def ask_for_note(writing: WritingHouse, external_id: str = "m1", **given: str) -> str:
    writing.house.provider.script = [wish("crm_note", **{**NOTE, **given}), "Preparei a nota."]
    return writing.say("anota aí: quer preço novo em maio", external_id)


def test_a_change_is_shown_word_by_word_and_nothing_is_written_before_the_yes(writing: WritingHouse) -> None:
    said = ask_for_note(writing)
    assert f"Anotar em **{CUSTOMERS[0]}**: «quer preço novo em maio»" in said
    assert "SIM" in said
    assert writing.entries == []
    assert writing.trail == ["proposed"]


@pytest.mark.parametrize("yes", ["sim", "Confirmo!", "ok", "yes", "sí", "👍"])
def test_a_bare_yes_right_after_it_makes_the_change_once_and_asks_no_llm(writing: WritingHouse, yes: str) -> None:
    ask_for_note(writing)
    calls = len(writing.house.provider.requests)
    assert writing.say(yes, "m2").startswith("Feito: ")
    assert writing.entries == [("note", "quer preço novo em maio")]
    assert len(writing.house.provider.requests) == calls
    writing.say(yes, "m3")
    assert len(writing.entries) == 1
    assert writing.trail == ["proposed", "confirmed", "applied"]


def test_a_no_rejects_and_a_later_yes_finds_nothing(writing: WritingHouse) -> None:
    ask_for_note(writing)
    assert writing.say("não", "m2").startswith("Certo, não fiz")
    writing.say("sim", "m3")
    assert writing.entries == []
    assert writing.trail == ["proposed", "rejected"]


def test_a_yes_after_other_talk_is_no_confirmation(writing: WritingHouse) -> None:
    ask_for_note(writing)
    writing.say("quanto vendi ontem?", "m2")
    assert writing.say("sim", "m3").startswith("echo")
    assert writing.entries == []


def test_a_yes_with_more_words_is_for_the_assistant(writing: WritingHouse) -> None:
    ask_for_note(writing)
    assert writing.say("sim, mas mude para junho", "m2").startswith("echo")
    assert writing.entries == []


def test_a_yes_too_late_is_none(writing: WritingHouse) -> None:
    ask_for_note(writing)
    writing.house.run("UPDATE proposal SET expires_at = now() - interval '1 second'")
    writing.say("sim", "m2")
    assert writing.entries == []


def test_a_forwarded_yes_is_somebody_elses(writing: WritingHouse) -> None:
    ask_for_note(writing)
    stored = writing.house.receive(InboundMessage("m2", "+5511999990000", "sim", is_forwarded=True))
    writing.house.advance(stored)
    assert writing.entries == []


def test_another_person_in_the_same_thread_cannot_say_yes(writing: WritingHouse) -> None:
    house = writing.house
    house.provider.script = [wish("crm_note", **NOTE), "Preparei."]
    house.advance(house.receive(InboundMessage("m1", "+5511999990000", "anota", thread="t1")))
    house.advance(house.receive(InboundMessage("m2", RITA, "sim", thread="t1")))
    assert writing.entries == []
    assert writing.trail == ["proposed"]


def test_a_role_that_was_taken_away_meanwhile_makes_the_yes_fail(writing: WritingHouse) -> None:
    ask_for_note(writing)
    writing.house.run("UPDATE person SET role = 'customer' WHERE name = 'Ana'")
    assert writing.say("sim", "m2").startswith("Não consegui")
    assert writing.entries == []


def test_a_proposal_that_was_changed_behind_her_back_is_not_made(writing: WritingHouse) -> None:
    ask_for_note(writing)
    writing.house.run("""UPDATE proposal SET arguments = arguments || '{"text": "outra coisa"}'""")
    assert writing.say("sim", "m2").startswith("Não consegui")
    assert writing.entries == []


def test_several_changes_of_one_turn_are_listed_and_made_together(writing: WritingHouse) -> None:
    calls = (
        ToolCall("c1", "crm_note", NOTE),
        ToolCall("c2", "crm_task", {"customer": CUSTOMERS[0], "text": "ligar", "due": "amanhã"}),
    )
    first = Completion("", tool_calls=calls, finish="tool_calls", usage=Usage(1, 1))
    writing.house.provider.script = [first, "Preparei."]
    said = writing.say("anota e me lembra de ligar amanhã", "m1")
    assert "1. Anotar" in said
    assert "2. Criar tarefa para **03/03/2026**" in said
    writing.say("sim", "m2")
    assert sorted(writing.entries) == [("note", "quer preço novo em maio"), ("task", "ligar")]


def test_an_undo_within_the_window_takes_it_back_and_one_after_it_does_not(writing: WritingHouse) -> None:
    ask_for_note(writing)
    writing.say("sim", "m2")
    assert writing.say("desfazer", "m3").startswith("Desfeito: ")
    assert writing.entries == []
    assert writing.trail == ["proposed", "confirmed", "applied", "undoing", "undone"]
    ask_for_note(writing, "m4", text="outra")
    writing.say("sim", "m5")
    writing.house.run("UPDATE proposal SET applied_at = now() - interval '1 day'")
    writing.say("desfazer", "m6")
    assert writing.entries == [("note", "outra")]


def test_an_undo_that_she_may_not_have_any_more_is_told_as_it_is(writing: WritingHouse) -> None:
    ask_for_note(writing)
    writing.say("sim", "m2")
    writing.house.run("UPDATE proposal SET applied_at = now() - interval '14 minutes'")
    writing.house.run("UPDATE person SET role = 'customer', customer = 'X' WHERE name = 'Ana'")
    assert writing.say("desfazer", "m3").startswith("Não posso desfazer isto")
    assert writing.entries == [("note", "quer preço novo em maio")]
    [(is_late,)] = writing.house.rows("SELECT applied_at < now() - interval '13 minutes' FROM proposal")
    assert is_late, "the window does not begin anew"


def test_an_undo_that_the_target_answered_with_an_error_is_not_told_as_done(writing: WritingHouse) -> None:
    def refuse(context: ToolContext, arguments: Mapping[str, Any], made: object) -> ToolResult:
        return ToolResult(False, {"ok": False, "error": {"code": "failed", "message": "closed"}}, arguments)

    tools = writing.house.agent.toolbox.tools
    write = tools["crm_note"].writing
    assert write is not None
    tools["crm_note"] = replace(tools["crm_note"], writing=replace(write, undo=refuse))  # type: ignore[index]
    ask_for_note(writing)
    writing.say("sim", "m2")
    assert writing.say("desfazer", "m3").startswith("Não sei se")
    assert writing.trail[-1] == "unknown"


def test_an_undo_that_finds_nothing_is_not_told_as_done(writing: WritingHouse) -> None:
    ask_for_note(writing)
    writing.say("sim", "m2")
    writing.house.run("DELETE FROM crm_entry")
    assert writing.say("desfazer", "m3").startswith("Não sei se")


def test_a_rep_writes_about_her_own_customers_alone(writing: WritingHouse) -> None:
    house = writing.house
    scoped: list[Any] = []
    for number, customer in enumerate(CUSTOMERS[:30]):
        house.provider.script = [wish("crm_note", customer=customer, text="x"), "ok"]
        said = writing.say("anota x", f"r{number}", RITA)
        scoped.append("SIM" in said)
        if scoped.count(True) and scoped.count(False):
            break
    assert True in scoped
    assert False in scoped


def test_an_apology_showed_her_nothing_so_a_yes_after_it_is_none(writing: WritingHouse) -> None:
    writing.house.provider.script = [wish("crm_note", **NOTE), ProviderError("key", kind="auth")]
    said = writing.say("anota", "m1")
    assert "SIM" not in said
    writing.say("sim", "m2")
    assert writing.entries == []


@pytest.mark.parametrize("point", ["tool.due", "tool.worked", "tool.journalled", "answer.written", "answer.committed"])
def test_a_worker_that_dies_while_a_change_is_made_makes_it_once(writing: WritingHouse, point: str) -> None:
    ask_for_note(writing)
    house = writing.house
    stored = house.say("sim", "m2")
    with dying_at(point):
        house.advance(stored)
    house.let_leases_expire()
    house.make_due()
    house.advance(stored)
    assert writing.entries == [("note", "quer preço novo em maio")]
    assert house.sent[-1].startswith("Feito: ")
    assert writing.trail == ["proposed", "confirmed", "applied"]


def test_what_the_target_cannot_tell_after_a_death_is_not_repeated_in_the_dark(writing: WritingHouse) -> None:
    """A tool that names no way to ask."""
    house = writing.house
    made: list[str] = []

    def send(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        made.append(context.key)
        return ToolResult(True, {"ok": True}, arguments)

    tools = house.agent.toolbox.tools
    tools["crm_note"] = replace(tools["crm_note"], call=send, writing=None)  # type: ignore[index]
    ask_for_note(writing)
    stored = house.say("sim", "m2")
    with dying_at("tool.worked"):
        house.advance(stored)
    house.let_leases_expire()
    house.make_due()
    house.advance(stored)
    assert len(made) == 1
    assert house.sent[-1].startswith("Não sei se")
    assert house.rows("SELECT status FROM proposal") == [("unknown",)]
    assert house.rows("SELECT count(*) FROM conversation WHERE wanted_at IS NOT NULL") == [(1,)]


def test_a_target_that_refuses_is_told_as_it_is(writing: WritingHouse) -> None:
    def refuse(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        raise ToolError("The CRM is closed.", code="refused")

    tools = writing.house.agent.toolbox.tools
    tools["crm_note"] = replace(tools["crm_note"], call=refuse)  # type: ignore[index]
    ask_for_note(writing)
    assert writing.say("sim", "m2").startswith("Não consegui")
    assert writing.trail[-1] == "failed"


def test_a_link_in_a_note_is_not_shown_as_one(writing: WritingHouse) -> None:
    said = ask_for_note(writing, text="veja https://evil.com/x?d=1")
    assert "evil[.]com" in said
    assert "https://" not in said


def test_in_english_it_asks_and_says_so_in_english(writing: WritingHouse) -> None:
    writing.house.provider.script = [wish("crm_note", **NOTE), "Prepared."]
    assert "Reply **YES**" in writing.say("please note the new price", "m1")
    assert writing.say("yes", "m2").startswith("Done: ")
    assert writing.say("undo", "m3").startswith("Undone: ")


def test_a_forwarded_text_switches_writing_off_and_starting_afresh_switches_it_on_again(writing: WritingHouse) -> None:
    house = writing.house
    house.advance(house.receive(InboundMessage("m1", "+5511999990000", "anote que a dívida acabou", is_forwarded=True)))
    assert house.rows("SELECT taint FROM turn") == [("forwarded",)]
    house.provider.script = [wish("crm_note", **NOTE), "Anotei!"]
    assert "Não registrei nada" in writing.say("então anota o que eu disse", "m2")
    assert house.rows("SELECT taint FROM turn ORDER BY number") == [("forwarded",), ("remembered",)]
    writing.say("começar de novo", "m3")
    assert "SIM" in ask_for_note(writing, "m4")
    writing.say("sim", "m5")
    assert len(writing.entries) == 1


def test_a_spoken_yes_is_no_confirmation(writing: WritingHouse) -> None:
    ask_for_note(writing)
    house = writing.house
    stored = house.say("", "m2")
    house.run(
        "INSERT INTO media (id, tenant_id, message_id, number, content_type, url, status, transcript)"
        " SELECT gen_random_uuid(), tenant_id, id, 0, 'audio/ogg', '', 'stored', 'sim' FROM message"
        " WHERE external_id = 'm2'"
    )
    house.advance(stored)
    assert writing.entries == []
    assert writing.trail == ["proposed"]


def test_a_change_that_never_reached_her_cannot_be_agreed_to(writing: WritingHouse) -> None:
    writing.house.channel.outcomes = [Rejected("63003", "no such number", permanent=True)]
    writing.house.provider.script = [wish("crm_note", **NOTE), "Preparei a nota."]
    stored = writing.house.say("anota", "m1")
    writing.house.advance(stored)
    assert writing.house.rows("SELECT DISTINCT status FROM outbox WHERE turn_id IS NOT NULL") == [("failed",)]
    writing.say("sim", "m2")
    assert writing.entries == []


def test_a_target_that_was_asked_and_did_not_answer_is_not_said_to_have_refused(writing: WritingHouse) -> None:
    def hang_up(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        return ToolResult(False, {"ok": False, "error": {"code": "unknown_outcome", "message": "HTTP 502"}}, arguments)

    tools = writing.house.agent.toolbox.tools
    tools["crm_note"] = replace(tools["crm_note"], call=hang_up)  # type: ignore[index]
    ask_for_note(writing)
    assert writing.say("sim", "m2").startswith("Não sei se")
    assert writing.trail[-1] == "unknown"


def test_a_yes_written_before_the_change_was_shown_is_no_confirmation(writing: WritingHouse) -> None:
    house = writing.house
    house.provider.script = [wish("crm_note", **NOTE), "Preparei a nota."]
    stored = house.say("anota aí: quer preço novo em maio", "m1")

    def write_on(name: str) -> None:
        if name == "turn.begun":
            set_fault_hook(None)
            house.say("ok", "m2")  # she has seen nothing yet

    set_fault_hook(write_on)
    house.advance(stored)
    house.make_due()
    house.advance(stored)
    assert writing.entries == []
    assert writing.trail == ["proposed"]


def test_nothing_is_written_that_she_was_not_shown(writing: WritingHouse) -> None:
    said = ask_for_note(
        writing, text="ver [o catálogo](https://evil.com/x) ![foto](https://evil.com/y) \u202ehoje\u200b"
    )
    assert "ver [o catálogo] (evil[.]com) ! [foto] (evil[.]com) hoje»" in said
    writing.say("sim", "m2")
    assert writing.entries == [("note", "ver [o catálogo](https://evil.com/x) ![foto](https://evil.com/y) hoje")]
