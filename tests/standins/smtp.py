"""A stand-in for a company's mail server: real SMTP on loopback that keeps what it took and can be made to fail.

`python -m tests.standins.smtp --port 2525` runs it by hand and prints every mail.
"""

import argparse
import asyncio
import ipaddress
import socket
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.standins.witness import Witness, nobody

# Where the server fails: with an answer, or by hanging up - before it keeps the mail or after.
Step = Literal["ehlo", "mail", "rcpt", "data"]


@dataclass(frozen=True)
class Fault:
    """`answer` such as `451 try later`; empty hangs up. `keeps` takes the mail all the same. `delay` is in seconds."""

    step: Step
    answer: str = ""
    keeps: bool = False
    delay: float = 0.0


@dataclass(frozen=True)
class TakenMail:
    """One mail as it came: envelope, bytes, and what they hold."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes = field(repr=False)
    user: str = ""
    encrypted: bool = False

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


class StandInSmtp:
    """A context manager. `faults` are used up one per mail, in order; `mails` are what was taken."""

    def __init__(
        self,
        *,
        port: int = 0,
        login: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
    ) -> None:
        """`tls` is offered by STARTTLS, or spoken from the first byte when `implicit`."""
        self.login, self.tls, self.implicit = login, tls, implicit
        self.mails: list[TakenMail] = []
        self.faults: deque[Fault] = deque()
        self.witness: Witness = nobody
        self.tried: list[str] = []  # users who failed to log in
        self.stopping = threading.Event()
        self._controller = _Controller(self, port)

    def __enter__(self) -> "StandInSmtp":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def copies(self) -> dict[str, int]:
        """How often each Message-ID was taken."""
        ids = [str(mail.message["Message-ID"]) for mail in self.mails]
        return {one: ids.count(one) for one in ids}

    # What aiosmtpd calls.

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        answer = self._fail("ehlo", server)
        return [answer] if answer else responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._fail("mail", server)
        envelope.mail_from = address
        return answer or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._fail("rcpt", server)
        envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        loop = asyncio.get_running_loop()  # who watches may send mail meanwhile, and this thread serves them all
        if await loop.run_in_executor(None, self.witness, "half"):
            return self._hang_up(server)
        fault = self._next("data")
        if fault is None or fault.keeps:
            self._keep(session, envelope)
        if await loop.run_in_executor(None, self.witness, "accepted"):
            return self._hang_up(server)
        return self._play(fault, server) or "250 OK: taken"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = data.login.decode(), data.password.decode()
        if given != self.login:
            self.tried.append(given[0])
            return AuthResult(success=False, handled=False)
        session.user = given[0]
        return AuthResult(success=True)

    def _keep(self, session: Session, envelope: Envelope) -> None:
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        user = getattr(session, "user", "")
        recipients = tuple(envelope.rcpt_tos)
        self.mails.append(TakenMail(envelope.mail_from or "", recipients, content, user, session.ssl is not None))

    def _fail(self, step: Step, server: SMTP) -> str:
        return self._play(self._next(step), server)

    def _next(self, step: Step) -> Fault | None:
        return self.faults.popleft() if self.faults and self.faults[0].step == step else None

    def _play(self, fault: Fault | None, server: SMTP) -> str:
        if fault is None:
            return ""
        if fault.delay:
            self.stopping.wait(fault.delay)  # the server has one client
        return fault.answer or self._hang_up(server)

    def _hang_up(self, server: SMTP) -> str:
        if server.transport is not None:
            server.transport.abort()
        return "421 gone"


class _Controller(Controller):
    """Any free port, known only after the start; aiosmtpd asks for one in advance."""

    def __init__(self, owner: StandInSmtp, port: int) -> None:
        login: dict[str, Any] = (
            {"authenticator": owner.authenticate, "auth_required": True, "auth_require_tls": owner.tls is not None}
            if owner.login
            else {}
        )
        super().__init__(
            owner,
            hostname="127.0.0.1",
            port=port,
            tls_context=None if owner.implicit else owner.tls,
            ssl_context=owner.tls if owner.implicit else None,
            require_starttls=owner.tls is not None and not owner.implicit,
            ident="stand-in",
            **login,
        )

    def _trigger_server(self) -> None:
        """The first connection, which only wakes the server up, must go to the port it really got."""
        self.port = int(self.server.sockets[0].getsockname()[1])
        with socket.create_connection((self.hostname, self.port), 1.0) as woken:
            if self.ssl_context is None:
                woken.recv(1024)


def self_signed(folder: Path, host: str = "127.0.0.1") -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context and a client's that trusts it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "smtp.pem"
    path.write_bytes(private + pem)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=pem.decode())


def main() -> None:
    parser = argparse.ArgumentParser(description="Takes every mail and prints it.")
    parser.add_argument("--port", type=int, default=2525)
    with StandInSmtp(port=parser.parse_args().port) as server:
        print(f"EMAIL_ADDRESS=bot@example.com\nSMTP_URL={server.url}", flush=True)
        shown = 0
        while not threading.Event().wait(0.5):
            for mail in server.mails[shown:]:
                print(f"--- from {mail.sender} to {', '.join(mail.recipients)}\n{mail.message}", flush=True)
            shown = len(server.mails)


if __name__ == "__main__":
    main()
