"""A house whose changes go into a stand-in CRM."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from agent.agent import Agent, Limits
from agent.tools.crm.notes import build_crm_tools
from agent.tools.crm.remote import RemoteCrm
from agent.tools.crm.update import build_update_tool
from agent.tools.desk import Bench
from agent.tools.exchange_rates import ExchangeRates
from channels.crm import CrmChannel
from models.demo.reader import demo_reader_url
from models.sales.source import SalesSource
from tests.channels.crm.conftest import account_over
from tests.fakes import OneAgent, wish
from tests.jobs.house import dying_at
from tests.jobs.writing import WritingHouse, employ
from tests.standins.crm import StandInCrm
from tests.standins.crm_records import RecordShelf


@dataclass
class RemoteHouse:
    """`deal` is the one of the customer that notes are about."""

    writing: WritingHouse
    crm: StandInCrm
    deal: str

    def keep_no_keys(self) -> None:
        """From now on the CRM takes what is sent again for something new, and its mapping says so."""
        crm: Any = self.writing.house.agent.toolbox.tools["crm_note"].call.__self__.target  # type: ignore[attr-defined]
        note = crm.records.requests.note.model_copy(update={"keeps_keys": False})
        requests = crm.records.requests.model_copy(update={"note": note})
        object.__setattr__(crm, "records", replace(crm.records, requests=requests))
        self.shelf.honours_keys = False

    @property
    def shelf(self) -> RecordShelf:
        return self.crm.records

    def ask(self, tool: str, external_id: str = "m1", **given: object) -> str:
        self.writing.house.provider.script = [wish(tool, **given), "Preparei."]
        return self.writing.say("registra aí", external_id)

    def ask_for_note(self, external_id: str = "m1") -> str:
        return self.ask("crm_note", external_id, customer=self.writing.customer, text="quer preço novo")

    def ask_for_stage(self, external_id: str = "m1", **given: object) -> str:
        return self.ask("crm_update", external_id, **{"customer": self.writing.customer, "stage": "negociação"} | given)

    def say_with_a_death(self, words: str, external_id: str, point: str) -> str:
        """The answer of the worker that comes after the one that died there."""
        house = self.writing.house
        stored = house.say(words, external_id)
        with dying_at(point):
            house.advance(stored)
        house.let_leases_expire()
        house.make_due()
        house.advance(stored)
        return house.sent[-1]


@pytest.fixture
def remote(writing: WritingHouse, demo_database_url: str) -> Iterator[RemoteHouse]:
    house = writing.house
    source = SalesSource(demo_reader_url(demo_database_url), clock=house.clock)
    exchange = ExchangeRates("http://127.0.0.1:9", clock=house.clock)
    with StandInCrm() as crm:
        customer = crm.records.add_customer(writing.customer, email="sol@example.com", phone="", owner="o1")
        deal = crm.records.add_deal(
            customer, "Reposição de maio", stage=1, amount="1000", close_date="2026-05-04T00:00:00Z", next_step=""
        )
        channel = CrmChannel(account_over(crm, "generic"))
        records, bench = channel.records(), Bench(source, exchange, house.clock)
        assert records is not None
        tools = build_crm_tools(bench, RemoteCrm(records)) | {"crm_update": build_update_tool(bench, records)}
        house.agent = Agent(house.provider, "scripted", tools, Limits(steps=6), house.clock)
        employ(writing, OneAgent(house.agent))
        yield RemoteHouse(writing, crm, deal)
        channel.close()
    source.close()
    exchange.close()
