"""Ends an answer that trickles: a read time-out starts again with every byte, and some vendors send blank lines for
minutes to keep a waiting connection open (DeepSeek and OpenRouter do)."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2

_STARTED = "recado_started"


def deadline_hooks(monotonic: Callable[[], float] = time.monotonic) -> dict[str, list[Callable[..., Any]]]:
    """Client event hooks that hold the whole answer to the request's read time-out, counted from its start."""

    def start(request: httpx2.Request) -> None:
        request.extensions = {**request.extensions, _STARTED: monotonic()}

    def limit(response: httpx2.Response) -> None:
        extensions = response.request.extensions
        seconds = (extensions.get("timeout") or {}).get("read")
        if seconds is not None and isinstance(response.stream, httpx2.SyncByteStream):
            ends_at = extensions[_STARTED] + seconds
            response.stream = _LimitedStream(response.stream, response.request, ends_at, monotonic)

    return {"request": [start], "response": [limit]}


class _LimitedStream(httpx2.SyncByteStream):
    """The stream inside, until the clock passes `ends_at`."""

    def __init__(
        self, inner: httpx2.SyncByteStream, request: httpx2.Request, ends_at: float, monotonic: Callable[[], float]
    ) -> None:
        self._inner = inner
        self._request = request
        self._ends_at = ends_at
        self._monotonic = monotonic

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._inner:
            if self._monotonic() > self._ends_at:
                raise httpx2.ReadTimeout("the answer took longer than the whole time-out", request=self._request)
            yield chunk

    def close(self) -> None:
        self._inner.close()
