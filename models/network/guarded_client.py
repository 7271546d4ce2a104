"""HTTP to another company, guarded: only to public addresses, over TLS, never redirected, bounded in bytes and seconds.

The one way out for addresses that come from configuration: those of CRMs and of configured tools.
"""

import socket
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx2

from models.network.public_addresses import (
    Admits,
    Forbidden,
    Resolver,
    Unresolved,
    get_public_addresses,
    is_loopback,
    is_private,
    resolve_host,
)

_NOTHING_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
# No connection is kept: one to an address checked for one host would serve another host of the same address.
_LIMITS = httpx2.Limits(max_connections=20, max_keepalive_connections=0)
_ADDRESSES_TRIED = 2


class NotSent(Exception):
    """No byte of the request has left; another try may help."""


class Blocked(Exception):
    """The request must not leave, now or ever."""


class AnswerTooLong(ValueError):
    """More bytes came than the client takes; the request was sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class GuardedClient:
    """A way out. Safe for threads. Times are in seconds, `total` is for the whole exchange.

    `insecure_hosts` (host or host:port) may be spoken to without TLS and may be this machine: stand-ins in tests.
    `private_hosts` may besides be in the company's own network: what the operator, and nobody else, has listed.
    Other hosts are spoken to on `ports` alone; None is any.
    """

    def __init__(
        self,
        insecure_hosts: Collection[str] = (),
        *,
        private_hosts: Collection[str] = (),
        ports: Collection[int] | None = None,
        connect: float = 5.0,
        total: float = 20.0,
        max_bytes: int = 2_000_000,
        resolve: Resolver = resolve_host,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._insecure, self._private = frozenset(insecure_hosts), frozenset(private_hosts)
        self._ports = ports
        self._connect, self._total, self._max_bytes = connect, total, max_bytes
        self._resolve = resolve
        self._client = httpx2.Client(
            limits=_LIMITS,
            follow_redirects=False,
            trust_env=False,  # a proxy would resolve the name again, where nobody checks
            transport=transport,
        )

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, total: float | None = None
    ) -> Answer:
        """One exchange. Raises NotSent, Blocked or, when nobody knows what became of it, anything else."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        admits = self._admitted(host, port)
        if not host or parts.username or (parts.scheme != "https" and not (parts.scheme == "http" and admits)):
            raise Blocked(f"{parts.scheme}://{host} is not spoken to: https is expected")
        if not admits and self._ports is not None and port not in self._ports:
            raise Blocked(f"port {port} of {host} is not spoken to")
        try:
            addresses = get_public_addresses(host, port, resolve=self._resolve, seconds=self._connect, admits=admits)
        except Forbidden as error:
            raise Blocked(str(error)) from None
        except Unresolved as error:
            raise NotSent(str(error)) from None
        sent = {**headers, "Host": parts.netloc, "Accept-Encoding": "identity"}
        return self._first_reached(addresses, method, url, sent, body, total or self._total)

    def close(self) -> None:
        self._client.close()

    def _admitted(self, host: str, port: int) -> Admits | None:
        """Which addresses that are not public the host may have."""
        names = {host, f"{host}:{port}"}
        if names & self._private:
            return is_private
        return is_loopback if names & self._insecure else None

    def _first_reached(
        self,
        addresses: list[str],
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        total: float,
    ) -> Answer:
        """To the address that was checked, with the name kept for TLS and Host; the next one where nobody listens."""
        reason = ""
        for address in addresses[:_ADDRESSES_TRIED]:
            try:
                return self._exchange(address, method, url, headers, body, total)
            except _NOTHING_LEFT as error:
                reason = type(error).__name__
        raise NotSent(f"{urlsplit(url).hostname} cannot be reached ({reason})")

    def _exchange(
        self, address: str, method: str, url: str, headers: Mapping[str, str], body: bytes | None, total: float
    ) -> Answer:
        parts = urlsplit(url)
        place = f"[{address}]" if ":" in address else address
        pinned = urlunsplit((parts.scheme, f"{place}:{parts.port}" if parts.port else place, *parts[2:4], ""))
        with _Deadline(total) as deadline:
            extensions = {"sni_hostname": parts.hostname, "trace": deadline.trace}
            timeout = httpx2.Timeout(total, connect=min(self._connect, total), pool=self._connect)
            with self._client.stream(
                method, pinned, headers=dict(headers), content=body, extensions=extensions, timeout=timeout
            ) as answer:
                content = bytearray()
                for chunk in answer.iter_raw():
                    content += chunk
                    if len(content) > self._max_bytes:
                        raise AnswerTooLong("the answer is too long")
                lowered = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(answer.status_code, lowered, bytes(content))


class _Deadline:
    """Ends the connection after so many seconds: a read time-out starts again with every byte that trickles in."""

    def __init__(self, seconds: float) -> None:
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True
        self._socket: socket.socket | None = None

    def __enter__(self) -> "_Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        if self._socket is not None:
            self._socket.close()

    def trace(self, event: str, details: Mapping[str, Any]) -> None:
        """A second handle on the connection, which outlives its being wrapped for TLS."""
        if event == "connection.connect_tcp.complete":
            connection = details["return_value"].get_extra_info("socket")
            self._socket = connection.dup()

    def _end(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
