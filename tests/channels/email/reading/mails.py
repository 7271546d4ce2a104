"""Mails for tests, built from their fields."""

from datetime import UTC, datetime

from channels.email.reading.mail import OwnAddresses, ReadMail, Verdict
from channels.email.reading.reader import read_mail

NOW = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
OWN = OwnAddresses(frozenset({"bot@exemplo.com.br"}), "mail.exemplo.com.br", frozenset({"mx.exemplo.com.br"}))
PERSON = {
    "From": "Ana Lima <ana@cliente.com.br>",
    "To": "bot@exemplo.com.br",
    "Subject": "Pedido",
    "Message-ID": "<1@cliente.com.br>",
    "Date": "Mon, 02 Mar 2026 09:30:00 -0300",
}


def mail(body: str | bytes = "Oi", /, **fields: str) -> bytes:
    """A person's mail, with fields replaced or added; underscores in names stand for dashes, "" removes one."""
    given = {name.replace("_", "-").title(): value for name, value in fields.items()}
    merged = {**{name.title(): value for name, value in PERSON.items()}, **given}
    head = "".join(f"{name}: {value}\r\n" for name, value in merged.items() if value)
    return head.encode() + b"\r\n" + (body.encode() if isinstance(body, str) else body)


def multipart(*parts: str, boundary: str = "=_b") -> str:
    """A body; goes with a Content-Type of the same boundary."""
    return "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"


def read(raw: bytes, *, verdict: Verdict | None = None, envelope_sender: str | None = None) -> ReadMail:
    return read_mail(raw, OWN, NOW, verdict=verdict, envelope_sender=envelope_sender)
