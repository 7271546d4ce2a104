"""A platform's question whether we want its messages is answered by the worker, and nobody is written to."""

from dataclasses import dataclass, field, replace

import pytest

from jobs.runtime import set_services
from models.errors import DeliveryError
from models.inbound import Confirmation
from tests.fakes import FullFakeChannel
from tests.jobs.house import House

ASKED = Confirmation("https://sns.sa-east-1.amazonaws.com/?Action=ConfirmSubscription", "arn:topic", "id-1")


@dataclass
class ConfirmingChannel(FullFakeChannel):
    """Fails as scripted, then confirms."""

    failures: list[DeliveryError] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)

    def confirm(self, confirmation: Confirmation) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.confirmed.append(confirmation.url)


@pytest.fixture
def channel(house: House) -> ConfirmingChannel:
    made = ConfirmingChannel()
    house.channel = made
    set_services(replace(house.services, channel_for=lambda name, account: made))
    return made


def test_it_is_confirmed_once_and_nothing_is_sent(house: House, channel: ConfirmingChannel) -> None:
    stored = house.receive(ASKED.as_message())
    house.advance(stored)
    house.advance(house.receive(ASKED.as_message()))
    assert channel.confirmed == [ASKED.url]
    assert channel.sent == []
    assert house.rows("SELECT status, outcome, error FROM turn") == [("settled", "confirmed", "")]
    assert house.provider.requests == []


def test_while_the_platform_is_away_it_is_tried_again(house: House, channel: ConfirmingChannel) -> None:
    channel.failures = [DeliveryError("away", permanent=False)]
    stored = house.receive(ASKED.as_message())
    house.advance(stored)
    assert channel.confirmed == []
    house.make_due()
    house.advance(stored)
    assert channel.confirmed == [ASKED.url]


def test_what_the_platform_refuses_for_good_is_closed_with_its_reason(house: House, channel: ConfirmingChannel) -> None:
    channel.failures = [DeliveryError("HTTP 404", permanent=True)]
    house.advance(house.receive(ASKED.as_message()))
    assert house.rows("SELECT status, error FROM turn") == [("settled", "HTTP 404")]
