"""A stand-in LLM server: OpenAI's two wires and Anthropic's, scripted or by itself, slow or faulty as wished.

`python -m tests.standins.llm --port 9100 --latency 1` serves until Ctrl-C; then LLM_PROVIDER=openai-compatible and
LLM_BASE_URL=http://127.0.0.1:9100/v1 let the whole program talk to it.
"""

import argparse
import asyncio
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal

from tests.standins.llm_wires import PATHS, Asked, Says, Wire, Wish, read_request, write_answer, write_error

_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}
_ASKS_FOR_SALES = re.compile(r"vend|venta|fatur|factur|sale|sold|sell|revenue", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """What happens to one request: an error answer, silence, an answer that is no JSON, or one that breaks off."""

    kind: Literal["status", "hang", "garbage", "cut"]
    status: int = 500
    code: str = "server_error"
    retry_after: str = ""


def answer_by_itself(asked: Asked) -> Says:
    """Calls `sales_summary` when it may and the text asks for sales; then, or else, answers in words."""
    if asked.results:
        return Says(f"O total do período é {_total(asked.results[-1])}.")
    if "sales_summary" in asked.tools and _ASKS_FOR_SALES.search(asked.text):
        arguments = {"period": "mês passado", "metric": "revenue", "group_by": "none", "filters": None}
        return Says(wishes=(Wish("sales_summary", arguments),))
    return Says("Olá! Posso ajudar com vendas, metas e clientes.")


class StandInLlm:
    """Serves on 127.0.0.1 in a thread of its own; `script` and `faults` are used up in order, then `answer` decides."""

    def __init__(
        self, *, latency: float = 0.0, port: int = 0, answer: Callable[[Asked], Says] = answer_by_itself
    ) -> None:
        self.latency = latency
        self.is_held = False  # then nobody hears an answer
        self.answer = answer
        self.script: deque[Says] = deque()
        self.faults: deque[Fault] = deque()
        self.history: deque[Asked] = deque(maxlen=10_000)
        self.busiest = 0  # most requests in the works at once
        self._port = port
        self._now = 0
        self._count = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="standin-llm", daemon=True)
        self._ready = threading.Event()
        self._end = asyncio.Event()

    @property
    def url(self) -> str:
        """What LLM_BASE_URL takes."""
        return f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self) -> "StandInLlm":
        self._thread.start()
        assert self._ready.wait(180), "the stand-in LLM does not start: is its port taken?"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:  # cancels whatever still hangs
            runner.run(self._listen())

    async def _listen(self) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", self._port, backlog=1_000)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._end.wait()
        server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, for as many requests as the client sends on it."""
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while await self._exchange(reader, writer):
                pass
        writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        target = head[0].split(" ")[1].partition("?")[0]
        fields = dict(line.partition(":")[::2] for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, value in fields.items()}
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
        wire = next((wire for path, wire in PATHS.items() if target.endswith(path)), None)
        if wire is None:
            return await _send(writer, 404, write_error("completions", "not_found", f"no {target} here"))
        self._now += 1
        self.busiest = max(self.busiest, self._now)
        try:
            return await self._complete(writer, wire, raw, headers)
        finally:
            self._now -= 1

    async def _complete(self, writer: asyncio.StreamWriter, wire: Wire, raw: bytes, headers: Mapping[str, str]) -> bool:
        try:
            asked = read_request(wire, json.loads(raw), headers)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return await _send(writer, 400, write_error(wire, "invalid_request_error", repr(error)))
        self.history.append(asked)
        self._count += 1
        number = self._count
        fault = self.faults.popleft() if self.faults else None
        if fault is not None:
            return await self._fail(writer, wire, fault)
        says = self.script.popleft() if self.script else self.answer(asked)
        await asyncio.sleep(self.latency)
        while self.is_held:
            await asyncio.sleep(0.02)
        return await _send(writer, 200, write_answer(asked, says, number))

    async def _fail(self, writer: asyncio.StreamWriter, wire: Wire, fault: Fault) -> bool:
        if fault.kind == "hang":
            await self._end.wait()
            return False
        if fault.kind == "status":
            body = write_error(wire, fault.code, "as the test wished")
            return await _send(writer, fault.status, body, fault.retry_after)
        declared = 500 if fault.kind == "cut" else 17
        writer.write(_head(200, declared) + b"<html>oops</html>")
        await writer.drain()
        return fault.kind == "garbage"


def _total(result: str) -> object:
    """The first `total` anywhere in a tool's answer."""
    waiting: deque[Any] = deque([json.loads(result)])
    while waiting:
        item = waiting.popleft()
        if isinstance(item, dict):
            if "total" in item:
                return item["total"]
            waiting.extend(item.values())
    return "desconhecido"


async def _send(writer: asyncio.StreamWriter, status: int, body: object, retry_after: str = "") -> bool:
    raw = json.dumps(body, ensure_ascii=False).encode()
    writer.write(_head(status, len(raw), retry_after) + raw)
    await writer.drain()
    return True


def _head(status: int, length: int, retry_after: str = "") -> bytes:
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Error')}", "Content-Type: application/json"]
    lines += [f"Content-Length: {length}", "x-request-id: req_standin"]
    if retry_after:
        lines.append(f"Retry-After: {retry_after}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.standins.llm", description="Serve a stand-in LLM.")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--latency", type=float, default=1.0, help="seconds per answer")
    arguments = parser.parse_args()
    with StandInLlm(port=arguments.port, latency=arguments.latency) as standin:
        print(f"LLM_BASE_URL={standin.url}", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
