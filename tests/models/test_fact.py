"""Facts over time: what is believed now, what was believed then, and whose they are."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, text

from models.ids import new_id
from models.memory.contact import ensure_contact, give_to_person, verified_key
from models.memory.fact import Facts, NewFact, Source, tell
from models.memory.recollection import recollect
from models.person import People
from models.privacy.leaving import take_from_person
from models.session import session_scope
from models.tenant import AccountKey, ensure_account, ensure_tenant

TODAY = date(2026, 3, 2)
ANA = "whatsapp:+5511999990000"


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with session_scope(engine) as connection:
        yield connection


@pytest.fixture
def tenant(connection: Connection) -> UUID:
    return ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")


@pytest.fixture
def account(connection: Connection, tenant: UUID) -> AccountKey:
    return ensure_account(connection, tenant, channel="whatsapp")


def say(connection: Connection, account: AccountKey, address: str, predicate: str, value: str) -> UUID:
    """The holder."""
    contact_id, holder_id = ensure_contact(connection, account, address)
    source = Source(account.tenant_id, contact_id, holder_id, new_id(), account.channel, "manager", TODAY)
    single = predicate != "works_with"
    tell(connection, source, [NewFact("person", predicate, value, "profile", value, None, 0.9, single)])
    return holder_id


def test_what_we_knew_on_an_earlier_day_can_be_told(connection: Connection, account: AccountKey) -> None:
    holder = say(connection, account, ANA, "city", "Campinas")
    connection.execute(text("UPDATE fact SET recorded_at = now() - interval '10 days'"))
    say(connection, account, ANA, "city", "Recife")
    facts = Facts(connection, account.tenant_id, holder)
    assert [fact.value for fact in facts.current()] == ["Recife"]
    now = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    assert [fact.value for fact in facts.known_at(now - timedelta(days=5))] == ["Campinas"]
    assert [fact.value for fact in facts.known_at(now)] == ["Recife"]
    assert facts.known_at(now - timedelta(days=20)) == []


def test_what_is_forgotten_stands_no_more_and_stays_on_record(connection: Connection, account: AccountKey) -> None:
    holder = say(connection, account, ANA, "city", "Campinas")
    facts = Facts(connection, account.tenant_id, holder)
    [fact] = facts.current()
    assert facts.end([fact.id], TODAY, "forgotten") == 1
    assert facts.end([fact.id], TODAY, "forgotten") == 0
    assert facts.current() == []
    assert connection.execute(text("SELECT ended_as FROM fact")).scalar_one() == "forgotten"


def test_who_has_told_as_much_as_is_kept_may_still_correct_it(connection: Connection, account: AccountKey) -> None:
    holder = say(connection, account, ANA, "city", "Campinas")
    contact_id, _ = ensure_contact(connection, account, ANA)
    many = [NewFact("person", "works_with", f"produto {n}", "profile", "x", None, 0.9, False) for n in range(250)]
    source = Source(account.tenant_id, contact_id, holder, new_id(), account.channel, "manager", TODAY)
    assert len(tell(connection, source, many)) == 199
    say(connection, account, ANA, "works_with", "bolos")
    say(connection, account, ANA, "email", "ana@example.com")
    say(connection, account, ANA, "city", "Recife")
    values = [fact.value for fact in Facts(connection, account.tenant_id, holder).current()]
    assert (len(values), values[0], {"bolos", "ana@example.com", "Campinas"} & {*values}) == (200, "Recife", set())


def test_a_phone_number_proves_the_same_person_on_every_account_of_a_company(
    connection: Connection, tenant: UUID, account: AccountKey
) -> None:
    second = ensure_account(connection, tenant, channel="whatsapp", name="second")
    chat = ensure_account(connection, tenant, channel="chat")
    _, one = ensure_contact(connection, account, ANA)
    _, two = ensure_contact(connection, second, ANA)
    _, three = ensure_contact(connection, chat, ANA)
    assert one == two
    assert three != one, "whoever holds a key to /chat may name any user"


def test_nothing_is_shared_with_another_company(connection: Connection, account: AccountKey) -> None:
    other = ensure_tenant(connection, slug="other", name="Boreal", timezone="America/Sao_Paulo")
    theirs = ensure_account(connection, other, channel="whatsapp", name="theirs")
    ours = say(connection, account, ANA, "city", "Campinas")
    _, holder = ensure_contact(connection, theirs, ANA)
    assert holder != ours
    [fact] = Facts(connection, account.tenant_id, ours).current()
    assert Facts(connection, other, ours).current() == []
    assert Facts(connection, other, ours).end([fact.id], TODAY, "forgotten") == 0
    assert recollect(connection, theirs, [ANA], TODAY).facts == ()


def test_whom_the_operator_enters_later_keeps_what_she_told(connection: Connection, account: AccountKey) -> None:
    say(connection, account, ANA, "city", "Campinas")
    people = People(connection, account.tenant_id)
    ana = people.add(name="Ana", role="manager")
    people.add_identity(ana, account.id, ANA)
    give_to_person(connection, account.id, ANA, ana)
    found = recollect(connection, account, [ANA], TODAY)
    assert found.person is not None
    assert found.person.id == found.holder_id == ana
    assert [fact.value for fact in found.facts] == ["Campinas"]


def test_whoever_gets_the_address_of_somebody_who_left_begins_anew(connection: Connection, account: AccountKey) -> None:
    people = People(connection, account.tenant_id)
    ana = people.add(name="Ana", role="rep")
    people.add_identity(ana, account.id, ANA)
    say(connection, account, ANA, "city", "Campinas")
    take_from_person(connection, account.tenant_id, ana)
    people.remove(ana)
    bruno = people.add(name="Bruno", role="rep")
    assert people.add_identity(bruno, account.id, ANA)
    give_to_person(connection, account.id, ANA, bruno)
    found = recollect(connection, account, [ANA], TODAY)
    assert found.person is not None
    assert (found.person.name, found.facts) == ("Bruno", ())
    assert Facts(connection, account.tenant_id, bruno).current() == []
    assert connection.execute(text("SELECT count(*) FROM fact")).scalar_one() == 1, "it stays on record"


def test_of_several_addresses_the_first_that_is_known_decides(connection: Connection, account: AccountKey) -> None:
    say(connection, account, "whatsapp:+5511888880000", "city", "Recife")
    say(connection, account, ANA, "city", "Campinas")
    found = recollect(connection, account, ["whatsapp:BR.123", ANA, "whatsapp:+5511888880000"], TODAY)
    assert [fact.value for fact in found.facts] == ["Campinas"]


def test_of_whom_nothing_is_known_nothing_is_remembered(connection: Connection, account: AccountKey) -> None:
    found = recollect(connection, account, [ANA], TODAY)
    assert (found.person, found.holder_id, found.facts) == (None, None, ())


@pytest.mark.parametrize(
    ("channel", "address", "key"),
    [
        ("whatsapp", ANA, "phone:+5511999990000"),
        ("whatsapp", "whatsapp:BR.abc123", "whatsapp:BR.abc123"),
        ("email", "Ana@Example.com", "email:ana@example.com"),
        ("chat", "ana", ""),
        ("crm", "17", ""),
    ],
)
def test_only_what_a_platform_proves_is_a_verified_key(channel: str, address: str, key: str) -> None:
    assert verified_key(channel, address) == key
