"""A house in which people may have notes and tasks written, and what tests look at there."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from agent.agent import Agent, Limits
from agent.tools.crm.notes import build_crm_tools
from agent.tools.desk import Bench
from agent.tools.exchange_rates import ExchangeRates
from jobs.changes.crm_book import CrmBook
from jobs.runtime import set_services
from models.demo.aurora import aurora
from models.demo.reader import demo_reader_url
from models.person import People
from models.sales.source import SalesSource
from models.session import session_scope
from tests.fakes import OneAgent
from tests.jobs.house import House

REP = aurora().salespeople[1].name
CUSTOMERS = [one.name for one in aurora().customers]
ANA = "+5511999990000"  # a manager
RITA = "+5511888880000"  # a rep


@dataclass
class WritingHouse:
    """`house` with the sales data of Aurora, a manager, a rep, and the tools that write."""

    house: House

    def say(self, words: str, external_id: str, sender: str = ANA) -> str:
        """The answer to it."""
        stored = self.house.say(words, external_id, sender)
        self.house.advance(stored)
        return self.house.sent[-1]

    @property
    def entries(self) -> list[tuple[object, ...]]:
        rows = self.house.rows("SELECT kind, text FROM crm_entry WHERE removed_at IS NULL ORDER BY created_at, text")
        return [tuple(row) for row in rows]

    @property
    def trail(self) -> list[str]:
        return [row[0] for row in self.house.rows("SELECT event FROM audit ORDER BY at, id")]

    @property
    def customer(self) -> str:
        return CUSTOMERS[0]


def employ(writing: WritingHouse, agents: OneAgent) -> None:
    """They answer from now on."""
    writing.house.services = replace(writing.house.services, agents=agents)
    set_services(writing.house.services)


@pytest.fixture
def writing(house: House, demo_database_url: str) -> Iterator[WritingHouse]:
    with session_scope(house.engine) as connection:
        people = People(connection, house.account.tenant_id)
        for name, role, address in (("Ana", "manager", ANA), (REP, "rep", RITA)):
            person = people.add(name=name, role=role, salesperson=REP if role == "rep" else None)
            people.add_identity(person, house.account.id, address)
    source = SalesSource(demo_reader_url(demo_database_url), clock=house.clock)
    exchange = ExchangeRates("http://127.0.0.1:9", clock=house.clock)
    tools = build_crm_tools(Bench(source, exchange, house.clock), CrmBook(house.engine))
    agent = Agent(house.provider, "scripted", tools, Limits(steps=6), house.clock)
    house.agent = agent
    house.services = replace(house.services, agents=OneAgent(agent), open_door=lambda connection, tenant_id: None)
    set_services(house.services)
    yield WritingHouse(house)
    source.close()
    exchange.close()
