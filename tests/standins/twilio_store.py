"""The content network behind the stand-in Twilio: another host, which must never see credentials."""

from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.standins.twilio import StandInTwilio


class _Handler(BaseHTTPRequestHandler):
    server: "FileStore"

    def do_GET(self) -> None:
        standin = self.server.standin
        if self.headers.get("Authorization") or self.headers.get("Cookie"):
            standin.history.leaks.append(self.path)
        file = standin.files.get(self.path.rpartition("/")[2])
        if file is None:
            self.send_error(404)
            return
        self.send_response(file.status)
        self.send_header("Content-Type", file.content_type)
        self.send_header("Content-Length", str(len(file.content)))
        self.end_headers()
        piece = max(len(file.content) // 4, 1)
        with suppress(OSError):  # whoever has had enough hangs up
            for start in range(0, len(file.content), piece):
                standin.stopping.wait(file.pause)
                self.wfile.write(file.content[start : start + piece])

    def log_message(self, *_: object) -> None:
        """The history is the log."""


class FileStore(ThreadingHTTPServer):
    """Listens on loopback under another host name and port than the API."""

    daemon_threads = True

    def __init__(self, standin: "StandInTwilio") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.standin = standin
        self.url = f"http://localhost:{self.server_address[1]}"
