"""A mailbox is hers once she writes, in the other channel, the code that was sent there."""

import re

import pytest

from models.inbound import InboundMessage
from models.memory.contact import ensure_contact
from models.person import People
from models.session import session_scope
from models.tenant import AccountKey, ensure_account
from tests.fakes import FullFakeChannel
from tests.jobs.house import House

ANA = "+5511999990000"
MAILBOX = "ana@example.com"


@pytest.fixture
def mail(house: House) -> AccountKey:
    """The company can send mail, by a channel that keeps it in a list."""
    channel = FullFakeChannel()
    channel.name = "email"  # type: ignore[misc]  # a ClassVar, varied here
    object.__setattr__(house.services, "channel_for", lambda name, _: house.channel if name == "fake" else channel)
    with session_scope(house.engine) as connection:
        return ensure_account(connection, house.account.tenant_id, channel="email")


def ask(house: House, words: str, external_id: str, **more: bool) -> str:
    asked = len(house.provider.requests)
    house.advance(house.receive(InboundMessage(external_id, ANA, words, **more)))
    assert len(house.provider.requests) == asked, "no LLM is asked"
    return house.sent[-1]


def sent_codes(house: House) -> list[str]:
    """In the mails to the mailbox, oldest first."""
    rows = house.rows(f"SELECT body FROM outbox WHERE to_address = '{MAILBOX}' ORDER BY created_at, id")
    return [match[0] for (body,) in rows if (match := re.search(r"\d{6}", body))]


def holders(house: House, mail: AccountKey) -> tuple[object, object]:
    with session_scope(house.engine) as connection:
        return ensure_contact(connection, house.account, ANA)[1], ensure_contact(connection, mail, MAILBOX)[1]


def test_whoever_writes_the_code_has_proven_the_mailbox(house: House, mail: AccountKey) -> None:
    assert ask(house, f"vincular meu e-mail {MAILBOX}", "m1").startswith(
        f"Enviei um código de seis dígitos para {MAILBOX}"
    )
    [code] = sent_codes(house)
    here, there = holders(house, mail)
    assert here != there
    assert ask(house, f"código {code}", "m2").startswith("Confirmado")
    here, there = holders(house, mail)
    assert here == there
    assert house.rows("SELECT how, status FROM contact_link") == [("email_code", "linked")]


def test_a_wrong_code_links_nothing_and_guessing_ends(house: House, mail: AccountKey) -> None:
    ask(house, f"link my email {MAILBOX}", "m1")
    [code] = sent_codes(house)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for number in range(5):
        assert ask(house, wrong, f"w{number}") == "Esse código não confere."
    house.advance(house.say(code, "late"))
    here, there = holders(house, mail)
    assert here != there


def test_a_code_is_good_once_and_for_its_sender_alone(house: House, mail: AccountKey) -> None:
    ask(house, f"vincular meu e-mail {MAILBOX}", "m1")
    [code] = sent_codes(house)
    house.advance(house.say(code, "eva", sender="+5511888880000"))
    here, there = holders(house, mail)
    assert here != there
    ask(house, code, "m2")
    asked = len(house.provider.requests)
    house.advance(house.say(code, "m3"))
    assert len(house.provider.requests) == asked + 1, "six digits that nobody waits for are for the assistant"


def test_a_code_that_is_too_old_is_none(house: House, mail: AccountKey) -> None:
    ask(house, f"vincular meu e-mail {MAILBOX}", "m1")
    [code] = sent_codes(house)
    house.run("UPDATE mailbox_code SET created_at = created_at - interval '16 minutes'")
    house.advance(house.say(code, "m2"))
    here, there = holders(house, mail)
    assert here != there


def test_nobody_floods_a_mailbox(house: House, mail: AccountKey) -> None:
    for number in range(3):
        ask(house, f"vincular meu e-mail {MAILBOX}", f"m{number}")
    assert ask(house, f"vincular meu e-mail {MAILBOX}", "m9").startswith("Já enviei códigos demais")
    assert len(sent_codes(house)) == 3


def test_nobody_writes_to_the_world_by_codes(house: House, mail: AccountKey) -> None:
    for number in range(30):
        house.advance(
            house.say(f"link my email x{number}@example.com", f"m{number}", sender=f"+55119000000{number:02}")
        )
    assert "I sent a code" in house.sent[-1]
    assert ask(house, f"link my email {MAILBOX}", "m99").startswith("I have sent too many codes")


def test_a_turn_that_is_answered_again_sends_no_second_code(house: House, mail: AccountKey) -> None:
    stored = house.say(f"vincular meu e-mail {MAILBOX}", "m1")
    house.advance(stored)
    house.run(
        "UPDATE turn SET status = 'open', answered_at = NULL, settled_at = NULL, replays = 1 WHERE outcome = 'answered'"
    )
    house.run("UPDATE conversation SET due_at = now() WHERE sender NOT LIKE 'duty:%'")
    house.advance(stored)
    assert len(sent_codes(house)) == 1


def test_a_forward_proves_nothing(house: House, mail: AccountKey) -> None:
    ask(house, f"vincular meu e-mail {MAILBOX}", "m1")
    [code] = sent_codes(house)
    house.advance(house.receive(InboundMessage("m2", ANA, code, is_forwarded=True)))
    here, there = holders(house, mail)
    assert here != there


def test_two_people_on_record_are_left_to_the_operator(house: House, mail: AccountKey) -> None:
    with session_scope(house.engine) as connection:
        people = People(connection, house.account.tenant_id)
        people.add_identity(people.add(name="Ana", role="manager"), house.account.id, ANA)
        people.add_identity(people.add(name="Eva", role="manager"), mail.id, MAILBOX)
    ask(house, f"vincular meu e-mail {MAILBOX}", "m1")
    [code] = sent_codes(house)
    assert "a equipe precisa resolver" in ask(house, code, "m2")


def test_without_mail_she_is_told_whom_to_ask(house: House) -> None:
    said = ask(house, f"vincular meu e-mail {MAILBOX}", "m1")
    assert said.startswith("Por aqui não consigo enviar e-mails.")
    assert said.endswith("peça a quem administra o Recado.")
