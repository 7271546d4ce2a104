"""One MCP server, asked from plain threads: each call is a connection of its own, so there is none to grow stale.

The SDK is async and slow to load: it is imported on the first call, and lives in one portal thread per process.
"""

import atexit
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import ExitStack
from typing import Any, TypeVar

from agent.mcp.pins import OfferedTool
from agent.mcp.spec import McpServerSpec
from models.errors import ConfigurationError, ToolError
from models.network.wall import Wall
from models.outside import outside

_MOST_WIRE_BYTES = 4_000_000  # of all answers of one connection
_MOST_PAGES = 20
T = TypeVar("T")


class McpUnreachable(Exception):
    """The server was not reached, or broke off; `was_sent` says that a call may have been done all the same."""

    def __init__(self, message: str, *, was_sent: bool) -> None:
        super().__init__(message)
        self.was_sent = was_sent


class PinBroken(Exception):
    """The tool is gone, or says something else of itself than when it was approved."""


class McpConnection:
    """May be used from any thread. `headers` are as they go out, `secrets` what in them no answer may show; `wall`
    keeps it out of our own network."""

    def __init__(
        self,
        spec: McpServerSpec,
        headers: Mapping[str, str],
        secrets: Collection[str] = (),
        wall: Wall | None = None,
    ) -> None:
        self._spec, self._wall = spec, wall
        self._headers = dict(headers)
        self.secrets = tuple(secrets)
        self._places = threading.BoundedSemaphore(spec.most_at_once)

    def list_tools(self) -> list[OfferedTool]:
        """What the server offers. Raises McpUnreachable."""
        return self._run(lambda client, sent: _list_tools(client))

    def call(self, name: str, pin: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """The result as the server wrote it. Raises PinBroken before anything is called, and McpUnreachable."""

        async def check_and_call(client: Any, sent: list[bool]) -> Mapping[str, Any]:
            offered = {tool.name: tool for tool in await _list_tools(client)}
            if name not in offered or offered[name].pin != pin:
                raise PinBroken(name)
            sent.append(True)
            result = await client.call_tool(name, dict(arguments))
            read: Mapping[str, Any] = result.model_dump(mode="json", by_alias=True)
            return read

        return self._run(check_and_call)

    def _run(self, work: Callable[[Any, list[bool]], Awaitable[T]]) -> T:
        if not self._places.acquire(timeout=self._spec.timeout_seconds):
            raise McpUnreachable("all places are taken", was_sent=False)
        sent: list[bool] = []
        try:
            with outside():
                done: T = _portal().call(self._connected, work, sent)
                return done
        except (PinBroken, ToolError):
            raise
        except BaseException as error:
            cause = _first_cause(error)
            if isinstance(cause, PinBroken | KeyboardInterrupt | SystemExit):
                raise cause from None
            raise McpUnreachable(f"{type(cause).__name__}: {cause}", was_sent=bool(sent)) from None
        finally:
            self._places.release()

    async def _connected(self, work: Callable[[Any, list[bool]], Awaitable[T]], sent: list[bool]) -> T:
        import anyio
        import httpx2
        from mcp import Client
        from mcp.client.streamable_http import streamable_http_client

        seconds = self._spec.timeout_seconds
        with anyio.fail_after(seconds):
            async with httpx2.AsyncClient(
                headers=self._headers,
                timeout=httpx2.Timeout(seconds),
                follow_redirects=False,  # the address is the operator's word
                event_hooks={"response": [_capped()]},
                transport=None if self._wall is None else self._wall.async_transport(),
                trust_env=self._wall is None,
            ) as http:
                transport = streamable_http_client(self._spec.url, http_client=http)
                async with Client(transport, read_timeout_seconds=seconds) as client:
                    return await work(client, sent)


async def _list_tools(client: Any) -> list[OfferedTool]:
    offered: list[OfferedTool] = []
    cursor = None
    for _ in range(_MOST_PAGES):
        page = await client.list_tools(cursor=cursor)
        offered += [OfferedTool(tool.name, tool.description or "", tool.input_schema) for tool in page.tools]
        cursor = page.next_cursor
        if not cursor:
            break
    return offered


def _first_cause(error: BaseException) -> BaseException:
    """What went wrong inside the task groups."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return error


def _capped() -> Callable[[Any], Awaitable[None]]:
    """A hook that ends whatever answers more than anybody needs."""
    import httpx2

    left = [_MOST_WIRE_BYTES]

    class Capped(httpx2.AsyncByteStream):
        def __init__(self, inner: httpx2.AsyncByteStream) -> None:
            self._inner = inner

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for chunk in self._inner:
                left[0] -= len(chunk)
                if left[0] < 0:
                    raise httpx2.ReadError("the answer is too long")
                yield chunk

        async def aclose(self) -> None:
            await self._inner.aclose()

    async def cap(response: Any) -> None:
        response.stream = Capped(response.stream)

    return cap


_lock = threading.Lock()
_owner: tuple[int, Any, ExitStack] | None = None
_inherited: list[Any] = []  # kept from the collector: a forked child must not touch its parent's


def _portal() -> Any:
    """The process's one way into the event loop's thread; a forked child gets its own."""
    global _owner
    try:
        from anyio.from_thread import start_blocking_portal
    except ImportError as error:  # anyio comes with the LLM SDKs
        raise ConfigurationError(f"MCP servers need the packages of requirements-mcp.txt ({error})") from None
    with _lock:
        if _owner is None or _owner[0] != os.getpid():
            if _owner is not None:
                _inherited.append(_owner)
            stack = ExitStack()
            _owner = os.getpid(), stack.enter_context(start_blocking_portal()), stack
        return _owner[1]


@atexit.register  # what is left for the collector at the very end would wait for a thread that no longer runs
def close_portal() -> None:
    """End the loop's thread; safe to repeat, and a later call begins another."""
    global _owner
    with _lock:
        owner, _owner = _owner, None
    if owner is not None and owner[0] == os.getpid():
        owner[2].close()
