"""The stand-in judges what it is sent, and reports what becomes of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4

import pytest

from channels.base import Account, InboundRequest
from channels.whatsapp import WhatsAppChannel
from models.errors import DeliveryError
from models.inbound import InboundMessage, Receipt
from models.reply import Accepted, OutboundPart, Rejected
from tests.standins.twilio import ACCOUNT_SID, AUTH_TOKEN, NUMBER, TEMPLATE_SID, StandInTwilio
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


_FILE = "https://bot.example.com/files/8c1f0e"


def _form(**changes: str) -> dict[str, str]:
    return {"To": _TO, "From": NUMBER, **changes}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (_form(Body="Olá"), 0),
        (_form(MediaUrl=_FILE), 0),
        (_form(Body="Segue.", MediaUrl=_FILE), 0),
        (_form(ContentSid=TEMPLATE_SID, ContentVariables='{"1": "Olá"}'), 0),
        (_form(), 21602),
        (_form(Body="x", To=""), 21604),
        (_form(Body="x", To="+5511987654321"), 21211),
        (_form(Body="x", From="whatsapp:+15550000000"), 21212),
        (_form(MediaUrl="ftp://example.com/a"), 21620),
        (_form(MediaUrl=f"{_FILE}\n{_FILE}"), 21623),
        (_form(Body="x", ContentVariables='{"1": "Olá"}'), 21654),
        (_form(Body="x", ContentSid=TEMPLATE_SID, ContentVariables='{"1": "Olá"}'), 20001),
        (_form(MediaUrl=_FILE, ContentSid=TEMPLATE_SID, ContentVariables='{"1": "Olá"}'), 20001),
        (_form(ContentSid="HX" + "d" * 32, ContentVariables="{}"), 21655),
        (_form(ContentSid=TEMPLATE_SID), 21656),
        (_form(ContentSid=TEMPLATE_SID, ContentVariables='{"1": ""}'), 21656),
        (_form(ContentSid=TEMPLATE_SID, ContentVariables='{"2": "Olá"}'), 21656),
        (_form(ContentSid=TEMPLATE_SID, ContentVariables='{"1": "duas\\nlinhas"}'), 21656),
        (_form(ContentSid=TEMPLATE_SID, ContentVariables="nonsense"), 21656),
        (_form(ContentSid=TEMPLATE_SID, ContentVariables='{"1": "' + "x" * 1024 + '"}'), 63021),
    ],
)
def test_only_legal_combinations_pass(form: dict[str, str], code: int) -> None:
    assert StandInTwilio().judge(form) == code


def test_a_window_that_is_watched_opens_with_a_message_and_takes_templates_when_closed() -> None:
    twilio = StandInTwilio()
    twilio.window = "at once"
    template = _form(ContentSid=TEMPLATE_SID, ContentVariables='{"1": "Olá"}')
    assert (twilio.judge(_form(Body="Olá")), twilio.judge(template)) == (63016, 0)
    twilio.receive("Oi", _TO)
    assert twilio.judge(_form(Body="Olá")) == 0
    twilio.history.received[0].created_at -= timedelta(hours=24, seconds=1)
    assert twilio.judge(_form(Body="Olá")) == 63016
    twilio.receive("Oi", _TO)
    twilio.closed_windows.add(_TO)
    assert twilio.judge(_form(Body="Olá")) == 63016
    twilio.receive("Oi", _TO)
    assert twilio.judge(_form(Body="Olá")) == 0


def test_a_closed_window_may_be_told_by_a_callback_instead(
    channel: WhatsAppChannel, twilio: StandInTwilio, door: _Door
) -> None:
    twilio.window, twilio.callbacks = "later", ("sent",)
    part = _part()
    assert isinstance(channel.send(part), Accepted)
    twilio.stop()
    [receipt] = door.found
    assert isinstance(receipt, Receipt)
    assert (receipt.part_id, receipt.status, receipt.error_code) == (part.id, "undelivered", "63016")


def test_a_voice_note_passes_our_door_and_can_be_fetched(
    channel: WhatsAppChannel, twilio: StandInTwilio, door: _Door
) -> None:
    file = twilio.host_file(b"OggS" + b"\0" * 30, "audio/ogg", misses=1)
    assert twilio.post_inbound(f"{door.url}/webhooks/whatsapp/default", "", files=[file]) == 204
    [message] = door.found
    assert isinstance(message, InboundMessage)
    assert (message.kind, message.external_id) == ("audio", file.message_sid)
    with pytest.raises(DeliveryError):
        channel.fetch(message.media[0])
    assert channel.fetch(message.media[0]).content == file.content
    assert twilio.history.leaks == []


def test_credentials_that_reach_the_content_network_are_held_against_the_program(twilio: StandInTwilio) -> None:
    file = twilio.host_file(b"GIF89a", "image/gif")
    request = Request(file.location, headers={"Authorization": "Basic secret"})
    with build_opener(ProxyHandler({})).open(request, timeout=180) as answer:
        assert answer.read() == b"GIF89a"
    assert twilio.history.leaks == [f"/{ACCOUNT_SID}/{file.sid}"]
