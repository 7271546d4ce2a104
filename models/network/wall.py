"""A wall around the network that we run in, for clients of other people's making: httpx transports that reach public
addresses alone, whatever a name leads to at that moment."""

from collections.abc import Collection

import httpx2

from models.network.public_addresses import (
    Forbidden,
    Resolver,
    Unresolved,
    get_public_addresses,
    is_private,
    resolve_host,
)

_ADDRESSES_TRIED = 2
_SECONDS = 5.0  # for the resolver


class Wall:
    """`private_hosts` (host or host:port) may be inside: what the operator, and nobody else, has listed."""

    def __init__(self, private_hosts: Collection[str] = (), resolve: Resolver = resolve_host) -> None:
        self._private, self._resolve = frozenset(private_hosts), resolve

    def pin(self, request: httpx2.Request) -> list[httpx2.Request]:
        """The same request to each address that may be tried, with the name kept for TLS and Host. Raises
        ConnectError: nothing has left."""
        url = request.url
        name = url.raw_host.decode("ascii")
        host = name.rstrip(".").lower()
        port = url.port or (443 if url.scheme == "https" else 80)
        admits = is_private if {host, f"{host}:{port}"} & self._private else None
        try:
            found = get_public_addresses(name, port, resolve=self._resolve, seconds=_SECONDS, admits=admits)
        except (Forbidden, Unresolved) as error:
            raise httpx2.ConnectError(str(error), request=request) from None
        extensions = {**request.extensions, "sni_hostname": name}
        return [
            httpx2.Request(
                request.method,
                url.copy_with(host=address),
                headers=request.headers,
                stream=request.stream,
                extensions=extensions,
            )
            for address in found[:_ADDRESSES_TRIED]
        ]

    def transport(self, limits: httpx2.Limits) -> httpx2.BaseTransport:
        """Its client must not trust the environment: a proxy would resolve the name again, where nobody looks."""
        return _Walled(self, httpx2.HTTPTransport(limits=limits))

    def async_transport(self) -> httpx2.AsyncBaseTransport:
        """The same for an event loop, which goes on while a name is looked up."""
        return _AsyncWalled(self, httpx2.AsyncHTTPTransport())


class _Walled(httpx2.BaseTransport):
    def __init__(self, wall: Wall, inner: httpx2.BaseTransport) -> None:
        self._wall, self._inner = wall, inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        *first, last = self._wall.pin(request)
        for pinned in first:
            try:
                return self._inner.handle_request(pinned)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return self._inner.handle_request(last)

    def close(self) -> None:
        self._inner.close()


class _AsyncWalled(httpx2.AsyncBaseTransport):
    def __init__(self, wall: Wall, inner: httpx2.AsyncBaseTransport) -> None:
        self._wall, self._inner = wall, inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        import anyio.to_thread

        *first, last = await anyio.to_thread.run_sync(self._wall.pin, request)
        for pinned in first:
            try:
                return await self._inner.handle_async_request(pinned)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return await self._inner.handle_async_request(last)

    async def aclose(self) -> None:
        await self._inner.aclose()
