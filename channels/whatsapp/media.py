"""Files that people sent, fetched from where Twilio keeps them: few hosts, bounded bytes, bounded time.

Twilio's API redirects to a content network, which must not see our credentials. A file may lag behind its message.
"""

import re
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx2

from channels.base import Account, FetchedMedia
from channels.whatsapp.transport import DEFAULT_BASE_URL, is_api_host, is_loopback, rebase
from channels.whatsapp.verify import split_secrets
from models.errors import DeliveryError
from models.files.sniffing import sniff_type
from models.inbound import InboundMedia

MAX_BYTES = 16 * 1024 * 1024  # WhatsApp's own limit
_MAX_REDIRECTS = 2
_CHUNK = 64 * 1024
# Where Twilio keeps files, and what the path begins with there. Suffixes begin with a dot.
_STORES = {".twiliocdn.com": "/", "s3-external-1.amazonaws.com": "/media.twiliocdn.com/"}
_COMES_LATER = frozenset({404, 408, 409, 425, 429})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a file, in seconds: for the connection, for each piece, for all of it."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 60.0


def fetch_media(account: Account, media: InboundMedia, patience: Patience) -> FetchedMedia:
    """The file's bytes and what they are. Raises DeliveryError, permanent when asking again cannot help."""
    base_url = account.credentials.get("api_base_url", "") or DEFAULT_BASE_URL
    client = httpx2.Client(
        verify=_tls(),
        timeout=httpx2.Timeout(patience.read, connect=patience.connect),
        follow_redirects=False,
        trust_env=not is_loopback(urlsplit(base_url).hostname or ""),
        headers={"Accept-Encoding": "identity"},  # what is not packed cannot burst
    )
    deadline = time.monotonic() + patience.total
    try:
        with client:
            content = _follow(client, account, base_url, media.url, deadline)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise DeliveryError(f"the file could not be fetched ({type(error).__name__})", permanent=False) from error
    if not content:
        raise DeliveryError("the file is still empty", permanent=False)
    return FetchedMedia(content, sniff_type(content, media.content_type))


@cache
def _tls() -> ssl.SSLContext:
    """The authorities to believe: reading them takes longer than all else that is ours to do for a file."""
    return httpx2.create_ssl_context()


def _follow(client: httpx2.Client, account: Account, base_url: str, url: str, deadline: float) -> bytes:
    """From the API to where the file lies, each hop checked anew and credentials for the API alone."""
    url = _on_base(url, base_url)
    for _ in range(_MAX_REDIRECTS + 1):
        auth = _credentials(account) if _check_place(account, base_url, url) else None
        with client.stream("GET", url, auth=auth) as answer:
            if answer.status_code not in _REDIRECTS:
                _check_answer(answer)
                return b"".join(_pieces(answer, deadline))
            url = _joined(url, answer.headers.get("location", ""))
    raise DeliveryError(f"the file is behind more than {_MAX_REDIRECTS} redirects", permanent=True)


def _on_base(url: str, base_url: str) -> str:
    parts = _split(url)
    return rebase(url, base_url) if parts.scheme == "https" and is_api_host(parts.hostname or "") else url


def _check_place(account: Account, base_url: str, url: str) -> bool:
    """Whether it is the API, which gets our credentials. Raises DeliveryError for a place where no file of Twilio's
    can be: a URL that somebody forged must lead neither into our network nor to other resources of the account."""
    parts, base = _split(url), urlsplit(base_url)
    if _origin(parts) == _origin(base):
        sid = re.escape(account.credentials.get("account_sid", ""))
        file = rf"/2010-04-01/Accounts/{sid}/Messages/(SM|MM)[0-9a-f]{{32}}/Media/ME[0-9a-f]{{32}}"
        if not re.fullmatch(re.escape(base.path.rstrip("/")) + file, parts.path):
            raise DeliveryError("the URL names no file of this account", permanent=True)
        return True
    host = parts.hostname or ""
    is_ours = is_loopback(base.hostname or "") and is_loopback(host) and parts.scheme in ("http", "https")
    if not is_ours and not (_origin(parts) == ("https", host, 443) and _is_store(host, parts.path)):
        raise DeliveryError("the URL leads to a host that is none of Twilio's", permanent=True)
    return False


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises ValueError
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise DeliveryError("the file has no URL that can be read", permanent=True)
    return parts


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)


def _is_store(host: str, path: str) -> bool:
    return any(
        (host.endswith(name) if name.startswith(".") else host == name) and path.startswith(prefix)
        for name, prefix in _STORES.items()
    )


def _credentials(account: Account) -> tuple[str, str]:
    token = next(iter(split_secrets(account.credentials.get("auth_token", ""))), "")
    return account.credentials.get("account_sid", ""), token


def _check_answer(answer: httpx2.Response) -> None:
    status = answer.status_code
    if status != httpx2.codes.OK:
        is_for_good = 400 <= status < 500 and status not in _COMES_LATER
        raise DeliveryError(f"the file's host answered HTTP {status}", permanent=is_for_good)
    if answer.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise DeliveryError("the file's host packed it although it was asked not to", permanent=True)


def _pieces(answer: httpx2.Response, deadline: float) -> Iterator[bytes]:
    got = 0
    for piece in answer.iter_raw(_CHUNK):
        got += len(piece)
        if got > MAX_BYTES:
            raise DeliveryError(f"the file is larger than {MAX_BYTES // 1024 // 1024} MB", permanent=True)
        if time.monotonic() > deadline:
            raise DeliveryError("the file comes too slowly", permanent=False)
        yield piece
