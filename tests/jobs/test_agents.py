"""Which agent answers: the one its account names, the version a turn began with, nobody else's when one is broken."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest

from agent.agent import Agent, Limits
from agent.spec.agent_spec import AgentSpec
from bot.agents.applying import apply_specs, roll_back
from jobs.agents import AgentDirectory
from jobs.runtime import set_services
from models.agents.version import list_serving
from models.errors import ConfigurationError, ProviderError
from models.session import session_scope
from models.tenant import AccountKey, ensure_account, ensure_tenant
from tests.fakes import FixedClock, ScriptedProvider
from tests.jobs.house import House

_NO_WAIT = {"seconds": 0, "longest_seconds": 0}


@dataclass
class Staff:
    """An agent that says who it is."""

    agent: Agent
    closed: list[str]
    persona: str

    def close(self) -> None:
        self.closed.append(self.persona)


class Unready(ScriptedProvider):
    """Whose SDK is not installed."""

    def preload(self) -> None:
        raise ConfigurationError("its SDK is missing")


@dataclass
class Office:
    """A directory over a house, whose agents answer with their persona."""

    house: House
    directory: AgentDirectory
    built: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    providers: dict[str, ScriptedProvider] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    cursed: set[str] = field(default_factory=set)

    def build(self, spec: AgentSpec) -> Staff:
        if spec.persona in self.broken:
            raise ConfigurationError("ACME_KEY is not set")
        if spec.persona in self.cursed:
            raise ValueError("s3cr3t is no number")
        self.built.append(spec.persona)
        provider = self.providers.setdefault(spec.persona, Persona(name=spec.persona))
        clock = self.house.clock
        return Staff(Agent(provider, spec.persona, {}, Limits(), clock), self.closed, spec.persona)

    def apply(self, persona: str, **more: Any) -> None:
        apply_specs(self.house.engine, [a_spec(persona, **more)])

    def ask(self, external_id: str, sender: str = "+5511999990000") -> str:
        self.house.advance(self.house.say("oi", external_id, sender))
        return self.house.sent[-1]


class Persona(ScriptedProvider):
    """Answers with its name where the script says nothing."""

    def complete(self, request: Any) -> Any:
        self.script = self.script or [f"I am {self.name}"]
        return super().complete(request)


def a_spec(persona: str, **more: Any) -> AgentSpec:
    values = {"agent": "aurora", "serves": ["fake/default"], "persona": persona, "quiet_window": _NO_WAIT, **more}
    return AgentSpec.model_validate(values)


@pytest.fixture
def office(house: House) -> Iterator[Office]:
    default = a_spec("the environment's", agent="default", serves=[])
    clock = house.clock
    made: list[Office] = []
    directory = AgentDirectory(house.account.tenant_id, default, lambda spec, version_id: made[0].build(spec), clock)
    made.append(Office(house, directory))
    set_services(replace(house.services, agents=directory))
    yield made[0]
    directory.close()


def versions_of_runs(house: House) -> list[Any]:
    statement = "SELECT v.number FROM run r LEFT JOIN agent_version v ON v.id = r.agent_version_id ORDER BY r.id"
    return [row.number for row in house.rows(statement)]


def test_an_account_that_no_file_names_is_served_by_the_environments_agent(office: Office) -> None:
    assert office.ask("m1") == "I am the environment's"
    assert versions_of_runs(office.house) == [None]


def test_the_next_turn_is_answered_by_what_was_applied_and_the_run_says_so(office: Office) -> None:
    office.apply("first")
    assert office.ask("m1") == "I am first"
    office.apply("second")
    assert office.ask("m2") == "I am second"
    roll_back(office.house.engine, "default", "aurora")
    assert office.ask("m3") == "I am first"
    assert versions_of_runs(office.house) == [1, 2, 1]
    assert office.built == ["first", "second"]


def test_a_turn_that_is_resumed_keeps_the_version_it_began_with(office: Office) -> None:
    office.apply("first")
    office.providers["first"] = Persona(name="first", script=[ProviderError("busy", kind="overloaded")])
    stored = office.house.say("oi", "m1")
    office.house.advance(stored)
    office.apply("second")
    office.house.make_due()
    office.house.advance(stored)
    assert office.house.sent == ["I am first"]
    assert versions_of_runs(office.house) == [1, 1]
    assert office.ask("m2") == "I am second"


def test_two_agents_of_one_tenant_serve_two_accounts(office: Office) -> None:
    with session_scope(office.house.engine) as connection:
        ensure_account(connection, office.house.account.tenant_id, channel="fake", name="south")
    office.apply("north")
    office.apply("south", agent="south", serves=["fake/south"])
    found = terms_of(office, "default"), terms_of(office, "south")
    assert [terms.spec.persona for terms in found] == ["north", "south"]


def terms_of(office: Office, account: str, tenant_id: UUID | None = None) -> Any:
    with session_scope(office.house.engine) as connection:
        key = ensure_account(connection, tenant_id or office.house.account.tenant_id, channel="fake", name=account)
        version = office.house.rows(
            f"SELECT a.version_id FROM channel_account c JOIN active_agent a ON a.name = c.agent "
            f"AND a.tenant_id = c.tenant_id WHERE c.id = '{key.id}'"
        )
        return office.directory.find_terms(connection, key, version[0].version_id if version else None)


def test_the_accounts_of_another_tenant_are_never_served_by_the_environments_agent(office: Office) -> None:
    with session_scope(office.house.engine) as connection:
        other = ensure_tenant(connection, slug="acme", name="Acme", timezone="UTC")
    terms = terms_of(office, "acme", other)
    assert "no agent serves fake/acme" in terms.fault
    with pytest.raises(ConfigurationError), office.directory.at_work(terms):
        pass


def test_a_version_of_another_tenant_is_not_found(office: Office) -> None:
    office.apply("first")
    with session_scope(office.house.engine) as connection:
        other = ensure_tenant(connection, slug="acme", name="Acme", timezone="UTC")
        account = ensure_account(connection, other, channel="fake", name="acme")
        version_id = office.house.rows("SELECT id FROM agent_version")[0].id
        terms = office.directory.find_terms(connection, AccountKey(account.id, other, "fake", "acme"), version_id)
    assert terms.fault


def test_a_version_that_cannot_be_built_fails_its_own_turns_honestly(office: Office) -> None:
    office.broken.add("first")
    office.apply("first")
    assert "I am" not in office.ask("m1")
    assert office.house.rows("SELECT outcome FROM turn") == [("apologised",)]
    assert "ACME_KEY is not set" in office.house.rows("SELECT error FROM turn")[0].error


def test_a_broken_version_does_not_keep_a_worker_from_starting(office: Office) -> None:
    office.broken.add("first")
    office.apply("first")
    with session_scope(office.house.engine) as connection:
        serving = list_serving(connection)
    office.directory.open(serving)
    assert office.built == ["the environment's"]


def test_nor_does_one_that_fails_in_a_way_that_nobody_foresaw(office: Office) -> None:
    office.cursed.add("first")
    office.apply("first")
    with session_scope(office.house.engine) as connection:
        serving = list_serving(connection)
    office.directory.open(serving)
    assert office.built == ["the environment's"]
    assert "I am" not in office.ask("m1")
    [(outcome, error)] = office.house.rows("SELECT outcome, error FROM turn")
    assert (outcome, "ValueError" in error, "s3cr3t" in error) == ("apologised", True, False)


def test_what_is_active_is_built_when_a_worker_starts(office: Office) -> None:
    office.apply("first")
    office.apply("second")
    with session_scope(office.house.engine) as connection:
        serving = list_serving(connection)
    office.directory.open(serving)
    assert office.built == ["the environment's", "second"]


def test_a_version_is_tried_again_after_a_while_and_not_at_once(office: Office) -> None:
    office.broken.add("first")
    office.apply("first")
    office.ask("m1")
    office.broken.clear()
    assert "I am" not in office.ask("m2", "+551188880000")
    clock = office.house.clock
    assert isinstance(clock, FixedClock)
    clock.move(31)
    assert office.ask("m3", "+551177770000") == "I am first"


def test_a_version_that_nobody_uses_any_more_is_closed_and_the_environments_is_not(office: Office) -> None:
    office.ask("m0")
    office.apply("first")
    office.ask("m1")
    office.apply("second")
    office.ask("m2")
    assert office.closed == []
    office.house.clock.move(601)
    office.ask("m3")
    assert office.closed == ["first"]
    office.directory.close()
    assert sorted(office.closed) == ["first", "second", "the environment's"]


def test_a_phrase_of_the_file_calls_a_person_and_says_so(office: Office) -> None:
    office.apply("first", handover={"words": ["Quero o Paulo"]})
    office.house.advance(office.house.say("quero o paulo!", "m1"))
    assert "I am" not in office.house.sent[-1]
    assert office.house.rows("SELECT wanted_at IS NOT NULL AS called FROM conversation") == [(True,)]


def test_outside_its_hours_an_agent_says_so_and_within_them_it_answers(office: Office) -> None:
    hours = {"timezone": "UTC", "mon": "08:00-13:00", "outside": "message", "message": "Voltamos às 8h."}
    office.apply("first", hours=hours)  # the house's clock stands at noon of a Monday
    assert office.ask("m1") == "I am first"
    office.house.clock.move(3600)
    assert office.ask("m2") == "Voltamos às 8h."
    assert office.house.rows("SELECT wanted_at FROM conversation") == [(None,)]


def test_outside_its_hours_a_person_may_be_called_instead(office: Office) -> None:
    office.apply("first", hours={"timezone": "UTC", "outside": "person"})
    assert "fora do horário" in office.ask("m1")
    assert office.house.rows("SELECT wanted_at IS NOT NULL AS called FROM conversation") == [(True,)]


def test_fixed_words_keep_to_the_languages_of_the_agent(office: Office) -> None:
    office.apply("first", languages=["es"], hours={"timezone": "UTC", "outside": "message"})
    office.house.advance(office.house.say("hello, what are my sales please", "m1"))
    assert "fuera del horario" in office.house.sent[-1]


def test_what_an_agent_looks_through_is_closed_where_its_provider_cannot_be_made_ready(office: Office) -> None:
    office.providers["unready"] = Unready()
    office.apply("unready")
    assert "não consegui" in office.ask("m1").lower()
    assert (office.built, office.closed) == (["unready"], ["unready"])
