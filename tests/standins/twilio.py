"""A stand-in for Twilio's REST API: a real HTTP server on loopback that keeps a history and can be made to fail.

`python -m tests.standins.twilio --help` runs it by hand.
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from tests.ports import free_port
from tests.standins.twilio_history import History, HostedFile, ReceivedMessage, SentMessage, new_sid
from tests.standins.twilio_http import Fault, Server
from tests.standins.twilio_judge import WINDOW_CLOSED, filled_in, is_closed, judge_form
from tests.standins.twilio_store import FileStore
from tests.standins.twilio_webhooks import inbound_form, post_form, status_form
from tests.standins.witness import Witness, nobody

ACCOUNT_SID = "AC" + "1" * 32
AUTH_TOKEN = "stand-in-token"
NUMBER = "whatsapp:+14155238886"
PERSON = "whatsapp:+5511987654321"
TEMPLATE_SID = "HX" + "c" * 32


class StandInTwilio:
    """Starts on `start()` or as a context manager. `faults` are used up one per request to send, in order."""

    def __init__(
        self, *, port: int = 0, account_sid: str = ACCOUNT_SID, auth_token: str = AUTH_TOKEN, number: str = NUMBER
    ) -> None:
        self.account_sid, self.auth_token, self.number = account_sid, auth_token, number
        self.port = port or free_port()  # it may be left and taken again
        self.history = History()
        self.faults: deque[Fault] = deque()
        self.list_lag = timedelta(0)  # younger messages are not listed yet
        self.callbacks: tuple[str, ...] = ()  # statuses reported by themselves after each accepted message, in order
        self.requests: list[tuple[str, str, dict[str, str]]] = []  # method, path, parameters
        self.files: dict[str, HostedFile] = {}
        self.templates = {TEMPLATE_SID: "Olá! Sobre a sua pergunta: {{1}}"}
        self.window: Literal["off", "at once", "later"] = "off"  # how 63016 is told; later means by a callback
        self.closed_windows: set[str] = set()  # people whose window has closed, whenever they wrote
        self.typing_delay = 0.0  # seconds before a typing indicator is answered
        self.witness: Witness = nobody
        self.stopping = threading.Event()
        self._server: Server | None = None
        self._store: FileStore | None = None
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.stopping.clear()
        self._server = Server(self, self.port)
        self._spawn(self._server.serve_forever, 0.02)

    def stop(self) -> None:
        self.stopping.set()
        for server in filter(None, (self._server, self._store)):
            server.shutdown()
            server.server_close()
        self._server = self._store = None
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

    def host_file(self, content: bytes, content_type: str, **changes: Any) -> HostedFile:
        """A file for `receive` or `post_inbound`; `changes` are fields of HostedFile."""
        if self._store is None:
            self._store = FileStore(self)
            self._spawn(self._store.serve_forever, 0.02)
        sid, message_sid = new_sid("ME"), new_sid("MM")
        url = f"{self.url}/2010-04-01/Accounts/{self.account_sid}/Messages/{message_sid}/Media/{sid}"
        location = f"{self._store.url}/{self.account_sid}/{sid}"
        file = HostedFile(sid, message_sid, self.account_sid, content, content_type, location, url)
        for name, value in changes.items():
            setattr(file, name, value)
        self.files[sid] = file
        return file

    def receive(
        self, body: str, sender: str = PERSON, *, files: Sequence[HostedFile] = (), **extra: str
    ) -> dict[str, str]:
        """A person writes; nobody is told. Gives the form that her message's webhook would have."""
        fields: dict[str, str] = {}
        if files:
            sid = files[0].message_sid
            family = files[0].content_type.partition("/")[0]
            kind = family if family in ("image", "audio", "video") else "document"
            fields = {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "MessageType": kind}
            fields["NumMedia"] = str(len(files))
        for number, file in enumerate(files):
            fields |= {f"MediaUrl{number}": file.url, f"MediaContentType{number}": file.content_type}
        form = inbound_form(self.account_sid, self.number, body, sender, **{**fields, **extra})
        self._remember(form, tuple(files))
        return form

    def post_inbound(
        self, url: str, body: str, sender: str = PERSON, *, files: Sequence[HostedFile] = (), **extra: str
    ) -> int:
        """Posts a signed message from a person to the program's webhook; tells the HTTP status."""
        return post_form(url, self.receive(body, sender, files=files, **extra), self.auth_token)

    def report(self, message: SentMessage, statuses: Iterable[str], error_code: str = "") -> list[int]:
        """Posts signed status callbacks in exactly that order, repeats included; tells their HTTP statuses."""
        answers = []
        for status in statuses:
            message.status, message.error_code = status, error_code
            form = status_form(message, status, error_code)
            answers.append(post_form(message.status_callback, form, self.auth_token))
        return answers

    def accept(self, form: dict[str, str]) -> SentMessage:
        message = self.history.add(self.account_sid, form, filled_in(self, form))
        is_late = self.window == "later" and is_closed(self, form)
        statuses = ("undelivered",) if is_late else self.callbacks
        if message.status_callback and statuses:
            self._spawn(self._report_quietly, message, statuses, str(WINDOW_CLOSED) if is_late else "")
        return message

    def judge(self, form: dict[str, str]) -> int:
        """Twilio's error code for a form it would refuse, 0 for a good one."""
        return judge_form(self, form)

    def listed(self, query: dict[str, str]) -> list[SentMessage | ReceivedMessage]:
        """Newest first, as the list resource answers."""
        youngest = datetime.now(UTC) - self.list_lag
        since = datetime.fromisoformat(query["DateSent>"]) if "DateSent>" in query else None
        both: list[SentMessage | ReceivedMessage] = [*self.history.messages, *self.history.received]
        found = [
            message
            for message in both
            if query.get("To") in (None, message.to)
            and query.get("From") in (None, message.sender)
            and (since is None or (message.sent_at is not None and message.sent_at >= since))
            and (not self.list_lag or message.created_at <= youngest)
        ]
        return sorted(found, key=lambda message: message.created_at, reverse=True)

    def _remember(self, form: dict[str, str], files: tuple[HostedFile, ...]) -> None:
        now = datetime.now(UTC)
        message = ReceivedMessage(
            form["MessageSid"], self.account_sid, form["To"], form["From"], form.get("Body", ""), now, files
        )
        self.history.received.append(message)
        self.closed_windows.discard(message.sender)

    def _report_quietly(self, message: SentMessage, statuses: tuple[str, ...], error_code: str) -> None:
        try:
            self.report(message, statuses, error_code)
        except OSError as error:
            print(f"status callback failed: {error}", flush=True)

    def _spawn(self, target: Any, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        thread.start()


def main() -> None:
    """Runs the stand-in by hand, or posts one signed message and leaves."""
    from tests.standins.twilio_console import run

    run()


if __name__ == "__main__":
    main()
