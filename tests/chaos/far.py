"""The far side of a run: stand-ins for Twilio, mail server, CRM, LLM and the order book, each with its own history.

An ambush waits at one of them: when it has accepted something and not answered yet, `on_ambush` is called.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlsplit

from aiosmtpd.smtp import Envelope, Session

from channels.crm.marker import find_marked
from channels.email.threads import find_part_id, message_domain
from tests.chaos.courier import Courier, Parcel
from tests.chaos.orders import URL_VARIABLE, OrderBook
from tests.chaos.words import CallLog, answer
from tests.standins.crm import StandInCrm
from tests.standins.crm_dialects import TOKEN, Note
from tests.standins.crm_webhooks import SECRET as CRM_SECRET
from tests.standins.llm import StandInLlm
from tests.standins.llm_wires import Asked, Says
from tests.standins.smtp import StandInSmtp
from tests.standins.twilio import StandInTwilio
from tests.standins.twilio_history import SentMessage
from tests.standins.twilio_http import Server
from tests.standins.twilio_webhooks import post_form, status_form

MAILBOX = "bot@aurora.example"
AUTHSERV_ID = "mx.aurora.example"
MAIL_SECRET = "a-chaotic-webhook-secret"
PLACES = ("twilio", "smtp", "crm", "llm", "orders")
STATUSES = ("sent", "delivered", "read")
_LATENCY = 0.4  # seconds of the LLM
_SEND_LATENCY = 0.15  # seconds, before a message is accepted and again before that is said


@dataclass(frozen=True)
class Copy:
    """One acceptance of one of our parts, as the far side has it on record."""

    place: str
    part: str
    to: str  # whom it reached
    words: str
    at: float


class Ambush:
    """At most one, at one place. `on_ambush(place, text)` runs before the place answers."""

    def __init__(self) -> None:
        self._place = ""
        self._lock = threading.Lock()
        self.on_ambush: Callable[[str, str], None] = lambda place, text: None

    def lay(self, place: str) -> None:
        with self._lock:
            self._place = place

    def lift(self) -> bool:
        """False when somebody has walked into it."""
        with self._lock:
            was_there, self._place = bool(self._place), ""
        return was_there

    def pass_by(self, place: str, text: str) -> None:
        with self._lock:
            if self._place != place:
                return
            self._place = ""
        self.on_ambush(place, text)


class _Twilio(StandInTwilio):
    def __init__(self, ambush: Ambush, copies: list[Copy], on_accepted: Callable[[SentMessage], None]) -> None:
        super().__init__()
        self._ambush, self._copies = ambush, copies
        self._on_accepted = on_accepted

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """The interface alone: what people have sent stays where it is."""
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()
        try:
            yield
        finally:
            self._server = Server(self, self.port)
            self._spawn(self._server.serve_forever, 0.02)

    def accept(self, form: dict[str, str]) -> SentMessage:
        time.sleep(_SEND_LATENCY)
        message = super().accept(form)
        part = urlsplit(message.status_callback).path.rpartition("/")[2]  # our id is in the callback's address
        self._copies.append(Copy("twilio", part, message.to, message.body, time.time()))
        self._on_accepted(message)
        self._ambush.pass_by("twilio", message.body)
        time.sleep(_SEND_LATENCY)
        return message


class _Crm(StandInCrm):
    def __init__(self, ambush: Ambush, copies: list[Copy]) -> None:
        super().__init__()
        self._ambush, self._copies = ambush, copies

    def take(self, place: str, text: str, key: str) -> Note:
        time.sleep(_SEND_LATENCY)
        note = super().take(place, text, key)
        part = find_marked(text)
        self._copies.append(Copy("crm", str(part), place, text, time.time()))
        self._ambush.pass_by("crm", text)
        time.sleep(_SEND_LATENCY)
        return note


class _Smtp(StandInSmtp):
    def __init__(self, ambush: Ambush, copies: list[Copy]) -> None:
        super().__init__()
        self._ambush, self._copies = ambush, copies

    def _keep(self, session: Session, envelope: Envelope) -> None:
        super()._keep(session, envelope)
        mail = self.mails[-1].message
        part = find_part_id(str(mail["Message-ID"]), message_domain(MAILBOX))
        words = words_of_mail(mail)
        self._copies.append(Copy("smtp", str(part), str(mail["In-Reply-To"]), words, time.time()))
        self._ambush.pass_by("smtp", words)


@dataclass
class Far:
    """All of them, and the courier that brings Twilio's callbacks."""

    twilio: StandInTwilio
    smtp: StandInSmtp
    crm: StandInCrm
    llm: StandInLlm
    orders: OrderBook
    calls: CallLog
    ambush: Ambush
    copies: list[Copy]

    @property
    def environment(self) -> Mapping[str, str]:
        """What the program must be told to find them."""
        return {
            "TWILIO_ACCOUNT_SID": self.twilio.account_sid,
            "TWILIO_AUTH_TOKEN": self.twilio.auth_token,
            "TWILIO_WHATSAPP_FROM": self.twilio.number,
            "TWILIO_API_BASE_URL": self.twilio.url,
            "EMAIL_ADDRESS": MAILBOX,
            "EMAIL_WEBHOOK_SECRET": MAIL_SECRET,
            "EMAIL_AUTHSERV_ID": AUTHSERV_ID,
            "SMTP_URL": self.smtp.url,
            "CRM_WEBHOOK_SECRET": CRM_SECRET,
            "CRM_API_TOKEN": TOKEN,
            "CRM_API_BASE_URL": self.crm.url,
            "CRM_ALLOW_INSECURE_HOSTS": "127.0.0.1",
            "LLM_PROVIDER": "openai-compatible",
            "MEMORY_LLM": "0",
            "ANSWERS_LIVE_SECONDS": "0",
            "LLM_BASE_URL": self.llm.url,
            "LLM_MODEL": "stand-in",
            URL_VARIABLE: self.orders.url,
        }

    def calm(self) -> None:
        """No fault is left."""
        for standin in (self.twilio, self.smtp, self.crm, self.llm):
            standin.faults.clear()
        self.llm.latency = _LATENCY
        self.ambush.lift()


