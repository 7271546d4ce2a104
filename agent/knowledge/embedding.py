"""Texts turned into vectors by any server with the OpenAI-compatible `/embeddings`.

Not over an LLM's SDK: its import takes seconds that a search would wait for, and the web door, which searches too, must
not load it. The guarded client keeps to one deadline for the whole exchange, takes no more than so many bytes and never
follows a redirect with the key.
"""

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

from agent.base import Usage
from agent.providers.address import host_of
from agent.providers.dialects import find_dialect
from agent.providers.price_list import PriceList
from agent.providers.pricing import load_prices
from agent.providers.vendor_json import as_count, as_mapping, as_objects
from agent.providers.wire_errors import error_from_answer
from agent.tokens import estimate_tokens
from models.clock import Clock, SystemClock
from models.errors import ProviderError
from models.knowledge.embedding_space import Embedder
from models.network.guarded_client import Answer, AnswerTooLong, Blocked, GuardedClient, NotSent
from models.outside import outside

LONGEST: Final = 6_000  # characters of one text, some 2,000 tokens: what the smaller models take; the rest is left out
_MOST_BYTES: Final = 40_000_000  # 64 vectors of 4,000 figures, each spelt out in full
_NO_PRICES: Final = PriceList()
_LARGEST: Final = 4_000  # figures of a vector: more can be kept by PostgreSQL, but not indexed

Vector = list[float]


@dataclass(frozen=True, slots=True)
class Embedded:
    """A vector of length 1 for each text, in their order. `cost` is in USD, None when the price is unknown."""

    vectors: tuple[Vector, ...]
    tokens: int
    cost: Decimal | None

    @property
    def dimension(self) -> int:
        return len(self.vectors[0])


class EmbeddingServer:
    """Safe for threads. Nothing is connected before the first text, and no connection is kept."""

    def __init__(
        self, base_url: str, api_key: str | None, clock: Clock | None = None, prices: PriceList = _NO_PRICES
    ) -> None:
        """`prices` of one's own win over the table's."""
        parts = urlsplit(base_url)
        self.name = parts.hostname or "embeddings"
        self._url = f"{base_url}/embeddings"
        self._key = api_key or ""
        self._clock = clock or SystemClock()
        # The operator's own setting: a server in the company's network, or on this machine, is as good as a vendor's.
        self._client = GuardedClient(private_hosts={self.name}, max_bytes=_MOST_BYTES)
        dialect = find_dialect(base_url)
        self._price_provider, self._is_free = dialect.price_provider, dialect.is_free
        self._prices = prices
        self._names = tuple(dict.fromkeys((self.name, host_of(base_url))))

    def embed(self, embedder: Embedder, texts: Sequence[str], timeout: float) -> Embedded:
        """One attempt without retry, within `timeout` seconds. Raises ProviderError."""
        wanted: dict[str, Any] = {"model": embedder.name, "input": [_shorten(text) for text in texts]}
        if embedder.asked:
            wanted["dimensions"] = embedder.asked
        body = self._read(self._send(wanted, timeout))
        vectors = self._vectors(body, len(texts))
        if embedder.asked and len(vectors[0]) != embedder.asked:
            raise self._unusable(
                f"vectors of {len(vectors[0])} figures came where EMBEDDINGS_DIMENSIONS={embedder.asked} was asked for"
            )
        usage = as_mapping(body.get("usage"))
        tokens = as_count(usage.get("prompt_tokens")) or as_count(usage.get("total_tokens")) or 0
        return Embedded(vectors, tokens, self._price(embedder.name, tokens))

    def estimate(self, embedder: Embedder, texts: Sequence[str]) -> tuple[int, Decimal | None]:
        """Tokens at most, cautiously reckoned, and what they cost: None where no price is known."""
        tokens = sum(estimate_tokens(_shorten(text)) for text in texts)
        return tokens, self._price(embedder.name, tokens)

    def close(self) -> None:
        self._client.close()

    def _send(self, wanted: Mapping[str, Any], timeout: float) -> Answer:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        content = json.dumps(wanted, ensure_ascii=False).encode("utf-8", "replace")
        until = time.monotonic() + timeout
        try:
            with outside():
                return self._client.request("POST", self._url, headers, content, total=timeout)
        except (Blocked, NotSent) as error:
            raise ProviderError(f"{self.name}: connection: {error}", kind="connection") from None
        except AnswerTooLong as error:
            raise self._unusable(str(error)) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            # The deadline ends the connection, which then looks as if the other side had.
            if isinstance(error, httpx2.TimeoutException) or time.monotonic() >= until:
                raise ProviderError(f"{self.name}: no answer within {timeout:g} s", kind="timeout") from None
            raise ProviderError(f"{self.name}: connection: {type(error).__name__}", kind="connection") from None

    def _read(self, answer: Answer) -> Mapping[str, Any]:
        try:
            body: Any = json.loads(answer.body)
        except (ValueError, RecursionError):
            body = None
        if answer.status != 200:
            raise error_from_answer(answer.status, answer.headers, body, self.name, self._clock.now(), self._key)
        if not isinstance(body, Mapping) or not isinstance(body.get("data"), list):
            raise self._unusable("the answer holds no list `data`")
        return body

    def _vectors(self, body: Mapping[str, Any], count: int) -> tuple[Vector, ...]:
        """In the order of the texts, whatever order they came in."""
        given = as_objects(body["data"])
        places = [item.get("index", number) for number, item in enumerate(given)]
        if sorted(map(repr, places)) != sorted(map(repr, range(count))):
            raise self._unusable(f"{len(given)} vectors came for {count} texts, or not one for each")
        by_place = {place: self._vector(item.get("embedding")) for place, item in zip(places, given, strict=True)}
        vectors = tuple(by_place[number] for number in range(count))
        if len({len(vector) for vector in vectors}) != 1:
            raise self._unusable("vectors of different lengths came in one answer")
        return vectors

    def _vector(self, found: object) -> Vector:
        if not isinstance(found, list) or not 1 <= len(found) <= _LARGEST:
            raise self._unusable(f"a vector is no list of 1 to {_LARGEST} figures")
        if not all(isinstance(part, int | float) and not isinstance(part, bool) for part in found):
            raise self._unusable("a vector holds something else than figures")
        try:
            length = math.hypot(*found)
        except OverflowError:
            length = math.inf
        if not math.isfinite(length):
            raise self._unusable("a vector points nowhere: some of it is no figure")
        if length == 0:  # the text says nothing to this model; the server is not ill, and others need not wait
            raise ProviderError(f"{self.name}: a vector points nowhere: all of it is 0", kind="content_refused")
        return [part / length for part in found]

    def _unusable(self, reason: str) -> ProviderError:
        return ProviderError(f"{self.name}: {reason}", kind="unknown")

    def _price(self, model: str, tokens: int) -> Decimal | None:
        row = self._prices.find(self._names, model, self._clock.now().date())
        if row is not None and tokens:
            return row.cost_of(Usage(input=tokens, output=0))
        if self._is_free:
            return Decimal(0)
        if self._price_provider is None or not tokens:
            return None
        prices = load_prices()
        try:
            amount = prices.calc_price(
                prices.Usage(input_tokens=tokens, output_tokens=0), model, provider_id=self._price_provider
            ).total_price
        except (LookupError, ValueError, ArithmeticError):
            return None
        return amount if isinstance(amount, Decimal) and amount.is_finite() and amount > 0 else None


def _shorten(text: str) -> str:
    """An empty text is refused by every server."""
    return text[:LONGEST].strip() or "-"
