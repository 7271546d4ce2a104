"""Where our mail goes out: SMTP_URL read into a value."""

import ipaddress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from models.errors import ConfigurationError

TlsMode = Literal["tls", "starttls", "none"]
_PORTS: dict[TlsMode, int] = {"tls": 465, "starttls": 587, "none": 25}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """One outgoing server. `tls` never gives way: without it a server that does not offer it is not used."""

    host: str
    port: int
    tls: TlsMode
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def read_smtp_url(url: str) -> SmtpServer:
    """`smtp://user:password@host:587` starts TLS, `smtps://` speaks it from the first byte; `?tls=none` is for a relay
    on a trusted network, and what loopback gets without asking. Raises ConfigurationError, never showing the URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        options = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise _wrong() from None
    if parts.scheme not in ("smtp", "smtps") or not host or set(options) - {"tls"}:
        raise _wrong()
    tls = _tls_mode(parts.scheme, host, options.get("tls", [""])[0])
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and tls == "none" and not _is_loopback(host):
        raise ConfigurationError("SMTP_URL: a password is not sent without TLS; take tls=none or the password out")
    return SmtpServer(host, port or _PORTS[tls], tls, user, password)


def _tls_mode(scheme: str, host: str, wanted: str) -> TlsMode:
    if scheme == "smtps" and wanted in ("", "tls"):
        return "tls"
    if scheme == "smtp" and wanted == "starttls":
        return "starttls"
    if scheme == "smtp" and wanted == "none":
        return "none"
    if scheme == "smtp" and not wanted:
        return "none" if _is_loopback(host) else "starttls"
    raise _wrong()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _wrong() -> ConfigurationError:
    return ConfigurationError("SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465")
