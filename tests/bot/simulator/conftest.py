"""The program's side, played: a door that takes what is genuine, and answers when it is told how."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest

from bot.simulator.account import FakeAccount
from bot.simulator.commands import Desk
from bot.simulator.phone import Phone
from bot.simulator.screen import Screen
from bot.simulator.server import Server, serving
from bot.simulator.twilio import Ears, FakeTwilio
from channels.base import Account, InboundRequest
from channels.whatsapp import WhatsAppChannel
from models.errors import VerificationError
from models.inbound import InboundMessage, Receipt
from models.reply import OutboundPart, SendOutcome


@dataclass
class PlayedProgram:
    """Verifies, parses, keeps, and sends what `answer` makes of each message that it did not know."""

    account: FakeAccount
    fake_url: str
    url: str
    messages: list[InboundMessage] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    answer: Callable[[InboundMessage], list[str]] = lambda message: []

    def __post_init__(self) -> None:
        credentials = {
            "account_sid": self.account.account_sid,
            "auth_token": self.account.auth_token,
            "api_base_url": self.fake_url,
        }
        self.channel = WhatsAppChannel(Account("whatsapp", "default", self.account.number, credentials, self.url))

    @property
    def door(self) -> str:
        return f"{self.url}/webhooks/whatsapp/default"

    def part(self, body: str = "Olá", to: str = "whatsapp:+5511987654321", **extra: Any) -> OutboundPart:
        return OutboundPart(uuid4(), uuid4(), 0, to, body, extra=extra)

    def send(self, body: str = "Olá", **extra: Any) -> SendOutcome:
        return self.channel.send(self.part(body, **extra))

    def take(self, request: InboundRequest) -> int:
        try:
            self.channel.verify(request)
        except VerificationError:
            return 403
        for item in self.channel.parse(request):
            if isinstance(item, Receipt):
                self.receipts.append(item)
            elif isinstance(item, InboundMessage) and item.external_id not in [m.external_id for m in self.messages]:
                self.messages.append(item)
                for body in self.answer(item):
                    self.channel.send(self.part(body, item.reply_to))
        return 200


class _Door(BaseHTTPRequestHandler):
    program: PlayedProgram

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = self.program.take(InboundRequest("default", "POST", self.path, headers, body))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        """A picture at every path but one."""
        content = b"\x89PNG"
        self.send_response(404 if self.path == "/gone.png" else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def twilio() -> FakeTwilio:
    return FakeTwilio(pause=0.01)


@pytest.fixture
def server(twilio: FakeTwilio) -> Iterator[Server]:
    with serving(twilio) as server:
        yield server


@pytest.fixture
def program(twilio: FakeTwilio, server: Server) -> Iterator[PlayedProgram]:
    door = type("Door", (_Door,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), door) as listening:
        played = PlayedProgram(twilio.account, server.url, f"http://127.0.0.1:{listening.server_port}")
        door.program = played
        thread = Thread(target=listening.serve_forever, args=(0.02,))
        thread.start()
        yield played
        listening.shutdown()
        thread.join()
        played.channel.close()


@pytest.fixture
def desk(twilio: FakeTwilio, program: PlayedProgram) -> Desk:
    screen = Screen(StringIO(), is_terminal=False)
    twilio.ears = Ears(screen.show_reply, screen.show_ticks, screen.show_refusal)
    return Desk(Phone(twilio, program.door), screen)


def shown_on(desk: Desk) -> str:
    out = desk.screen.out
    assert isinstance(out, StringIO)
    return out.getvalue()
