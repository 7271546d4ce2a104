"""A stand-in for Twilio's REST API: a real HTTP server on loopback that keeps a history and can be made to fail.

`python -m tests.standins.twilio --help` runs it by hand.
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.standins.twilio_history import History, SentMessage
from tests.standins.twilio_http import Fault, Server
from tests.standins.twilio_webhooks import inbound_form, post_form, status_form

ACCOUNT_SID = "AC" + "1" * 32
AUTH_TOKEN = "stand-in-token"
NUMBER = "whatsapp:+14155238886"


class StandInTwilio:
    """Starts on `start()` or as a context manager. `faults` are used up one per request to send, in order."""

    def __init__(
        self, *, port: int = 0, account_sid: str = ACCOUNT_SID, auth_token: str = AUTH_TOKEN, number: str = NUMBER
    ) -> None:
        self.account_sid, self.auth_token, self.number = account_sid, auth_token, number
        self.port = port
        self.history = History()
        self.faults: deque[Fault] = deque()
        self.list_lag = timedelta(0)  # younger messages are not listed yet
        self.callbacks: tuple[str, ...] = ()  # statuses reported by themselves after each accepted message, in order
        self.requests: list[tuple[str, str, dict[str, str]]] = []  # method, path, parameters
        self.stopping = threading.Event()
        self._server: Server | None = None
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.stopping.clear()
        self._server = Server(self, self.port)
        self.port = int(self._server.server_address[1])
        self._spawn(self._server.serve_forever, 0.02)

    def stop(self) -> None:
        self.stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        for thread in self._threads:
            thread.join(timeout=5)
        self._threads.clear()

    def __enter__(self) -> "StandInTwilio":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Within the block nobody listens on the port: connections are refused."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def post_inbound(self, url: str, body: str, sender: str = "whatsapp:+5511987654321", **extra: str) -> int:
        """Posts a signed message from a person to the program's webhook; tells the HTTP status."""
        return post_form(url, inbound_form(self.account_sid, self.number, body, sender, **extra), self.auth_token)

    def report(self, message: SentMessage, statuses: Iterable[str], error_code: str = "") -> list[int]:
        """Posts signed status callbacks in exactly that order, repeats included; tells their HTTP statuses."""
        answers = []
        for status in statuses:
            message.status, message.error_code = status, error_code
            form = status_form(message, status, error_code)
            answers.append(post_form(message.status_callback, form, self.auth_token))
        return answers

    def accept(self, form: dict[str, str]) -> SentMessage:
        message = self.history.add(self.account_sid, form)
        if message.status_callback and self.callbacks:
            self._spawn(self._report_quietly, message)
        return message

    def judge(self, form: dict[str, str]) -> int:
        """Twilio's error code for a form it would refuse, 0 for a good one."""
        if not form.get("To"):
            return 21604
        if not _is_whatsapp(form["To"]):
            return 21211
        if form.get("From") != self.number:
            return 21212
        if not form.get("Body"):
            return 21602
        return 21617 if len(form["Body"].encode("utf-16-le")) // 2 > 1600 else 0

    def listed(self, query: dict[str, str]) -> list[SentMessage]:
        """Newest first, as the list resource answers."""
        youngest = datetime.now(UTC) - self.list_lag
        return [
            message
            for message in reversed(self.history.messages)
            if query.get("To") in (None, message.to)
            and query.get("From") in (None, message.sender)
            and (not self.list_lag or message.created_at <= youngest)
        ]

    def _report_quietly(self, message: SentMessage) -> None:
        try:
            self.report(message, self.callbacks)
        except OSError as error:
            print(f"status callback failed: {error}", flush=True)

    def _spawn(self, target: Any, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        thread.start()


def _is_whatsapp(address: str) -> bool:
    rest = address.removeprefix("whatsapp:")
    phone = rest.startswith("+") and rest[1:].isdigit() and 7 <= len(rest[1:]) <= 15
    return rest != address and (phone or (rest[2:3] == "." and rest[3:].isalnum()))


def main() -> None:
    """Runs the stand-in by hand, or posts one signed message and leaves."""
    from tests.standins.twilio_console import run

    run()


if __name__ == "__main__":
    main()
