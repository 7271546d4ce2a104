"""The demo's own figures, given again until its sales tables change."""

from collections.abc import Iterator

import psycopg
import pytest

from agent.agent import Agent, Limits
from agent.providers.offline.engine import OfflineProvider
from agent.tools.exchange_rates import ExchangeRates
from agent.tools.eyes import catalogue_seen
from agent.tools.registry import build_tools
from models.demo.reader import demo_reader_url
from models.sales.reading import SOURCES, read_source_file
from models.sales.source import SalesSource
from tests.fakes import OneAgent
from tests.jobs.house import House

ASKED = "Quanto vendemos em janeiro de 2026?"


@pytest.fixture
def demo_house(house: House, demo_database_url: str) -> Iterator[House]:
    source = SalesSource(demo_reader_url(demo_database_url), read_source_file(SOURCES / "demo.yaml"), clock=house.clock)
    exchange = ExchangeRates("http://127.0.0.1:9", clock=house.clock)
    tools = build_tools(source, exchange, house.clock)
    agent = Agent(OfflineProvider(catalogue_seen(source)), "recado-rules-1", tools, Limits(), house.clock)
    object.__setattr__(house.services, "agents", OneAgent(agent))
    yield house
    exchange.close()
    source.close()


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO demo.sales_order SELECT * FROM demo.sales_order WHERE false",
        "UPDATE demo.sales_order SET total = total WHERE id = 1",
        "DELETE FROM demo.sales_order WHERE false",
    ],
)
def test_a_change_in_the_sales_tables_makes_the_next_look_miss(
    demo_house: House, demo_database_url: str, change: str
) -> None:
    house = demo_house

    def ask(number: int) -> str:
        house.clock.move(5)
        house.advance(house.say(ASKED, f"d{number}", sender=f"+55119{number}"))
        return house.sent[-1]

    first = ask(1)
    assert "R$" in first
    assert ask(2).startswith(f"{first}\n\n(resposta")
    with psycopg.connect(demo_database_url) as connection:
        connection.execute(change.encode())
    assert ask(3) == first
    assert ask(4).startswith(f"{first}\n\n(resposta")
    assert house.rows("SELECT cached FROM run ORDER BY started_at") == [(False,), (True,), (False,), (True,)]


def test_whoever_sees_other_rows_gets_another_answer(demo_house: House) -> None:
    house = demo_house
    house.advance(house.say(ASKED, "r1", sender="+551191"))
    tenant, account = house.account.tenant_id, house.account.id
    house.run(
        "INSERT INTO person (id, tenant_id, name, role, salesperson) "
        f"SELECT gen_random_uuid(), '{tenant}', 'Bia', 'rep', 'Bia' FROM tenant WHERE id = '{tenant}';"
        "INSERT INTO identity (id, person_id, account_id, address) "
        f"SELECT gen_random_uuid(), id, '{account}', '+551192' FROM person"
    )
    house.advance(house.say(ASKED, "r2", sender="+551192"))
    assert house.rows("SELECT cached FROM run") == [(False,), (False,)]
