"""The stand-in judges what it is sent, and reports what becomes of it."""

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest

from channels.base import Account, InboundRequest
from channels.whatsapp import WhatsAppChannel
from models.inbound import InboundMessage, Receipt
from models.reply import Accepted, OutboundPart, Rejected
from tests.standins.twilio import ACCOUNT_SID, AUTH_TOKEN, NUMBER, StandInTwilio
from tests.standins.twilio_console import run

_TO = "whatsapp:+5511987654321"


class _Door(HTTPServer):
    """The program's side: verifies and parses whatever is posted."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _DoorHandler)
        self.found: list[InboundMessage | Receipt] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        credentials = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "api_base_url": "http://127.0.0.1"}
        self.account = Account("whatsapp", "default", NUMBER, credentials, self.url)


class _DoorHandler(BaseHTTPRequestHandler):
    server: _Door

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = InboundRequest("default", "POST", self.path, headers, body)
        channel = WhatsAppChannel(self.server.account)
        channel.verify(request)
        self.server.found.extend(channel.parse(request))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture
def door() -> Iterator[_Door]:
    server = _Door()
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def twilio() -> Iterator[StandInTwilio]:
    with StandInTwilio() as standin:
        yield standin


@pytest.fixture
def channel(door: _Door, twilio: StandInTwilio) -> Iterator[WhatsAppChannel]:
    credentials = {**door.account.credentials, "api_base_url": twilio.url}
    built = WhatsAppChannel(replace(door.account, credentials=credentials))
    yield built
    built.close()


def _part(body: str = "Olá") -> OutboundPart:
    return OutboundPart(uuid4(), uuid4(), 0, _TO, body)


def test_an_inbound_message_of_the_stand_in_passes_our_door(twilio: StandInTwilio, door: _Door) -> None:
    assert twilio.post_inbound(f"{door.url}/webhooks/whatsapp/default", "Quanto vendi? ção") == 204
    [message] = door.found
    assert isinstance(message, InboundMessage)
    assert (message.text, message.sender) == ("Quanto vendi? ção", _TO)


def test_callbacks_come_in_the_order_asked_for_and_as_often(
    channel: WhatsAppChannel, twilio: StandInTwilio, door: _Door
) -> None:
    part = _part()
    channel.send(part)
    assert twilio.report(twilio.history.messages[0], ["read", "sent", "sent"]) == [204] * 3
    assert [(r.status, r.part_id) for r in door.found if isinstance(r, Receipt)] == [
        ("read", part.id),
        ("sent", part.id),
        ("sent", part.id),
    ]


def test_callbacks_come_by_themselves_when_told_to(
    channel: WhatsAppChannel, twilio: StandInTwilio, door: _Door
) -> None:
    twilio.callbacks = ("sent", "delivered")
    channel.send(_part())
    twilio.stop()  # waits for what is under way
    assert [r.status for r in door.found if isinstance(r, Receipt)] == ["sent", "delivered"]


def test_the_same_part_sent_twice_is_held_against_the_program(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    part = _part()
    channel.send(part)
    channel.send(_part())
    assert twilio.history.double_sends() == []
    channel.send(part)
    assert [url.endswith(str(part.id)) for url in twilio.history.double_sends()] == [True]


def test_refusals_are_remembered(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    assert isinstance(channel.send(_part("x" * 1601)), Rejected)
    assert twilio.history.refusals == [21617]
    assert isinstance(channel.send(_part()), Accepted)
    assert twilio.history.bodies_to(_TO) == ["Olá"]


def test_the_command_line_posts_a_signed_message(door: _Door, capsys: pytest.CaptureFixture[str]) -> None:
    run(["--send", "Oi", "--to", f"{door.url}/", "--sender", _TO])
    assert capsys.readouterr().out == "HTTP 204\n"
    assert [m.text for m in door.found if isinstance(m, InboundMessage)] == ["Oi"]
