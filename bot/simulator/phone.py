"""A person's phone: writes to the company's number, by way of the fake Twilio."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from bot.commands.base import CommandError
from bot.simulator.account import Person
from bot.simulator.forms import Form, HostedFile, button_form, file_form, location_form, quoting, text_form
from bot.simulator.history import Sent
from bot.simulator.twilio import FakeTwilio
from bot.simulator.voice import record
from models.files.file_types import type_of_ending

_MOST_BYTES = 16 * 1024 * 1024
_REDELIVERIES = 5


@dataclass
class Phone:
    """`door` is the program's webhook. `mark` is how many messages had been sent to anybody when she last spoke."""

    twilio: FakeTwilio
    door: str
    person: Person = field(default_factory=Person)
    mark: int = 0
    _last: Form | None = None
    _will_close: bool = False

    def say(self, *texts: str) -> list[int]:
        """One message after the other, as fast as they go; the HTTP statuses of the program's door."""
        return self._post([(text_form(self.twilio.account, self.person, text), None) for text in texts])

    def forward(self, text: str) -> list[int]:
        extra = {"Forwarded": "true", "FrequentlyForwarded": "false"}
        return self._post([(text_form(self.twilio.account, self.person, text, extra), None)])

    def quote(self, text: str) -> list[int]:
        """Raises CommandError when the program has said nothing yet."""
        if (last := self.last_reply()) is None:
            raise CommandError("there is nothing to quote yet")
        extra = quoting(self.twilio.account, last.sid)
        return self._post([(text_form(self.twilio.account, self.person, text, extra), None)])

    def tap(self, title: str) -> list[int]:
        last = self.last_reply()
        return self._post([(button_form(self.twilio.account, self.person, title, last.sid if last else ""), None)])

    def locate(self, latitude: str, longitude: str) -> list[int]:
        return self._post([(location_form(self.twilio.account, self.person, latitude, longitude), None)])

    def speak(self, words: str) -> list[int]:
        """A voice note of these words."""
        return self._send_file("audio", HostedFile("audio/ogg", record(words), words))

    def send_file(self, kind: str, path: Path, words: str = "") -> list[int]:
        """A file of the disk; `words` is what is heard in it, or its caption. Raises CommandError."""
        try:
            content = path.expanduser().read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read ({error.strerror})") from None
        if not 0 < len(content) <= _MOST_BYTES:
            raise CommandError(f"{path}: WhatsApp takes files from 1 byte to 16 MB")
        file = HostedFile(type_of_ending(path.suffix.removeprefix(".")), content, words if kind == "audio" else "")
        caption = {"audio": "", "document": words or path.name}.get(kind, words)
        return self._send_file(kind, file, caption)

    def redeliver(self) -> list[int]:
        """The last message again, several times at once. Raises CommandError when there is none."""
        last = self._last
        if last is None:
            raise CommandError("nothing was sent yet")
        with ThreadPoolExecutor(_REDELIVERIES) as pool:
            posts = [pool.submit(self.twilio.post, self.door, last) for _ in range(_REDELIVERIES)]
            return [post.result() for post in posts]

    def let_window_close(self) -> None:
        """25 hours go by between the next message and what answers it."""
        self._will_close = True

    def last_reply(self) -> Sent | None:
        return next(reversed(self.twilio.history.sent_to(self.person.address)), None)

    def replies(self) -> list[Sent]:
        """What came since the person last spoke."""
        return self.twilio.history.sent_to(self.person.address, self.mark)

    def await_replies(self, is_enough: Callable[[Sequence[Sent]], bool], seconds: float) -> bool:
        """Whether enough came within that time."""
        return self.twilio.history.wait_for(lambda: is_enough(self.replies()), seconds)

    def _send_file(self, kind: str, file: HostedFile, caption: str = "") -> list[int]:
        return self._post([(file_form(self.twilio.account, self.person, kind, file, caption), file)])

    def _post(self, messages: Sequence[tuple[Form, HostedFile | None]]) -> list[int]:
        self.mark = len(self.twilio.history.sent)
        change = self.twilio.closed.add if self._will_close else self.twilio.closed.discard
        change(self.person.address)
        self._will_close = False
        self._last = messages[-1][0]
        return [self.twilio.deliver(self.door, form, file) for form, file in messages]
