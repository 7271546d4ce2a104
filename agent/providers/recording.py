"""Each LLM call and its answer in a file, where RECORD_LLM_DIR asks for it; and a provider that replays them.

A file holds what people asked and what tools told, so it is for the owner of the folder alone. Keys are never in it:
they are no part of a request here, and what looks like one of ours in a text is blotted out.
"""

import hashlib
import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

from agent.base import Completion, CompletionRequest, Cost, EngineKind, Provider
from agent.completion_json import completion_from_json, completion_to_json
from agent.providers.wrapped import Wrapped
from models.errors import ProviderError

_numbers = count()
_log = logging.getLogger("recado.recording")


class Recorded(Wrapped):
    """A provider whose calls are written down, failures included. A folder that cannot be written to fails no call."""

    def __init__(self, inner: Provider, folder: Path, blot: Callable[[str], str]) -> None:
        super().__init__(inner)
        self._folder = folder
        self._blot = blot

    def complete(self, request: CompletionRequest) -> Completion:
        with self._failure_written(request):
            completion = self.inner.complete(request)
        self._write(request, {"completion": completion_to_json(completion)})
        return completion

    def stream(self, request: CompletionRequest) -> Iterator[str | Completion]:
        with self._failure_written(request):
            for piece in self.inner.stream(request):
                if isinstance(piece, Completion):
                    self._write(request, {"completion": completion_to_json(piece)})
                yield piece

    @contextmanager
    def _failure_written(self, request: CompletionRequest) -> Iterator[None]:
        try:
            yield
        except ProviderError as error:
            said = {"kind": error.kind, "message": str(error), "retry_after": error.retry_after, "status": error.status}
            self._write(request, {"error": said})
            raise

    def _write(self, request: CompletionRequest, outcome: Mapping[str, Any]) -> None:
        document = {"provider": self.name, "request": request_to_json(request), **outcome}
        text = json.dumps(_walk(document, self._blot), ensure_ascii=False, indent=1, default=str)
        path = self._folder / f"{time.time_ns()}-{os.getpid()}-{next(_numbers):09}.json"  # sorted by name: in order
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            _log.warning("a call of an LLM could not be written down: %s", type(error).__name__)


class Replayed:
    """Answers each request as it was answered when it was recorded; raises `unknown` for one that was not."""

    engine: EngineKind = "llm"
    sees = True

    def __init__(self, folder: Path, name: str = "replayed") -> None:
        self.name = name
        self._outcomes: dict[str, list[Mapping[str, Any]]] = {}
        for path in sorted(folder.glob("*.json")):
            document = json.loads(path.read_text(encoding="utf-8"))
            self._outcomes.setdefault(_digest(document["request"]), []).append(document)

    def complete(self, request: CompletionRequest) -> Completion:
        """Where a request was made several times, its answers come in their order, and the last one again."""
        outcomes = self._outcomes.get(_digest(request_to_json(request)))
        if not outcomes:
            raise ProviderError("no recording of this request", kind="unknown")
        outcome = outcomes.pop(0) if len(outcomes) > 1 else outcomes[0]
        if "error" in outcome:
            said = outcome["error"]
            raise ProviderError(
                said["message"], kind=said["kind"], retry_after=said["retry_after"], status=said["status"]
            )
        return completion_from_json(outcome["completion"])

    def stream(self, request: CompletionRequest) -> Iterator[str | Completion]:
        yield from self.complete(request).in_one_piece()

    def price(self, completion: Completion, llm: str) -> Cost:
        return completion.cost or Cost(None, "unknown")

    def preload(self) -> None:
        """Nothing to load."""

    def close(self) -> None:
        """Nothing to close."""


def request_to_json(request: CompletionRequest) -> dict[str, Any]:
    """What the LLM was shown; of a picture only what it was, and a digest of its bytes."""
    return {
        "llm": request.llm,
        "messages": [
            {
                "role": line.role,
                "content": line.content,
                "tool_calls": [[call.name, call.arguments, call.raw_arguments] for call in line.tool_calls],
                "provider_state": line.provider_state,
                "images": [[image.content_type, hashlib.sha256(image.content).hexdigest()] for image in line.images],
            }
            for line in request.messages
        ],
        "tools": [asdict(spec) for spec in request.tools],
        "max_output_tokens": request.max_output_tokens,
        "tool_choice": request.tool_choice,
    }


def _walk(value: Any, blot: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return blot(value)
    if isinstance(value, Mapping):
        return {key: _walk(entry, blot) for key, entry in value.items()}
    return [_walk(entry, blot) for entry in value] if isinstance(value, list | tuple) else value


def _digest(request: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
