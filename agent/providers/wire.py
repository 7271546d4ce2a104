"""What the three wires share: one client, one way through it, and the price of what came back."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from agent.base import Completion, CompletionRequest, Cost, EngineKind
from agent.providers.dialects import Dialect
from agent.providers.pricing import load_prices, price_completion
from agent.providers.sdk_client import SdkClient
from agent.providers.streams import Assembly, read_stream


class Wire(ABC):
    """A provider over one of the wires: it says where to post, what, and how to read what comes. One instance serves
    all threads of a process."""

    engine: EngineKind = "llm"

    def __init__(self, name: str, client: SdkClient, path: str, dialect: Dialect, *, llm: str, sees: bool) -> None:
        self.name = name
        self.llm = llm
        self.sees = sees
        self._client = client
        self._path = path
        self._dialect = dialect

    def preload(self) -> None:
        """Import the SDK and the price table now; safe to repeat."""
        self._client.preload()
        load_prices()

    def close(self) -> None:
        """Close the connections; safe to repeat, and a later call opens new ones."""
        self._client.close()

    def complete(self, request: CompletionRequest) -> Completion:
        answer = self._client.post(self._path, self._body(request), request.timeout)
        return self._read(request, answer.body, answer.request_id)

    def stream(self, request: CompletionRequest) -> Iterator[str | Completion]:
        with self._client.stream(self._path, self._body(request, stream=True), request.timeout) as raw:
            read = partial(self._read, request, request_id=raw.request_id)
            yield from read_stream(raw, self._assembly(), self.name, read)

    def price(self, completion: Completion, llm: str) -> Cost:
        return price_completion(completion, llm, self._dialect.price_provider)

    def _read(self, request: CompletionRequest, body: Mapping[str, Any], request_id: str) -> Completion:
        completion = self._parse(request, body)
        return replace(completion, request_id=request_id or completion.request_id)

    @abstractmethod
    def _body(self, request: CompletionRequest, *, stream: bool = False) -> dict[str, Any]:
        """The request's JSON."""

    @abstractmethod
    def _parse(self, request: CompletionRequest, body: Mapping[str, Any]) -> Completion:
        """The answer's JSON, read. Raises ProviderError."""

    @abstractmethod
    def _assembly(self) -> Assembly:
        """What puts a stream's events together to such a JSON."""
