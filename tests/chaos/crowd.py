"""The people of a run: their messages become the requests that each platform would make, handed to the courier."""

import json
import threading
import time
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener
from uuid import UUID

from channels.email.providers.raw import sign
from tests.chaos.courier import Courier, Parcel
from tests.chaos.far import AUTHSERV_ID, MAIL_SECRET, MAILBOX
from tests.chaos.script import Line
from tests.chaos.words import mark_of, text_of
from tests.standins.crm_webhooks import message_payload, standard_headers
from tests.standins.twilio import StandInTwilio
from tests.standins.twilio_webhooks import post_form

_TIMEOUT = 6.0  # seconds
_PICTURE = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=")
_direct = build_opener(ProxyHandler({}))


@dataclass
class Said:
    """A message as its platform knows it; `conversation` is what the platform's history shows it under."""

    line: Line
    parcel: Parcel
    external_id: str
    turn_url: str = ""  # /chat: where the answer is
    answers: list[str] = field(default_factory=list)  # /chat: each that was given


class Crowd:
    """Says the lines of a script in their time. `said` is everything, by mark."""

    def __init__(self, base: str, twilio: StandInTwilio, courier: Courier, lines: list[Line]) -> None:
        self._base = base
        self._twilio = twilio
        self._courier = courier
        self._lines = lines
        self._threads: dict[int, str] = {}  # mail: the first Message-ID of each person
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._speak, name="crowd", daemon=True)
        self.said: dict[str, Said] = {}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()

    def _speak(self) -> None:
        began = time.monotonic()
        for line in self._lines:
            if self._ending.wait(max(0.0, began + line.at - time.monotonic())):
                return
            said = self._write(line)
            self.said[mark_of(line.number)] = said
            self._courier.hand_over(said.parcel)

    def _write(self, line: Line) -> Said:
        match line.channel:
            case "whatsapp":
                return self._whatsapp(line)
            case "chat":
                return self._chat(line)
            case "crm":
                return self._crm(line)
            case _:
                return self._mail(line)

    def _whatsapp(self, line: Line) -> Said:
        files = [self._twilio.host_file(_PICTURE, "image/png")] if line.errand == "photo" else []
        sender = f"whatsapp:+55119876{line.person:05d}"
        form = self._twilio.receive(text_of(line.number, line.errand), sender, files=files)
        url, token = f"{self._base}/webhooks/whatsapp/default", self._twilio.auth_token
        parcel = Parcel(mark_of(line.number), lambda: post_form(url, form, token, timeout=_TIMEOUT), line.repeats)
        return Said(line, parcel, form["MessageSid"])

    def _crm(self, line: Line) -> Said:
        text, webhook = text_of(line.number, line.errand), f"msg_{line.number}"
        payload = message_payload(text, sender=f"ana{line.person}@padaria.example", thread=f"deal/{line.person}")
        body = json.dumps(payload).encode()

        def post() -> int:
            return _post(f"{self._base}/webhooks/crm/default", body, standard_headers(body, message_id=webhook))[0]

        return Said(line, Parcel(mark_of(line.number), post, line.repeats), webhook)

    def _mail(self, line: Line) -> Said:
        message_id = f"<{mark_of(line.number)}@mail.aurora.example>"
        first = self._threads.setdefault(line.person, message_id)
        body = _compose(line, message_id, first).as_bytes()

        def post() -> int:
            webhook, stamp = f"msg_{mark_of(line.number)}", str(int(time.time()))
            signed = {
                "content-type": "message/rfc822",
                "webhook-id": webhook,
                "webhook-timestamp": stamp,
                "webhook-signature": sign(MAIL_SECRET, webhook, stamp, body),
            }
            return _post(f"{self._base}/webhooks/email/default", body, signed)[0]

        return Said(line, Parcel(mark_of(line.number), post, line.repeats), message_id)

    def _chat(self, line: Line) -> Said:
        key = f"key-{line.number}"
        body = json.dumps({"user_id": f"user-{line.person}", "message": text_of(line.number, line.errand)}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        said = Said(line, Parcel(mark_of(line.number), lambda: 0, line.repeats), key)

        def post() -> int:
            status, answer = _post(f"{self._base}/chat", body, headers)
            if 200 <= status < 300:
                _keep(said, f"{self._base}/chat", json.loads(answer))
            return status

        said.parcel.post = post
        return said


def fetch(said: Said) -> bool:
    """Ask for the answer of a /chat message; whether it has one now."""
    try:
        with _direct.open(said.turn_url, timeout=_TIMEOUT) as answer:
            _keep(said, "", json.loads(answer.read()))
    except (OSError, HTTPException, ValueError):
        return False
    return bool(said.answers)


def _keep(said: Said, base: str, body: dict[str, str]) -> None:
    said.turn_url = said.turn_url or f"{base}/{UUID(body['turn_id'])}"
    if "response" in body:
        said.answers.append(body["response"])


def _compose(line: Line, message_id: str, first: str) -> EmailMessage:
    sender = f"ana{line.person}@aurora.example"
    mail = EmailMessage()
    mail["Authentication-Results"] = (
        f"{AUTHSERV_ID}; dmarc=pass (p=reject) header.from=aurora.example; spf=pass smtp.mailfrom={sender}"
    )
    mail["From"] = f"Ana Souza <{sender}>"
    mail["To"] = MAILBOX
    mail["Subject"] = "Pedido"
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = message_id
    if first != message_id:
        mail["In-Reply-To"] = mail["References"] = first
    mail.set_content(text_of(line.number, line.errand))
    return mail


def _post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    try:
        with _direct.open(Request(url, body, headers), timeout=_TIMEOUT) as answer:
            return int(answer.status), answer.read()
    except HTTPError as error:
        with error:
            return error.code, b""
