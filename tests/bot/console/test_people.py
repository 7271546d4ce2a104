"""The console's page about who is who: an operator agrees to a proposal, turns it down or takes a link back - she
alone, from her own page, in her own company."""

from uuid import UUID

import pytest
from sqlalchemy import text

from models.memory.contact import ensure_contact
from models.memory.contact_link import ContactLinks
from models.person import People
from models.session import session_scope
from models.tenant import DEFAULT, ensure_account, ensure_tenant, find_tenant
from tests.bot.conftest import Door
from tests.bot.console.browsing import form_token, logged_in

PAGE = "/console/people/"


def propose(door: Door, address: str = "chat-7", slug: str = DEFAULT, person: str = "Eva Lima") -> UUID:
    """A chat user who gave a known person's name."""
    with session_scope(door.engine) as connection:
        tenant = ensure_tenant(connection, slug=slug, name=slug, timezone="America/Sao_Paulo")
        eva = People(connection, tenant).add(name=person, role="rep")
        account = ensure_account(connection, tenant, channel="chat", name=slug)
        contact, _ = ensure_contact(connection, account, address)
        links = ContactLinks(connection, tenant)
        assert links.propose(contact, eva, "same_name")
        return next(one.id for one in links.proposals() if one.contact_id == contact)


def holder_name(door: Door, address: str) -> str | None:
    with session_scope(door.engine) as connection:
        tenant = find_tenant(connection, DEFAULT)
        assert tenant is not None
        [found] = [one for one in ContactLinks(connection, tenant).all() if one.address == address]
    return found.person


def statuses(door: Door) -> list[tuple[str, str]]:
    with session_scope(door.engine) as connection:
        rows = connection.execute(text("SELECT status, decided_by FROM contact_link ORDER BY id"))
        return [(row.status, row.decided_by) for row in rows]


def test_a_proposal_is_shown_with_its_reason(door: Door) -> None:
    propose(door, "<b>chat</b>")
    client = logged_in(door)
    page = client.get(PAGE).get_data(as_text=True)
    assert "&lt;b&gt;chat&lt;/b&gt;" in page
    assert "Eva Lima" in page
    assert "disse que tem este nome" in page
    assert "1 proposta(s) esperam" in client.get("/console/").get_data(as_text=True)


def test_who_is_agreed_to_be_one_person_is_and_can_be_parted_again(door: Door) -> None:
    proposal = propose(door)
    client = logged_in(door)
    token = form_token(client.get(PAGE))
    done = client.post(f"{PAGE}{proposal}/agree", data={"token": token}, follow_redirects=True)
    assert "são agora a mesma pessoa" in done.get_data(as_text=True)
    assert "Nenhuma proposta espera." in done.get_data(as_text=True)
    assert holder_name(door, "chat-7") == "Eva Lima"
    assert statuses(door) == [("linked", "ana@example.com")]
    undone = client.post(f"{PAGE}{proposal}/undo", data={"token": token}, follow_redirects=True)
    assert "voltou para onde estava" in undone.get_data(as_text=True)
    assert holder_name(door, "chat-7") is None


def test_a_proposal_that_is_turned_down_does_not_come_back(door: Door) -> None:
    proposal = propose(door)
    client = logged_in(door)
    token = form_token(client.get(PAGE))
    done = client.post(f"{PAGE}{proposal}/decline", data={"token": token}, follow_redirects=True)
    assert "esta proposta não volta" in done.get_data(as_text=True)
    assert holder_name(door, "chat-7") is None
    again = client.post(f"{PAGE}{proposal}/agree", data={"token": token}, follow_redirects=True)
    assert "já foi decidido" in again.get_data(as_text=True)
    assert statuses(door) == [("declined", "ana@example.com")]


def test_a_proposal_the_other_way_round_is_settled_as_well(door: Door) -> None:
    """The address is a known person's already, and what was proposed belongs to nobody yet: it comes to her."""
    with session_scope(door.engine) as connection:
        tenant = ensure_tenant(connection, slug=DEFAULT, name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant, channel="chat")
        eva = People(connection, tenant).add(name="Eva Lima", role="rep")
        hers, _ = ensure_contact(connection, account, "eva")
        links = ContactLinks(connection, tenant)
        links.link(hers, eva, how="operator", by="op")
        _, nobody = ensure_contact(connection, account, "chat-9")
        links.propose(hers, nobody, "stated")
        [proposal] = links.proposals()
    client = logged_in(door)
    done = client.post(
        f"{PAGE}{proposal.id}/agree", data={"token": form_token(client.get(PAGE))}, follow_redirects=True
    )
    assert "Nenhuma proposta espera." in done.get_data(as_text=True)
    assert holder_name(door, "chat-9") == "Eva Lima"


def test_two_people_of_the_operators_own_are_not_made_one(door: Door) -> None:
    proposal = propose(door)
    with session_scope(door.engine) as connection:
        tenant = find_tenant(connection, DEFAULT)
        assert tenant is not None
        rui = People(connection, tenant).add(name="Rui", role="rep")
        connection.execute(text("UPDATE contact SET holder_id = :rui"), {"rui": rui})
    client = logged_in(door)
    done = client.post(f"{PAGE}{proposal}/agree", data={"token": form_token(client.get(PAGE))}, follow_redirects=True)
    assert "Remova um deles antes." in done.get_data(as_text=True)
    assert holder_name(door, "chat-7") == "Rui"


@pytest.mark.parametrize("action", ["agree", "decline", "undo"])
def test_only_the_operators_own_page_decides(door: Door, action: str) -> None:
    proposal = propose(door)
    assert door.client.post(f"{PAGE}{proposal}/{action}").headers["Location"] == "/console/login"
    assert door.client.get(PAGE).headers["Location"] == "/console/login"
    client = logged_in(door)
    token = form_token(client.get(PAGE))
    elsewhere = {"Origin": "https://elsewhere.example"}
    for sent, headers in (({}, {}), ({"token": "x"}, {}), ({"token": token}, elsewhere)):
        assert client.post(f"{PAGE}{proposal}/{action}", data=sent, headers=headers).status_code == 403
    assert client.get(f"{PAGE}{proposal}/{action}").status_code == 405
    assert statuses(door) == [("proposed", "")]


@pytest.mark.parametrize("action", ["agree", "decline", "undo"])
def test_another_companys_proposals_are_neither_seen_nor_decided(door: Door, action: str) -> None:
    propose(door, "chat-1")
    foreign = propose(door, "theirs-1", slug="other", person="Zoe")
    client = logged_in(door)
    page = client.get(PAGE)
    assert "theirs-1" not in page.get_data(as_text=True)
    done = client.post(f"{PAGE}{foreign}/{action}", data={"token": form_token(page)}, follow_redirects=True)
    assert "já foi decidido" in done.get_data(as_text=True)
    assert statuses(door) == [("proposed", ""), ("proposed", "")]
