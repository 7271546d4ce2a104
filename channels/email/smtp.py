"""One part to an SMTP server, step by step, so that it is known after every failure whether the mail may have left."""

import re
import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from channels.base import Account
from channels.email.composing import Unsendable, compose, read_address
from channels.email.smtp_server import SmtpServer
from channels.email.threads import message_domain
from models.reply import Absent, Accepted, OutboundPart, ReconcileOutcome, Rejected, SendOutcome, Unknown

_CONNECT = 5.0  # seconds
_ALL = 18.0  # seconds; whoever sends may be interrupted soon after
_LEAST = 0.5  # seconds that a step gets at least
_COME_BACK = 60.0  # seconds; servers that greylist want a minute or more
_SES_HOST = re.compile(r"email-smtp(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com")
_SES_ANSWER = re.compile(r"ok\s+([0-9a-f-]{20,100})", re.IGNORECASE)


class _Refused(Exception):
    """The server said no before a byte of the mail had left."""

    def __init__(self, code: int, step: str, *, about_the_mail: bool) -> None:
        super().__init__(f"{step}: the server answered {code}")
        self.code = code
        self.permanent = about_the_mail and 500 <= code < 600


@dataclass(frozen=True, slots=True)
class Mailer:
    """Sends through one server, a connection for each mail. Safe for threads."""

    server: SmtpServer
    tls_context: ssl.SSLContext | None = None  # None: the system's authorities
    timeout: float = _ALL  # seconds for a whole dialogue

    def send(self, account: Account, part: OutboundPart, now: datetime) -> SendOutcome:
        """Never raises and never repeats. Unknown only where the server had the whole mail and did not say."""
        try:
            message = compose(account, part, now)
            content = message.as_bytes()
        except Unsendable as error:
            return Rejected("unsendable", str(error), permanent=True)
        dialogue = _Dialogue(self, message_domain(account.address))
        try:
            dialogue.open()
            dialogue.envelope(account.address, read_address(part.to).addr_spec)
        except _Refused as error:
            dialogue.close()
            return _rejection(error.code, str(error), permanent=error.permanent)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            dialogue.close()
            return Rejected("connection", f"the mail server cannot be used ({type(error).__name__})", permanent=False)
        outcome = _judge(dialogue, content, str(message["Message-ID"]), self.server.host)
        dialogue.close()
        return outcome

    def knock(self, account: Account) -> str:
        """Connect, encrypt and log in, and leave again: empty when all of that works, else why not. Never raises."""
        dialogue = _Dialogue(self, message_domain(account.address))
        try:
            dialogue.open()
        except _Refused as error:
            return str(error)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return f"the mail server cannot be used ({type(error).__name__})"
        finally:
            dialogue.close()
        return ""


def reconcile_part(part: OutboundPart, *, resend_unknown: bool) -> ReconcileOutcome:
    """SMTP cannot be asked. With `resend_unknown` a part counts as absent: a second copy bears the same Message-ID, and
    mailboxes that keep one copy of each show it once. Without, it stays unknown and an operator decides."""
    if part.attempted_at is None or resend_unknown:
        return Absent()
    return Unknown("SMTP has no way to ask whether a mail arrived")


def _judge(dialogue: "_Dialogue", content: bytes, message_id: str, host: str) -> SendOutcome:
    try:
        code, answer = dialogue.content(content)
    except (smtplib.SMTPException, OSError, ValueError) as error:  # the last dot may have left, or not
        return Unknown(type(error).__name__)
    if 200 <= code < 300:
        return Accepted(_provider_id(message_id, host, answer))
    if 400 <= code < 600:
        return _rejection(code, f"the mail was refused with {code}", permanent=code >= 500)
    return Unknown(f"the server answered {code}")


def _rejection(code: int, reason: str, *, permanent: bool) -> Rejected:
    wait = _COME_BACK if 400 <= code < 500 and code != 421 else None
    return Rejected(f"smtp_{code}", reason, permanent=permanent, retry_after=None if permanent else wait)


