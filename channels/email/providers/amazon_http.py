"""The two requests that SNS makes necessary: a certificate for the web process, a confirmation for the worker."""

import httpx2

from models.errors import DeliveryError

_MAX_BYTES = 64 * 1024


def fetch_certificate(url: str) -> bytes:
    """The PEM behind an address that was checked before. Raises httpx2's errors; empty for any answer but 200."""
    return _get(url, timeout=2.0)[1]


def confirm_subscription(url: str) -> None:
    """Visits the address that SNS sent, whose host was checked before. Safe to repeat. Raises DeliveryError."""
    try:
        status, _ = _get(url, timeout=10.0)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise DeliveryError(f"SNS cannot be reached ({type(error).__name__})", permanent=False) from None
    if status != 200:
        raise DeliveryError(f"SNS answered HTTP {status}", permanent=400 <= status < 500 and status != 429)


def _get(url: str, timeout: float) -> tuple[int, bytes]:
    """No redirects, and no more than a small answer."""
    body = b""
    with (
        httpx2.Client(timeout=timeout, follow_redirects=False) as client,
        client.stream("GET", url) as answer,
    ):
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > _MAX_BYTES:
                return answer.status_code, b""
    return answer.status_code, body if answer.status_code == 200 else b""
