"""A house whose company has a manager, two reps with customers of their own, and somebody who buys."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from agent.agent import Agent, Limits
from agent.base import Situation, Tool
from agent.providers.offline.engine import OfflineProvider
from jobs.runtime import set_services
from models.catalogue import Catalogue
from models.inbound import InboundMessage
from models.person import People
from models.session import session_scope
from tests.fakes import OneAgent
from tests.jobs.house import House

MIA, RITA, BETO, DORA = "+5511999990001", "+5511999990002", "+5511999990003", "+5511999990004"
CUSTOMERS = {
    "Rita": ("Mercado Estrela", "Mercado Sol", "Padaria Estrela"),
    "Beto": ("Empório Lima", "Mercearia Boa Vista"),
}


def catalogue_of(situation: Situation) -> Catalogue:
    """As the sales data would show it."""
    if situation.role == "manager":
        return Catalogue(customers=tuple(sorted(one for each in CUSTOMERS.values() for one in each)))
    if situation.role == "customer":
        return Catalogue(customers=(situation.customer or "",))
    return Catalogue(customers=CUSTOMERS.get(situation.salesperson or "", ()))


@dataclass
class Team:
    house: House
    number: int = 0

    def say(self, who: str, words: str, **more: Any) -> str:
        """The answer."""
        self.number += 1
        stored = self.house.receive(InboundMessage(f"t{self.number}", who, words, **more))
        self.house.advance(stored)
        return self.house.sent[-1]

    def prompt(self) -> str:
        """What stood around the last question that an LLM was asked."""
        return "\n".join(line.content for line in self.house.provider.requests[-1].messages if line.is_context)

    @property
    def standing(self) -> list[tuple[str, ...]]:
        rows = "SELECT customer, predicate, value FROM customer_fact WHERE superseded_at IS NULL ORDER BY id"
        return [tuple(row) for row in self.house.rows(rows)]

    def employ(self, make: Callable[[], Agent], **spec: Any) -> None:
        """That agent answers from now on."""
        self.house.agent = make()
        self.house.services = replace(
            self.house.services, agents=OneAgent(self.house.agent, **spec), open_door=lambda connection, tenant_id: None
        )
        set_services(self.house.services)

    def work_offline(self, tools: dict[str, Tool] | None = None) -> None:
        engine = OfflineProvider(catalogue_of)
        self.employ(
            lambda: Agent(engine, "rules", tools or {}, Limits(steps=4), self.house.clock, catalogue=catalogue_of)
        )


@pytest.fixture
def team(house: House) -> Team:
    with session_scope(house.engine) as connection:
        people = People(connection, house.account.tenant_id)
        for address, name, role in ((MIA, "Mia", "manager"), (RITA, "Rita", "rep"), (BETO, "Beto", "rep")):
            person = people.add(name=name, role=role, salesperson=name if role == "rep" else None)
            people.add_identity(person, house.account.id, address)
        buyer = people.add(name="Dora Prado", role="customer", customer="Mercado Sol")
        people.add_identity(buyer, house.account.id, DORA)
    team, tools = Team(house), dict(house.agent.toolbox.tools)
    team.employ(lambda: Agent(house.provider, "scripted", tools, Limits(steps=4), house.clock, catalogue=catalogue_of))
    return team
