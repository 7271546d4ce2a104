"""The fake Twilio's HTTP side: messages, media, typing, and a transcription server that knows what was said."""

import json
import re
import socket
import struct
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.simulator.forms import Form
from bot.simulator.history import describe_said, describe_sent
from bot.simulator.twilio import FakeTwilio

_MOST_BYTES = 32 * 1024 * 1024
_STATUSES = {20003: 401, 20404: 404, 20429: 429, 63018: 429}  # all others are 400
_FILE = re.compile(r"/Messages/(?:SM|MM)[0-9a-f]{32}/Media/(ME[0-9a-f]{32})")
_FILES_OF = re.compile(r"/Messages/((?:SM|MM)[0-9a-f]{32})/Media\.json")


class Server(ThreadingHTTPServer):
    """Listens on loopback, on a free port."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, twilio: FakeTwilio) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.twilio = twilio

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """A program that is stopped hangs up; that is part of the game."""


@contextmanager
def serving(twilio: FakeTwilio) -> Iterator[Server]:
    """The server answers until the end of the block."""
    with Server(twilio) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        if length > _MOST_BYTES:
            self.close_connection = True
            return self._json(413, {})
        body, path = self.rfile.read(length), urlsplit(self.path).path
        if path == "/v1/audio/transcriptions":
            return self._transcribe(body)
        if not self._is_account():
            return self._refuse(20003)
        if path == "/v2/Indicators/Typing.json":
            return self._show_typing(_pairs(body))
        if path == f"{self._account_path}/Messages.json":
            return self._take(_pairs(body))
        return self._refuse(20404)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/content/"):
            return self._hand_out(path.removeprefix("/content/"))
        if not self._is_account():
            return self._refuse(20003)
        rest = path.removeprefix(self._account_path)
        if rest == "/Messages.json":
            return self._list(dict(parse_qsl(urlsplit(self.path).query)))
        if match := _FILES_OF.fullmatch(rest):
            return self._list_files(match[1])
        if match := _FILE.fullmatch(rest):
            return self._redirect(f"http://localhost:{self.server.server_port}/content/{match[1]}")
        return self._refuse(20404)

    @property
    def _account_path(self) -> str:
        return f"/2010-04-01/Accounts/{self.server.twilio.account.account_sid}"

    def _is_account(self) -> bool:
        account = self.server.twilio.account
        scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
        try:
            return scheme == "Basic" and b64decode(encoded).decode() == f"{account.account_sid}:{account.auth_token}"
        except ValueError:
            return False

    def _take(self, pairs: list[tuple[str, str]]) -> None:
        twilio, form = self.server.twilio, dict(pairs)
        trouble = twilio.next_trouble()
        code = twilio.judge(form) or (trouble.code if trouble is not None and trouble.kind == "refused" else 0)
        if code:
            return self._refuse(code, said=True)
        sent = twilio.accept(form, tuple(value for name, value in pairs if name == "MediaUrl"), trouble)
        if trouble is not None and trouble.kind == "lost":
            return self._hang_up()
        return self._json(201, describe_sent(sent, twilio.account.account_sid, twilio.account.number))

    def _show_typing(self, pairs: list[tuple[str, str]]) -> None:
        history, sid = self.server.twilio.history, dict(pairs).get("messageId", "")
        history.note(lambda: history.typing.append(sid))
        self._json(200, {"success": True})

    def _list(self, query: Form) -> None:
        """Newest first; the program reads one page, so nothing needs a second one."""
        history, account = self.server.twilio.history, self.server.twilio.account
        rows = [(said.at, describe_said(said)) for said in history.said]
        rows += [(sent.at, describe_sent(sent, account.account_sid, account.number)) for sent in history.sent]
        rows.sort(key=lambda row: row[0], reverse=True)
        wanted = {name.lower(): query[name] for name in ("To", "From") if name in query}
        found = [row for _, row in rows if all(row[name] == value for name, value in wanted.items())]
        self._json(200, {"messages": found, "page": 0, "page_size": len(found), "next_page_uri": None})

    def _list_files(self, sid: str) -> None:
        said = [said for said in self.server.twilio.history.said if said.form["MessageSid"] == sid and said.file]
        files = [
            {
                "sid": one.file.sid,
                "account_sid": one.form["AccountSid"],
                "parent_sid": sid,
                "content_type": one.file.content_type,
                "uri": f"{self._account_path}/Messages/{sid}/Media/{one.file.sid}.json",
            }
            for one in said
            if one.file is not None
        ]
        self._json(200, {"media_list": files, "page": 0, "next_page_uri": None})

    def _hand_out(self, sid: str) -> None:
        """The content network: whoever shows it the account's credentials has given them away."""
        history = self.server.twilio.history
        if "Authorization" in self.headers:
            history.note(lambda: history.complaints.append("the content network was shown the account's credentials"))
        file = history.find_file(sid)
        if file is None:
            return self._json(404, {})
        return self._write(200, file.content, file.content_type)

    def _transcribe(self, body: bytes) -> None:
        """The words of the recording that is in the request; a strange one is silence."""
        files = [said.file for said in reversed(self.server.twilio.history.said) if said.file is not None]
        words = next((file.words for file in files if file.content in body), "")
        self._json(200, {"text": words, "language": "portuguese", "duration": 1.0})

    def _refuse(self, code: int, *, said: bool = False) -> None:
        if said:
            self.server.twilio.refuse(code)
        if code < 1000:
            return self._json(code, {})
        status = _STATUSES.get(code, 400)
        return self._json(status, {"code": code, "message": f"Error {code}", "more_info": "", "status": status})

    def _hang_up(self) -> None:
        """A reset instead of an answer."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _redirect(self, url: str) -> None:
        self._write(307, b"", "text/plain", {"Location": url})

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._write(status, json.dumps(body).encode(), "application/json")

    def _write(self, status: int, body: bytes, content_type: str, headers: Form | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The history is the log."""


def _pairs(body: bytes) -> list[tuple[str, str]]:
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
