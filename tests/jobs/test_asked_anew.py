"""A yes to what holds no longer makes nothing: the person is told so, and asked about the change as it would be now."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection

from agent.base import PersonRole, Tool
from agent.policy import Verdict
from jobs.agents import Terms
from models.errors import ProviderError
from models.tenant import AccountKey
from tests.fakes import OneAgent, wish
from tests.jobs.house import dying_at
from tests.jobs.test_proposals import NOTE, ask_for_note
from tests.jobs.writing import WritingHouse, employ

TOO_LATE = "UPDATE proposal SET expires_at = now() - interval '1 second' WHERE status = 'open'"


class UpdatedAgent(OneAgent):
    """As if another version of the agent had been applied."""

    def find_terms(self, connection: Connection, account: AccountKey, version_id: UUID | None) -> Terms:
        return replace(super().find_terms(connection, account, version_id), version_id=UUID(int=7))


def statuses(writing: WritingHouse) -> list[str]:
    return [row[0] for row in writing.house.rows("SELECT status FROM proposal ORDER BY created_at, id")]


def test_a_yes_too_late_makes_nothing_and_is_asked_for_once_more(writing: WritingHouse) -> None:
    ask_for_note(writing)
    writing.house.run(TOO_LATE)
    said = writing.say("sim", "m2")
    assert said.startswith("O prazo para confirmar passou")
    assert "Anotar em" in said
    assert "SIM" in said
    assert writing.entries == []
    assert writing.say("sim", "m3").startswith("Feito: ")
    assert writing.entries == [("note", "quer preço novo em maio")]
    assert writing.trail == ["proposed", "expired", "proposed", "confirmed", "applied"]


def test_a_yes_after_which_the_worker_died_makes_nothing_where_the_agent_is_another_one_meanwhile(
    writing: WritingHouse,
) -> None:
    ask_for_note(writing)
    stored = writing.house.say("sim", "m2")
    with dying_at("tool.due"):
        writing.house.advance(stored)
    employ(writing, UpdatedAgent(writing.house.agent))
    writing.house.let_leases_expire()
    writing.house.make_due()
    writing.house.advance(stored)
    assert writing.entries == []
    assert statuses(writing) == ["failed", "open"]
    assert "SIM" in writing.house.sent[-1]


@pytest.mark.parametrize("point", ["answer.written", "answer.committed"])
def test_a_worker_that_dies_while_asking_anew_asks_once(writing: WritingHouse, point: str) -> None:
    ask_for_note(writing)
    writing.house.run(TOO_LATE)
    stored = writing.house.say("sim", "m2")
    with dying_at(point):
        writing.house.advance(stored)
    writing.house.let_leases_expire()
    writing.house.make_due()
    writing.house.advance(stored)
    assert writing.house.sent[-1].startswith("O prazo para confirmar passou")
    assert statuses(writing) == ["expired", "open"]
    assert writing.say("sim", "m3").startswith("Feito: ")


def test_a_change_of_the_agent_in_between_is_asked_about_anew(writing: WritingHouse) -> None:
    ask_for_note(writing)
    employ(writing, UpdatedAgent(writing.house.agent))
    said = writing.say("sim", "m2")
    assert said.startswith("Ainda não fiz: o assistente foi atualizado")
    assert writing.entries == []
    assert writing.say("sim", "m3").startswith("Feito: ")


def test_another_definition_of_the_tool_is_asked_about_anew(writing: WritingHouse) -> None:
    ask_for_note(writing)
    tools = writing.house.agent.toolbox.tools
    spec = replace(tools["crm_note"].spec, description="Write something else.")
    tools["crm_note"] = replace(tools["crm_note"], spec=spec)  # type: ignore[index]
    assert writing.say("sim", "m2").startswith("Ainda não fiz")
    assert writing.entries == []
    assert statuses(writing) == ["failed", "open"]


def test_how_long_a_yes_is_waited_for_is_the_agents_word_for_the_channel(writing: WritingHouse) -> None:
    employ(writing, OneAgent(writing.house.agent, changes={"yes_within_minutes": {"fake": 5}}))
    ask_for_note(writing)
    [(lives,)] = writing.house.rows("SELECT expires_at - created_at FROM proposal")
    assert lives == timedelta(minutes=5)


def test_a_turn_begun_again_long_after_does_not_ask_for_a_yes_that_nobody_takes_any_more(writing: WritingHouse) -> None:
    house = writing.house
    house.provider.script = [wish("crm_note", **NOTE), ProviderError("busy", kind="overloaded")]
    stored = house.say("anota", "m1")
    house.advance(stored)
    house.run(TOO_LATE)
    house.provider.script = ["Preparei a nota."]
    house.make_due()
    house.advance(stored)
    assert "O prazo para confirmar passou" in house.sent[-1]
    assert statuses(writing) == ["expired", "open"]
    assert writing.say("sim", "m2").startswith("Feito: ")


def test_what_the_policy_forbids_meanwhile_is_not_made(writing: WritingHouse) -> None:
    def forbid(tool: Tool, is_tainted: bool, role: PersonRole) -> Verdict:
        return "deny"

    ask_for_note(writing)
    writing.house.agent.toolbox.policy = forbid
    assert writing.say("sim", "m2").startswith("Não consegui fazer")
    assert writing.entries == []
