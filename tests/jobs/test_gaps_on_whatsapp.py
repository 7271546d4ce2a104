"""The gap filler with the real adapter: what Twilio received while nobody was at the door."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from channels.base import Account
from channels.whatsapp import WhatsAppChannel
from jobs.gaps import GapFiller
from models.inbound import InboundMessage
from models.inbox import Stored, store_messages
from models.session import session_scope
from models.tenant import AccountKey, ensure_account
from tests.channels.whatsapp.conftest import signed_request
from tests.fakes import FixedClock
from tests.jobs.house import REQUEST, House
from tests.standins.twilio import PERSON, StandInTwilio


@pytest.fixture
def twilio() -> Iterator[StandInTwilio]:
    with StandInTwilio() as standin:
        yield standin


@dataclass
class Door:
    """A house with a WhatsApp account whose door opens when told to."""

    house: House
    channel: WhatsAppChannel
    account: AccountKey
    gaps: GapFiller

    def hear(self, form: dict[str, str]) -> Stored:
        """What the webhook of that form would have stored."""
        [message] = self.channel.parse(signed_request(form))
        assert isinstance(message, InboundMessage)
        return store_messages(self.house.engine, self.account, REQUEST, [message])[0]


@pytest.fixture
def door(house: House, twilio: StandInTwilio) -> Iterator[Door]:
    credentials = {"account_sid": twilio.account_sid, "auth_token": twilio.auth_token, "api_base_url": twilio.url}
    channel = WhatsAppChannel(Account("whatsapp", "default", twilio.number, credentials, "https://bot.example.com"))
    with session_scope(house.engine) as connection:
        account = ensure_account(connection, house.account.tenant_id, channel="whatsapp")
    clock = FixedClock(datetime.now(UTC))
    yield Door(house, channel, account, GapFiller(house.engine, lambda: [channel], lambda ids: None, clock))
    channel.close()


def test_a_message_of_the_downtime_is_taken_in_once_beside_what_was_heard(door: Door, twilio: StandInTwilio) -> None:
    heard = twilio.receive("bom dia", PERSON)
    door.hear(heard)
    door.house.run("UPDATE message SET received_at = now() - interval '3 hours'")
    twilio.history.received[-1].created_at = datetime.now(UTC) - timedelta(hours=3)
    missed = twilio.receive("quanto vendi?", PERSON)
    twilio.history.received[-1].created_at = datetime.now(UTC) - timedelta(hours=2)
    assert (door.gaps.fill(), door.gaps.fill()) == (1, 0)
    assert door.house.rows("SELECT text, external_id FROM message ORDER BY seq") == [
        ("bom dia", heard["MessageSid"]),
        ("quanto vendi?", missed["MessageSid"]),
    ]
    assert door.hear(missed).is_duplicate


def test_a_listing_takes_no_name_away_that_a_webhook_brought(door: Door, twilio: StandInTwilio) -> None:
    door.hear({**twilio.receive("bom dia", PERSON), "ProfileName": "Ana Souza"})
    twilio.receive("quanto vendi?", PERSON)
    assert door.gaps.fill() == 1
    assert door.house.rows("SELECT sender_name FROM conversation") == [("Ana Souza",)]
