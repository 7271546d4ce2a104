"""Threads: a message joins the conversation it follows, if its sender takes part in it."""

from models.inbound import InboundMessage
from models.reply import Unknown
from tests.jobs.house import House, house

__all__ = ["house"]

ANA, CAIO = "ana@example.com", "caio@example.com"


def test_an_answer_to_the_persons_own_mail_stays_in_its_conversation(house: House) -> None:
    first = house.receive(InboundMessage("<1@x>", ANA, "oi", thread="<1@x>"))
    second = house.receive(InboundMessage("<2@x>", ANA, "e aí?", thread="<2@x>", follows=("<nobody@x>", "<1@x>")))
    assert second.conversation_id == first.conversation_id


def test_an_answer_to_our_reply_stays_in_its_conversation(house: House) -> None:
    first = house.receive(InboundMessage("<1@x>", ANA, "oi", thread="<1@x>"))
    house.advance(first)
    second = house.receive(InboundMessage("<2@x>", ANA, "e aí?", thread="<2@x>", follows=("id-0",)))
    assert second.conversation_id == first.conversation_id


def test_an_answer_to_a_part_whose_fate_is_unknown_stays_in_its_conversation(house: House) -> None:
    house.channel.outcomes = [Unknown("cut off")]
    first = house.receive(InboundMessage("<1@x>", ANA, "oi", thread="<1@x>"))
    house.advance(first)
    [[part_id]] = house.rows("SELECT id FROM outbox")
    second = house.receive(InboundMessage("<2@x>", ANA, "e aí?", thread="<2@x>", follows=(f"<r.{part_id}@recado.x>",)))
    assert second.conversation_id == first.conversation_id


def test_a_stranger_who_got_a_forward_starts_a_conversation_of_her_own(house: House) -> None:
    first = house.receive(InboundMessage("<1@x>", ANA, "oi", thread="<1@x>"))
    second = house.receive(InboundMessage("<2@x>", CAIO, "vi isto", thread="<2@x>", follows=("<1@x>",)))
    assert second.conversation_id != first.conversation_id


def test_without_a_known_forerunner_a_message_starts_a_conversation(house: House) -> None:
    first = house.receive(InboundMessage("<1@x>", ANA, "oi", thread="<1@x>"))
    second = house.receive(InboundMessage("<2@x>", ANA, "outra coisa", thread="<2@x>"))
    assert second.conversation_id != first.conversation_id
