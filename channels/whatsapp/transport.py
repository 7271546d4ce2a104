"""HTTP for Twilio's client: time-outs always, another base URL where wanted, and failures told apart by what left.

Twilio's own HTTP client waits for ever by default and turns every failure into one exception.
"""

import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx2

DEFAULT_BASE_URL = "https://api.twilio.com"
_API_HOST = re.compile(r"api(\.[a-z0-9-]+){0,2}\.twilio\.com")
# Connections idle for longer are not reused: the far side may have closed them, which would look like an unknown send.
_LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0)
_NOTHING_LEFT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.InvalidURL,
)


class NotSent(Exception):
    """No byte of the request has left."""


class Refused(Exception):
    """Twilio answered, with something else than success."""

    def __init__(self, status: int, headers: Mapping[str, str], body: str) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = headers
        self.body = body


class TwilioTransport:
    """What `twilio.rest.Client` takes as its `http_client`. Safe for threads. Times are in seconds."""

    def __init__(self, base_url: str, *, connect: float, read: float) -> None:
        self._base_url = base_url
        self._client = httpx2.Client(
            timeout=httpx2.Timeout(read, connect=connect, pool=connect),
            limits=_LIMITS,
            follow_redirects=False,
            trust_env=not is_loopback(urlsplit(base_url).hostname or ""),  # a proxy cannot reach our own machine
        )

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Any:
        """One attempt. Raises NotSent, Refused or, when nobody knows what became of it, anything else."""
        del timeout, allow_redirects  # never Twilio's defaults
        from twilio.http.response import Response  # here, so that the web process does not load Twilio's client

        try:
            answer = self._client.request(
                method, rebase(url, self._base_url), params=params, data=data, headers=headers, auth=auth
            )
        except _NOTHING_LEFT as error:
            raise NotSent(f"{type(error).__name__}: {error}") from error
        if not answer.is_success:
            raise Refused(answer.status_code, answer.headers, answer.text)
        if not isinstance(json.loads(answer.text), dict):
            raise ValueError("Twilio's answer is no JSON object")
        return Response(answer.status_code, answer.text, answer.headers)

    def post_quickly(self, url: str, form: Mapping[str, str], auth: tuple[str, str], *, seconds: float) -> None:
        """One POST that nobody waits for long: `seconds` bounds each step of it. Raises whatever goes wrong."""
        answer = self._client.post(rebase(url, self._base_url), data=form, auth=auth, timeout=seconds)
        if not answer.is_success:
            raise Refused(answer.status_code, answer.headers, answer.text)

    def close(self) -> None:
        self._client.close()


def rebase(url: str, base_url: str) -> str:
    """One of Twilio's URLs as the base has it: on another region's host, or all hosts on that of a stand-in."""
    parts, base = urlsplit(url), urlsplit(base_url)
    netloc = base.netloc
    if is_api_host(base.hostname or ""):
        netloc = f"{(parts.hostname or '').partition('.')[0]}.{base.netloc.partition('.')[2]}"
    return urlunsplit((base.scheme, netloc, base.path.rstrip("/") + parts.path, parts.query, ""))


def is_api_host(host: str) -> bool:
    """Whether it is Twilio's API, the usual one or that of a region."""
    return bool(_API_HOST.fullmatch(host))


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
