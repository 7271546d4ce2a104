"""The fake Twilio: what it takes and refuses, what goes wrong when it is told so, and what it reports afterwards."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import httpx2

from bot.simulator.account import FakeAccount
from bot.simulator.forms import Form, HostedFile, status_form
from bot.simulator.history import History, ReceiptCall, Said, Sent
from bot.simulator.webhooks import post_form

MAX_TEXT = 1600  # UTF-16 units
_MAX_FILE = 16 * 1024 * 1024
_RECEIPTS = ("sent", "delivered", "read")
_CANNOT_FETCH, _WINDOW_CLOSED = 63019, 63016


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens to one send: it is refused with `code`, accepted but never delivered, or its answer gets lost."""

    kind: Literal["refused", "undelivered", "lost"]
    code: int = 0  # Twilio's; below 1000 it is an HTTP status without one


@dataclass
class Ears:
    """Who is told what happens; each is called from threads of the fake."""

    sent: Callable[[Sent], None] = lambda sent: None
    settled: Callable[[Sent], None] = lambda sent: None  # after the last receipt
    refused: Callable[[int], None] = lambda code: None


@dataclass
class FakeTwilio:
    """The state behind the fake's HTTP server. Safe for threads."""

    account: FakeAccount = field(default_factory=FakeAccount)
    history: History = field(default_factory=History)
    ears: Ears = field(default_factory=Ears)
    troubles: deque[Trouble] = field(default_factory=deque)  # one for each send, in order
    late: int = 0  # of so many messages to come the receipts arrive in the wrong order
    pause: float = 0.15  # seconds before each receipt
    closed: set[str] = field(default_factory=set)  # addresses whose 24 hours are over

    def deliver(self, url: str, form: Form, file: HostedFile | None = None) -> int:
        """A person's message to the program's door; the HTTP status it was answered with, 0 for no answer."""
        self.history.note(lambda: self.history.said.append(Said(form, file)))
        return self.post(url, form)

    def post(self, url: str, form: Form) -> int:
        """The signed form, which may have been posted before."""
        return post_form(url, form, self.account.auth_token)

    def next_trouble(self) -> Trouble | None:
        try:
            return self.troubles.popleft()
        except IndexError:
            return None

    def judge(self, form: Form) -> int:
        """Twilio's error code for a form that it would refuse, 0 for a good one."""
        to, body = form.get("To", ""), form.get("Body", "")
        if not to:
            return 21604
        if not to.startswith("whatsapp:"):
            return 21211
        if form.get("From") != self.account.number:
            return 21212
        if form.get("ContentSid"):
            return 21655 if body or form.get("MediaUrl") else 0
        if not body and not form.get("MediaUrl"):
            return 21619
        if len(body.encode("utf-16-le")) // 2 > MAX_TEXT:
            return 21617
        return _WINDOW_CLOSED if to in self.closed else 0

    def refuse(self, code: int) -> None:
        self.history.note(lambda: self.history.refusals.append(code))
        self.ears.refused(code)

    def accept(self, form: Form, media_urls: tuple[str, ...], trouble: Trouble | None = None) -> Sent:
        """Takes the message; its receipts follow from a thread of their own."""
        callback = form.get("StatusCallback", "")
        sent = Sent(form["To"], _words(form), callback, media_urls, form.get("ContentSid", ""))
        self.history.note(lambda: self.history.sent.append(sent))
        self.ears.sent(sent)
        steps = self._steps(trouble)
        threading.Thread(target=self._follow, args=(sent, steps), daemon=True).start()
        return sent

    def _steps(self, trouble: Trouble | None) -> list[tuple[str, str]]:
        if trouble is not None and trouble.kind == "undelivered":
            return [("sent", ""), ("undelivered", str(trouble.code))]
        order = _RECEIPTS
        if self.late > 0:
            self.late -= 1
            order = order[::-1]
        return [(status, "") for status in order]

    def _follow(self, sent: Sent, steps: list[tuple[str, str]]) -> None:
        if not all(self._can_fetch(url) for url in sent.media_urls):
            steps = [("failed", str(_CANNOT_FETCH))]
        for status, code in steps:
            time.sleep(self.pause)
            self._report(sent, status, code)
        self.ears.settled(sent)

    def _report(self, sent: Sent, status: str, error_code: str) -> None:
        answered = 0
        if sent.status_callback:
            form = status_form(self.account, sent.sid, sent.to, status, error_code)
            answered = self.post(sent.status_callback, form)

        def change() -> None:
            sent.status, sent.error_code = status, error_code
            sent.receipts.append(ReceiptCall(status, error_code, answered))

        self.history.note(change)

    def _can_fetch(self, url: str) -> bool:
        """As Twilio fetches a file that the program sends: without credentials, whole, within the limit."""
        try:
            answer = httpx2.get(url, timeout=15, trust_env=False, follow_redirects=True)
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return False
        return answer.is_success and 0 < len(answer.content) <= _MAX_FILE


def _words(form: Form) -> str:
    """The text, or of a template what stands in its variables."""
    try:
        variables = json.loads(form.get("ContentVariables") or "{}")
        return form.get("Body") or "\n".join(str(value) for value in variables.values())
    except (ValueError, AttributeError):
        return form["ContentVariables"]
