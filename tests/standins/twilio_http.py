"""The HTTP side of the stand-in Twilio: the resources the program calls, and the faults."""

import json
import re
import socket
import struct
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.standins.twilio_judge import ERRORS

if TYPE_CHECKING:
    from tests.standins.twilio import StandInTwilio

_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_TYPING = "/v2/Indicators/Typing.json"


@dataclass(frozen=True)
class Fault:
    """What happens to one request to send. `accepted` tells whether the message is taken all the same."""

    kind: Literal["hang", "reset", "slow", "status", "garbage"]
    accepted: bool = False
    seconds: float = 0.0
    status: int = 500
    code: int = 0
    retry_after: str = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are written one after the other: the second would wait for 40 ms
    server: "Server"

    def do_POST(self) -> None:
        form = self._form(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode())
        path = self._admitted(form)
        if path == _TYPING:
            self._show_typing(form)
        elif path == "/Messages.json":
            self._send(form)
        elif path:
            self._refuse(20404)

    def do_GET(self) -> None:
        query = self._form(urlsplit(self.path).query)
        path = self._admitted(query)
        if path == "/Messages.json":
            self._page("messages", [message.as_json() for message in self.server.standin.listed(query)], query)
        elif match := re.fullmatch(r"/Messages/(\w+)/Media\.json", path):
            found = (m for m in self.server.standin.history.received if m.sid == match[1])
            files = next((m.files for m in found), ())
            self._page("media_list", [file.as_json() for file in files], query)
        elif match := re.fullmatch(r"/Messages/\w+/Media/(\w+)", path):
            self._give_file(match[1])
        elif path:
            self._refuse(20404)

    def _send(self, form: dict[str, str]) -> None:
        standin = self.server.standin
        if standin.witness("half"):
            return self._hang_up()
        fault = standin.faults.popleft() if standin.faults else None
        if fault is not None and fault.kind != "slow":
            return self._fail(fault, form)
        if fault is not None:
            standin.stopping.wait(fault.seconds)
        code = standin.judge(form)
        if code:
            return self._refuse(code)
        message = standin.accept(form)
        if standin.witness("accepted"):
            return self._hang_up()
        return self._answer(201, message.as_json())

    def _show_typing(self, form: dict[str, str]) -> None:
        standin = self.server.standin
        standin.stopping.wait(standin.typing_delay)
        if form.get("channel") != "whatsapp" or not _SID.fullmatch(form.get("messageId", "")):
            self._refuse(20001)
            return
        standin.history.typing.append(form["messageId"])
        self._answer(200, {"success": True})

    def _give_file(self, sid: str) -> None:
        file = self.server.standin.files.get(sid)
        if file is None or file.misses > 0:
            if file is not None:
                file.misses -= 1
            self._refuse(20404)
            return
        self._write(307, b"", "text/plain", {"Location": file.location, "Set-Cookie": "session=1; Path=/"})

    def _page(self, name: str, found: list[dict[str, Any]], query: dict[str, str]) -> None:
        size, page = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
        path = urlsplit(self.path).path
        more = len(found) > (page + 1) * size
        self._answer(
            200,
            {
                name: found[page * size : (page + 1) * size],
                "page": page,
                "page_size": size,
                "uri": self.path,
                "next_page_uri": f"{path}?{urlencode({**query, 'Page': page + 1})}" if more else None,
            },
        )

    def _admitted(self, parameters: dict[str, str]) -> str:
        """The path below the account, or an empty one for who has no business here and was told so."""
        standin = self.server.standin
        path = urlsplit(self.path).path
        standin.requests.append((self.command, path, parameters))
        account = f"/2010-04-01/Accounts/{standin.account_sid}"
        scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
        if scheme != "Basic" or b64decode(encoded).decode() != f"{standin.account_sid}:{standin.auth_token}":
            self._refuse(20003)
        elif path == _TYPING or path.startswith(f"{account}/"):
            return path.removeprefix(account)
        else:
            self._refuse(20404)
        return ""

    def _fail(self, fault: Fault, form: dict[str, str]) -> None:
        standin = self.server.standin
        if fault.accepted:
            standin.accept(form)
        match fault.kind:
            case "hang":
                standin.stopping.wait(fault.seconds or 3600)
                self.close_connection = True
            case "reset":
                self._hang_up()
            case "garbage":
                self._write(201, b"<html>ok</html>", "text/html")
            case _:
                headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
                body = {"code": fault.code, "message": "fault", "status": fault.status} if fault.code else {}
                self._write(fault.status, json.dumps(body).encode(), "application/json", headers)

    def _hang_up(self) -> None:
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()
        self.close_connection = True

    def _refuse(self, code: int) -> None:
        status, message = ERRORS[code]
        self.server.standin.history.refusals.append(code)
        self._answer(status, {"code": code, "message": message, "more_info": "", "status": status})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self._write(status, json.dumps(body).encode(), "application/json")

    def _write(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    @staticmethod
    def _form(text: str) -> dict[str, str]:
        """A parameter given several times is kept as lines."""
        form: dict[str, str] = {}
        for name, value in parse_qsl(text, keep_blank_values=True):
            form[name] = f"{form[name]}\n{value}" if name in form else value
        return form

    def log_message(self, *_: object) -> None:
        """The history is the log."""


class Server(ThreadingHTTPServer):
    """Listens on loopback; closing it also cuts the connections that are kept alive."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, standin: "StandInTwilio", port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.standin = standin
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_: object) -> None:
        """A client that hung up is part of the game."""