@contextmanager
def standing_far(seed: int, courier: Courier) -> Iterator[Far]:
    """Until the block ends."""
    ambush, calls, copies = Ambush(), CallLog(), list[Copy]()
    callbacks = _Callbacks(seed, courier)

    def think(asked: Asked) -> Says:
        says = answer(asked)
        ambush.pass_by("llm", asked.text)
        return says

    with ExitStack() as stack:
        twilio = stack.enter_context(_Twilio(ambush, copies, callbacks.report))
        callbacks.token = twilio.auth_token
        smtp = stack.enter_context(_Smtp(ambush, copies))
        crm = stack.enter_context(_Crm(ambush, copies))
        llm = stack.enter_context(StandInLlm(latency=_LATENCY, answer=think))
        llm.history = calls
        orders = stack.enter_context(OrderBook())
        orders.on_taken = lambda what: ambush.pass_by("orders", what)
        yield Far(twilio, smtp, crm, llm, orders, calls, ambush, copies)


class _Callbacks:
    """Twilio's word about what it accepted: every status, some twice, in any order."""

    def __init__(self, seed: int, courier: Courier) -> None:
        self._random = Random(f"callbacks {seed}")
        self._courier = courier
        self.token = ""

    def report(self, message: SentMessage) -> None:
        if not message.status_callback:
            return
        for status in STATUSES:
            form = status_form(message, status)
            repeats = (self._random.uniform(0, 5),) if self._random.random() < 0.2 else ()
            parcel = Parcel(f"status {status} of {message.sid}", self._post(message.status_callback, form), repeats)
            self._courier.hand_over(parcel, self._random.uniform(0.0, 3.0))

    def _post(self, url: str, form: dict[str, str]) -> Callable[[], int]:
        return lambda: post_form(url, form, self.token, timeout=6)


def words_of_mail(mail: Any) -> str:
    """What the reply says, without the question it quotes."""
    body = mail.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return "\n".join(line for line in text.splitlines() if not line.startswith(">"))
