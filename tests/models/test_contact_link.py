"""Addresses become one person by proof or by an operator's word, and every link can be taken back."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine

from models.ids import new_id
from models.memory.contact import ensure_contact
from models.memory.contact_link import CannotLink, ContactLinks
from models.memory.fact import Facts, NewFact, Source, tell
from models.person import People
from models.session import session_scope
from models.tenant import AccountKey, ensure_account, ensure_tenant

TODAY = date(2026, 3, 2)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with session_scope(engine) as connection:
        yield connection


@pytest.fixture
def chat(connection: Connection) -> AccountKey:
    tenant = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
    return ensure_account(connection, tenant, channel="chat")


@pytest.fixture
def links(connection: Connection, chat: AccountKey) -> ContactLinks:
    return ContactLinks(connection, chat.tenant_id)


def told(connection: Connection, account: AccountKey, address: str, value: str) -> UUID:
    """The contact that told it."""
    contact, holder = ensure_contact(connection, account, address)
    source = Source(account.tenant_id, contact, holder, new_id(), account.channel, "manager", TODAY)
    tell(connection, source, [NewFact("person", "works_with", value, "profile", value, None, 0.9, False)])
    return contact


def known(connection: Connection, account: AccountKey, address: str) -> list[str]:
    _, holder = ensure_contact(connection, account, address)
    return [fact.value for fact in Facts(connection, account.tenant_id, holder).current()]


def holder_of(connection: Connection, account: AccountKey, address: str) -> UUID:
    return ensure_contact(connection, account, address)[1]


def test_a_link_joins_what_was_told_and_taking_it_back_parts_it(
    connection: Connection, chat: AccountKey, links: ContactLinks
) -> None:
    ana = told(connection, chat, "ana", "padarias")
    told(connection, chat, "ana2", "mercados")
    assert links.link(ana, holder_of(connection, chat, "ana2"), how="operator", by="bia") == [ana]
    assert known(connection, chat, "ana") == known(connection, chat, "ana2") == ["padarias", "mercados"]
    links.unlink(ana, by="bia")
    assert known(connection, chat, "ana") == ["padarias"]
    assert known(connection, chat, "ana2") == ["mercados"]


def test_whom_the_operator_entered_stays_herself_and_takes_the_others_in(
    connection: Connection, chat: AccountKey, links: ContactLinks
) -> None:
    ana = People(connection, chat.tenant_id).add(name="Ana", role="manager")
    contact = told(connection, chat, "a", "padarias")
    links.link(contact, ana, how="operator", by="bia")
    assert holder_of(connection, chat, "a") == ana
    links.unlink(contact, by="bia")
    assert holder_of(connection, chat, "a") == contact
    with pytest.raises(CannotLink):
        links.unlink(contact, by="bia")


def test_two_people_whom_the_operator_entered_are_never_made_one(
    connection: Connection, chat: AccountKey, links: ContactLinks
) -> None:
    people = People(connection, chat.tenant_id)
    ana, eva = people.add(name="Ana", role="manager"), people.add(name="Eva", role="rep")
    people.add_identity(ana, chat.id, "ana")
    contact, _ = ensure_contact(connection, chat, "ana")
    with pytest.raises(CannotLink):
        links.link(contact, eva, how="operator", by="bia")
    with pytest.raises(CannotLink):
        links.unlink(contact, by="bia")


def test_a_proposal_is_made_once_and_not_again_once_it_is_declined(
    connection: Connection, chat: AccountKey, links: ContactLinks
) -> None:
    contact = told(connection, chat, "ana", "padarias")
    other = holder_of(connection, chat, "ana2")
    assert links.propose(contact, other, "stated")
    assert not links.propose(contact, other, "stated")
    [proposal] = links.proposals()
    assert (proposal.address, proposal.holder) == ("ana", "ana2")
    assert links.decline(proposal.id, by="bia")
    assert not links.propose(contact, other, "stated")
    assert links.proposals() == []
    assert known(connection, chat, "ana2") == [], "a proposal links nothing"


def test_a_proposal_that_is_agreed_to_is_open_no_more(
    connection: Connection, chat: AccountKey, links: ContactLinks
) -> None:
    contact = told(connection, chat, "ana", "padarias")
    other = holder_of(connection, chat, "ana2")
    links.propose(contact, other, "stated")
    links.link(contact, other, how="operator", by="bia")
    assert links.proposals() == []


def test_another_companys_contacts_cannot_be_linked(connection: Connection, chat: AccountKey) -> None:
    other = ensure_tenant(connection, slug="other", name="Boreal", timezone="America/Sao_Paulo")
    theirs = ensure_account(connection, other, channel="chat", name="theirs")
    contact = told(connection, theirs, "ana", "padarias")
    with pytest.raises(Exception, match="No row"):
        ContactLinks(connection, chat.tenant_id).link(
            contact, holder_of(connection, chat, "eva"), how="operator", by="b"
        )
