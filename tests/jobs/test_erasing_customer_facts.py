"""Erasing a person takes what she told of customers, and what others told that names her; the rest is the company's."""

import pytest
from redis import Redis

from jobs.privacy.erasing import Whose, erase
from models.person import People
from models.privacy.belongings import find_addresses
from models.session import session_scope
from tests.jobs.team import BETO, DORA, MIA, RITA, Team


@pytest.fixture
def told(team: Team) -> Team:
    """Dora Prado buys for Mercado Sol, and is called by one name there."""
    for words in (
        "a compradora do Mercado Sol é a Dora",
        "o Mercado Sol só recebe às terças",
        "o contato da Padaria Estrela é a dora prado",
        "o comprador do Mercado Estrela é a Dora",  # another one
    ):
        team.say(RITA, words)
    team.say(MIA, "o Empório Lima prefere boleto")
    assert len(team.standing) == 5
    return team


def erase_whoever_writes_from(team: Team, address: str, redis_url: str) -> None:
    tenant_id = team.house.account.tenant_id
    with session_scope(team.house.engine) as connection:
        whose = Whose(tenant_id, (), tuple(find_addresses(connection, tenant_id, address)))
    with Redis.from_url(redis_url) as redis:
        erase(team.house.engine, whose, made_by="op", storage=None, redis=redis)


def test_what_names_her_goes_and_what_is_of_her_company_stays(told: Team, fresh_redis_url: str) -> None:
    erase_whoever_writes_from(told, DORA, fresh_redis_url)
    assert told.standing == [
        ("Mercado Sol", "receives", "só recebe às terças"),
        ("Mercado Estrela", "buyer", "Dora"),
        ("Empório Lima", "preference:payment", "boleto"),
    ]


@pytest.mark.parametrize(("name", "stays"), [("Ana dos Santos", True), ("Dos", False)])
def test_a_small_word_of_her_name_names_her_only_where_it_is_all_of_it(
    team: Team, fresh_redis_url: str, name: str, stays: bool
) -> None:
    with session_scope(team.house.engine) as connection:
        people = People(connection, team.house.account.tenant_id)
        buyer = people.add(name=name, role="customer", customer="Padaria Estrela")
        people.add_identity(buyer, team.house.account.id, "+5511999990005")
    team.say(RITA, "a compradora da Padaria Estrela é a Ana")
    team.say(RITA, "a Padaria Estrela só recebe dos fornecedores às terças")
    assert len(team.standing) == 2
    erase_whoever_writes_from(team, "+5511999990005", fresh_redis_url)
    assert [predicate for _, predicate, _ in team.standing] == (["receives"] if stays else ["buyer"])


def test_what_she_told_goes_with_her(told: Team, fresh_redis_url: str) -> None:
    erase_whoever_writes_from(told, RITA, fresh_redis_url)
    assert told.standing == [("Empório Lima", "preference:payment", "boleto")]
    erase_whoever_writes_from(told, BETO, fresh_redis_url)
    assert len(told.standing) == 1, "who told nothing takes nothing along"