def _provider_id(message_id: str, host: str, answer: bytes) -> str:
    """Amazon SES puts a Message-ID of its own in place of ours, and replies will name that one."""
    region = _SES_HOST.fullmatch(host.lower())
    given = _SES_ANSWER.search(answer.decode("ascii", "replace"))
    if region is None or given is None:
        return message_id
    return f"<{given[1]}@{'email' if region[1] == 'us-east-1' else region[1]}.amazonses.com>"


class _Dialogue:
    """The steps of one mail, within one span of time."""

    def __init__(self, mailer: Mailer, name: str) -> None:
        self._server = mailer.server
        self._context = mailer.tls_context
        self._name = name  # how we introduce ourselves; never asked of a name server
        self._ends = time.monotonic() + mailer.timeout
        self._smtp: smtplib.SMTP | None = None

    def open(self) -> None:
        """Connected, encrypted as configured, logged in."""
        server, wait = self._server, min(_CONNECT, self._left())
        if server.tls == "tls":
            context = self._tls()
            self._smtp = smtplib.SMTP_SSL(local_hostname=self._name, timeout=wait, context=context)
        else:
            self._smtp = smtplib.SMTP(local_hostname=self._name, timeout=wait)
        # smtplib reads the name for the certificate's check from here.
        self._smtp._host = server.host  # type: ignore[attr-defined]
        self._expect(lambda smtp: smtp.connect(server.host, server.port), "greeting")
        self._expect(lambda smtp: smtp.ehlo(), "EHLO")
        if server.tls == "starttls":
            self._expect(lambda smtp: smtp.starttls(context=self._tls()), "STARTTLS")
            self._expect(lambda smtp: smtp.ehlo(), "EHLO")
        if server.user:
            self._log_in()

    def envelope(self, sender: str, recipient: str) -> None:
        """Up to the server's go-ahead for the content."""
        self._expect(lambda smtp: smtp.mail(sender), "MAIL FROM", about_the_mail=True)
        self._expect(lambda smtp: smtp.rcpt(recipient), "RCPT TO", about_the_mail=True)
        code, _ = self._step(lambda smtp: smtp.docmd("DATA"))
        if code != 354:
            raise _Refused(code, "DATA", about_the_mail=True)

    def content(self, content: bytes) -> tuple[int, bytes]:
        """The mail and the last dot; from here on a silent server may have it."""
        stuffed = re.sub(rb"(?m)^\.", b"..", content)
        closed = stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"

        def write(smtp: smtplib.SMTP) -> tuple[int, bytes]:
            smtp.send(closed + b".\r\n")
            return smtp.getreply()

        return self._step(write)

    def close(self) -> None:
        """Says goodbye without waiting long for an answer; the mail's fate is known by now."""
        if self._smtp is None:
            return
        try:
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(_LEAST)
                self._smtp.docmd("QUIT")
        except (smtplib.SMTPException, OSError, ValueError):
            pass
        finally:
            self._smtp.close()

    def _log_in(self) -> None:
        try:
            self._step(lambda smtp: smtp.login(self._server.user, self._server.password))
        except smtplib.SMTPAuthenticationError as error:
            raise _Refused(error.smtp_code, "AUTH", about_the_mail=False) from None

    def _expect(
        self, step: Callable[[smtplib.SMTP], tuple[int, bytes]], name: str, *, about_the_mail: bool = False
    ) -> None:
        code, _ = self._step(step)
        if not 200 <= code < 300:
            raise _Refused(code, name, about_the_mail=about_the_mail)

    def _step(self, step: Callable[[smtplib.SMTP], tuple[int, bytes]]) -> tuple[int, bytes]:
        assert self._smtp is not None
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(self._left())
        return step(self._smtp)

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the dialogue takes too long")
        return max(left, _LEAST)

    def _tls(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()
