"""An account as the demo has it, and requests as Twilio signs them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from channels.base import Account, InboundRequest
from channels.whatsapp import WhatsAppChannel
from tests.standins.twilio import ACCOUNT_SID, AUTH_TOKEN, NUMBER, StandInTwilio
from tests.standins.twilio_webhooks import sign

BASE = "https://bot.example.com"
DOOR = "/webhooks/whatsapp/default"

SignedRequest = Callable[..., InboundRequest]


@pytest.fixture
def account() -> Account:
    return Account(
        channel="whatsapp",
        name="default",
        address=NUMBER,
        credentials={"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN},
        public_base_url=BASE,
    )


def signed_request(
    form: dict[str, str],
    *,
    target: str = DOOR,
    token: str = AUTH_TOKEN,
    url: str = "",
    algorithm: str = "HMAC_SHA1",
    settings: str = "",
) -> InboundRequest:
    """A POST whose signature Twilio's own library made; `url` where another one was signed."""
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-twilio-signature": sign(url or BASE + target, form, token, algorithm),
    }
    if settings:
        headers["x-twilio-webhooks-signature-settings"] = settings
    return InboundRequest("default", "POST", target, headers, urlencode(form).encode())


@pytest.fixture
def twilio() -> Iterator[StandInTwilio]:
    with StandInTwilio() as standin:
        yield standin


@pytest.fixture
def channel(account: Account, twilio: StandInTwilio) -> Iterator[WhatsAppChannel]:
    """Sends to the stand-in."""
    built = WhatsAppChannel(
        replace(account, credentials={**account.credentials, "api_base_url": twilio.url}),
    )
    yield built
    built.close()
