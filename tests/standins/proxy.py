"""A TCP proxy that stands before a server and can be made to fail: slow, silent, away, cut off, in slices, flapping.

It listens on loopback and passes bytes on to a host and port or to a unix socket. The words are toxiproxy's where it
has one. Whatever is changed holds for connections that are open as well.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.ports import free_port

Target = tuple[str, int] | Path
_CHUNK = 65_536


class Proxy:
    """A context manager. Thread-safe; the methods return when the change holds."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self._flapping: asyncio.Task[None] | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._passing = asyncio.Event()  # cleared: bytes stay where they are, as in a network that swallows them
        self._passing.set()
        self._latency = 0.0
        self._slice = 0
        self._answer_limit: int | None = None
        self._words: bytes | None = None
        self.port = free_port()  # it is left and taken again
        self.accepted = 0  # connections so far

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(180)
        self._loop.close()

    @property
    def url(self) -> str:
        """For a target that speaks HTTP."""
        return f"http://127.0.0.1:{self.port}"

    def heal(self) -> None:
        """Pass everything on as it comes. What a silent network held back arrives now, late."""
        self._do(self._heal())

    def refuse(self) -> None:
        """Nobody listens any more, and open connections are reset."""
        self._do(self._refuse())

    def silence(self) -> None:
        """Connections are accepted and kept, and no byte comes through in either direction."""
        self._do(self._call(self._passing.clear))

    def delay(self, seconds: float) -> None:
        """Each piece comes so much later, in both directions."""
        self._latency = seconds

    def slice(self, size: int) -> None:
        """Bytes come in pieces of that size, each its own packet; 0 as they are."""
        self._slice = size

    def reset_answers(self, after: int = 0) -> None:
        """The request comes through; its connection is reset after so many bytes of the answer."""
        self._answer_limit = after

    def babble(self, words: bytes) -> None:
        """Somebody else answers: whoever connects hears these words once it has spoken, and then the end."""
        self._words = words
        self.cut()

    def cut(self) -> None:
        """Reset what is open; new connections are taken."""
        self._do(self._call(self._reset_all))

    def flap(self, period: float) -> None:
        """Away for a period, there for a period, and so on until `heal`."""
        self._do(self._start_flapping(period))

    # In the loop's thread

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _call(self, action: Any) -> None:
        action()

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=512)

    async def _heal(self) -> None:
        if self._flapping is not None:
            self._flapping.cancel()
            self._flapping = None
        self._latency, self._slice, self._answer_limit, self._words = 0.0, 0, None, None
        self._passing.set()
        await self._listen()

    async def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self._reset_all()

    async def _start_flapping(self, period: float) -> None:
        await self._refuse()
        self._flapping = asyncio.create_task(self._flap(period))

    async def _flap(self, period: float) -> None:
        while True:
            await asyncio.sleep(period)
            await self._listen()
            await asyncio.sleep(period)
            await self._refuse()

    async def _end(self) -> None:
        if self._flapping is not None:
            self._flapping.cancel()
        await self._refuse()
        waiting = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def _reset_all(self) -> None:
        for writer in list(self._open):
            _reset(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self._open.add(writer)
        far = None
        try:
            await self._passing.wait()
            if self._words is not None:
                return await _say(reader, writer, self._words)
            far_reader, far = await self._connect()
            there = asyncio.create_task(self._pump(reader, far))
            back = asyncio.create_task(self._pump(far_reader, writer, is_answer=True))
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            there.cancel()
            back.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            _reset(writer)
        finally:
            self._open.discard(writer)
            for end in filter(None, (writer, far)):
                end.close()
        return None

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._target, Path):
            return await asyncio.open_unix_connection(self._target)
        return await asyncio.open_connection(*self._target)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_answer: bool = False) -> None:
        passed = 0
        while data := await source.read(self._slice or _CHUNK):
            if self._latency or self._slice:
                await asyncio.sleep(self._latency)
            await self._passing.wait()
            if is_answer and self._answer_limit is not None:
                data = data[: max(0, self._answer_limit - passed)]
                if not data:
                    return _reset(sink)
            passed += len(data)
            sink.write(data)
            await sink.drain()
        return None


async def _say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, words: bytes) -> None:
    with suppress(TimeoutError):  # some servers speak first
        await asyncio.wait_for(reader.read(_CHUNK), 0.1)
    writer.write(words)
    await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close it so that the other side sees a reset, not an end."""
    with suppress(OSError):
        taken = writer.get_extra_info("socket")
        if taken is not None and taken.family != socket.AF_UNIX:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
