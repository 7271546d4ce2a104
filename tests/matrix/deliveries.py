"""What platforms and people post to the web door, signed as they sign, as often as it takes."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from werkzeug.test import EnvironBuilder

from channels.email.providers.raw import sign as sign_mail
from tests.matrix.far_llm import tags_of
from tests.matrix.processes import Answer
from tests.matrix.stage import MAIL_SECRET, MAIL_SERVER, MAILBOX, Stage
from tests.standins.crm_webhooks import message_payload, standard_headers
from tests.standins.twilio_history import HostedFile, SentMessage
from tests.standins.twilio_webhooks import sign, status_form

_FORM = "application/x-www-form-urlencoded"
_CALLER = {"REMOTE_ADDR": "127.0.0.1"}


@dataclass
class Delivery:
    """One request that its sender repeats until it is acknowledged. `thread` is what its conversation hangs on; words
    are empty for what nobody answers."""

    channel: str
    thread: str
    words: str
    environ: Callable[[], dict[str, Any]]  # each attempt is signed anew
    answers: list[Answer] = field(default_factory=list)
    attempts: int = 0
    receipt: tuple[str, str] | None = None  # a platform's id of a message, and its word about it
    sent_at: int = 0  # places in the run's order of events
    acked_at: int = 0

    @property
    def tags(self) -> tuple[str, ...]:
        return tags_of(self.words)

    @property
    def is_acked(self) -> bool:
        return any(200 <= answer.status < 300 for answer in self.answers)


def _post(base: str, path: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    builder = EnvironBuilder(path, base, method="POST", data=body, headers=headers, environ_base=_CALLER)
    try:
        return builder.get_environ()
    finally:
        builder.close()


class Senders:
    """Everybody who posts to us, on one stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._base = stage.settings.reachable_url

    def whatsapp(self, words: str, number: int = 1, *files: HostedFile) -> Delivery:
        """A person writes on WhatsApp; Twilio has it from here on, whatever becomes of its webhook."""
        person = f"whatsapp:+55119000000{number:02d}"
        form = self._stage.twilio.receive(words, person, files=files)
        return Delivery("whatsapp", person, words, lambda: self._form("/webhooks/whatsapp/default", form))

    def status(self, message: SentMessage, status: str) -> Delivery:
        """Twilio's word about a message that it accepted."""
        path = urlsplit(message.status_callback).path
        told = (message.sid, status)
        return Delivery("status", message.to, "", lambda: self._form(path, status_form(message, status)), receipt=told)

    def _form(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        signature = sign(self._base + path, form, self._stage.twilio.auth_token)
        headers = {"Content-Type": _FORM, "X-Twilio-Signature": signature}
        return _post(self._base, path, urlencode(form).encode(), headers)

    def email(self, words: str, number: int = 1, *, after: str = "") -> Delivery:
        """`after` is the tag of the mail that this one follows on its thread."""
        person, key = f"ana{number}@cliente.example", "-".join(tags_of(words))
        before = f"References: <{after}-{number}@mail.cliente.example>\r\n" if after else ""
        mail = (
            f"Authentication-Results: {MAIL_SERVER}; dmarc=pass header.from=cliente.example\r\n"
            f"From: Ana <{person}>\r\nTo: {MAILBOX}\r\nSubject: Pedido\r\n"
            f"Date: Mon, 02 Mar 2026 10:12:00 -0300\r\nMessage-ID: <{key}-{number}@mail.cliente.example>\r\n"
            f"{before}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n{words}\r\n"
        ).encode()

        def environ() -> dict[str, Any]:
            stamp = str(int(datetime.now(UTC).timestamp()))
            headers = {
                "Content-Type": "message/rfc822",
                "Webhook-Id": f"msg_{key}",
                "Webhook-Timestamp": stamp,
                "Webhook-Signature": sign_mail(MAIL_SECRET, f"msg_{key}", stamp, mail),
            }
            return _post(self._base, "/webhooks/email/default", mail, headers)

        return Delivery("email", person, words, environ)

    def crm(self, words: str, number: int = 1) -> Delivery:
        thread = f"deal/{40 + number}"
        body = json.dumps(message_payload(words, thread=thread)).encode()
        key = f"msg_{'-'.join(tags_of(words))}"

        def environ() -> dict[str, Any]:
            return _post(self._base, "/webhooks/crm/default", body, standard_headers(body, message_id=key))

        return Delivery("crm", thread, words, environ)

    def chat(self, words: str, user: str = "ana", *, waits: bool = False) -> Delivery:
        body = json.dumps({"user_id": user, "message": words}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"{user}-{'-'.join(tags_of(words))}"}
        if not waits:
            headers["Prefer"] = "respond-async"
        return Delivery("chat", user, words, lambda: _post(self._base, "/chat", body, headers))

    def poll(self, location: str) -> dict[str, Any]:
        """A look at an answer of /chat."""
        return EnvironBuilder(location, self._base, environ_base=_CALLER).get_environ()
