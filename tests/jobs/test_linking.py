"""What a person says of herself may point at another address: that is proposed, and never done by itself."""

from models.memory.contact_link import ContactLinks
from models.person import People
from models.session import session_scope
from models.tenant import ensure_account
from tests.jobs.house import House


def proposals(house: House) -> list[tuple[str, str, str]]:
    with session_scope(house.engine) as connection:
        found = ContactLinks(connection, house.account.tenant_id).proposals()
    return [(one.address, one.holder, one.how) for one in found]


def enter_ana(house: House) -> None:
    with session_scope(house.engine) as connection:
        mail = ensure_account(connection, house.account.tenant_id, channel="email")
        people = People(connection, house.account.tenant_id)
        people.add_identity(people.add(name="Ana Souza", role="manager"), mail.id, "ana@example.com")


def test_a_mailbox_that_she_calls_her_own_is_proposed(house: House) -> None:
    enter_ana(house)
    house.advance(house.say("meu e-mail é ana@example.com", "m1", sender="u1"))
    house.advance(house.say("meu e-mail é ana@example.com", "m2", sender="u1"))
    assert proposals(house) == [("u1", "Ana Souza", "stated")]


def test_a_whole_name_is_proposed_and_a_first_name_is_not(house: House) -> None:
    enter_ana(house)
    house.advance(house.say("meu nome é Ana", "m1", sender="u1"))
    assert proposals(house) == []
    house.advance(house.say("meu nome é Ana Souza", "m2", sender="u1"))
    assert proposals(house) == [("u1", "Ana Souza", "same_name")]


def test_nothing_is_remembered_across_what_is_only_proposed(house: House) -> None:
    enter_ana(house)
    house.advance(house.say("meu e-mail é ana@example.com e prefiro boleto", "m1", sender="u1"))
    assert house.rows("SELECT count(DISTINCT holder_id) FROM contact") == [(1,)]
    assert house.rows("SELECT count(*) FROM contact JOIN person ON person.id = holder_id") == [(0,)]
