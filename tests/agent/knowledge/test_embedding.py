"""Vectors asked of a real server on loopback: what comes is checked, and failures are told apart."""

import json
import math
from collections.abc import Iterator
from decimal import Decimal

import pytest

from agent.knowledge.embedding import LONGEST, EmbeddingServer
from models.errors import ProviderError
from models.knowledge.embedding_space import Embedder
from tests.standins.embeddings import Fault, StandInEmbeddings, embedding_list

GOOD = Embedder("good-32")
KEY = "sk-embeddings-0123456789"


@pytest.fixture
def standin() -> Iterator[StandInEmbeddings]:
    with StandInEmbeddings() as server:
        yield server


@pytest.fixture
def server(standin: StandInEmbeddings) -> Iterator[EmbeddingServer]:
    made = EmbeddingServer(standin.url, KEY)
    yield made
    made.close()


def test_vectors_come_in_the_order_of_the_texts_and_with_length_one(
    standin: StandInEmbeddings, server: EmbeddingServer
) -> None:
    one, two = (server.embed(GOOD, [text], 5).vectors[0] for text in ("frete grátis", "garantia de um ano"))
    both = server.embed(GOOD, ["frete grátis", "garantia de um ano"], 5)
    assert both.vectors == (one, two)
    assert one != two
    assert [math.isclose(math.hypot(*vector), 1) for vector in both.vectors] == [True, True]
    assert (both.dimension, both.tokens) == (32, 14)
    assert standin.asked[-1].key == f"Bearer {KEY}"
    assert dict(standin.asked[-1].fields) == {"model": "good-32", "input": ["frete grátis", "garantia de um ano"]}


def test_a_server_without_a_key_is_sent_none(standin: StandInEmbeddings) -> None:
    EmbeddingServer(standin.url, None).embed(GOOD, ["frete"], 5)
    assert standin.asked[0].key == ""


def test_a_dimension_is_asked_for_and_must_come(standin: StandInEmbeddings, server: EmbeddingServer) -> None:
    assert server.embed(Embedder("good-32", 16), ["frete"], 5).dimension == 16
    assert standin.asked[0].fields["dimensions"] == 16
    standin.answers_with = 32
    with pytest.raises(ProviderError, match="EMBEDDINGS_DIMENSIONS=16"):
        server.embed(Embedder("good-32", 16), ["frete"], 5)


def test_a_long_text_is_cut_and_an_empty_one_is_never_sent(standin: StandInEmbeddings, server: EmbeddingServer) -> None:
    server.embed(GOOD, ["a" * (LONGEST + 1), " "], 5)
    assert [len(text) for text in standin.texts] == [LONGEST, 1]


LIST = embedding_list([[1.0, 0.0], [0.0, 1.0]])
TWICE = LIST | {"data": [LIST["data"][0], LIST["data"][0]]}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (embedding_list([[1.0, 0.0]]), "1 vectors came for 2 texts"),
        (TWICE, "not one for each"),
        (embedding_list([[1.0], [1.0, 0.0]]), "different lengths"),
        (b'{"data": [{"index": 0, "embedding": [NaN, 1]}, {"index": 1, "embedding": [1, 0]}]}', "points nowhere"),
        (b'{"data": [{"index": 0, "embedding": [1e999, 1]}, {"index": 1, "embedding": [1, 0]}]}', "points nowhere"),
        (embedding_list([[10**400, 1], [1, 0]]), "points nowhere"),  # type: ignore[list-item]
        ({"data": [{"index": 0, "embedding": "AAAA"}, {"index": 1, "embedding": [1]}]}, "no list of 1 to"),
        ({"data": [{"index": 0, "embedding": [True]}, {"index": 1, "embedding": [1]}]}, "something else than figures"),
        ({"data": None}, "no list `data`"),
        (b"<html>", "no list `data`"),
        (b"[" * 100_000, "no list `data`"),
    ],
    ids=range(11),
)
def test_what_is_no_vector_for_each_text_is_refused(
    standin: StandInEmbeddings, server: EmbeddingServer, body: object, why: str
) -> None:
    standin.faults.append(Fault(200, body))
    with pytest.raises(ProviderError, match=why) as raised:
        server.embed(GOOD, ["a", "b"], 5)
    assert raised.value.kind == "unknown"


def test_a_text_that_says_nothing_to_the_model_is_refused_by_itself(
    standin: StandInEmbeddings, server: EmbeddingServer
) -> None:
    standin.faults.append(Fault(200, embedding_list([[0.0, 0.0], [1.0, 0.0]])))
    with pytest.raises(ProviderError, match="points nowhere") as raised:
        server.embed(GOOD, ["a", "b"], 5)
    assert raised.value.kind == "content_refused"


def said(code: str, message: str) -> dict[str, object]:
    return {"error": {"type": code, "code": code, "message": message}}


@pytest.mark.parametrize(
    ("fault", "kind", "retry_after"),
    [
        (Fault(429, said("rate_limit_exceeded", "slowly"), {"Retry-After": "7"}), "rate_limit", 7.0),
        (Fault(429, said("insufficient_quota", "no money")), "billing", None),
        (Fault(401, said("invalid_api_key", f"wrong key {KEY}")), "auth", None),
        (Fault(404, said("model_not_found", "no such model")), "model_not_found", None),
        (Fault(400, said("invalid_request_error", "maximum context length is 8192 tokens")), "context_overflow", None),
        (Fault(400, said("invalid_request_error", "no")), "bad_request", None),
        (Fault(500, b"oops"), "server", None),
        (Fault(503, said("", "later")), "overloaded", None),
        (Fault(302, b"", {"Location": "http://127.0.0.1:1/steal"}), "unknown", None),
    ],
    ids=["slowly", "quota", "key", "model", "long", "bad", "broken", "later", "moved"],
)
def test_failures_are_told_apart_and_never_quote_the_key(
    standin: StandInEmbeddings, server: EmbeddingServer, fault: Fault, kind: str, retry_after: float | None
) -> None:
    standin.faults.append(fault)
    with pytest.raises(ProviderError) as raised:
        server.embed(GOOD, ["frete"], 5)
    assert (raised.value.kind, raised.value.retry_after) == (kind, retry_after)
    assert KEY not in str(raised.value)
    assert len(standin.asked) == 1, "one attempt, and the key goes nowhere else"


def test_a_slow_server_and_one_that_is_away_are_told_apart(standin: StandInEmbeddings) -> None:
    standin.latency = 60
    with pytest.raises(ProviderError) as slow:
        EmbeddingServer(standin.url, KEY).embed(GOOD, ["frete"], 0.2)
    with pytest.raises(ProviderError) as away:
        EmbeddingServer("http://127.0.0.1:9/v1", KEY).embed(GOOD, ["frete"], 5)
    assert (slow.value.kind, away.value.kind) == ("timeout", "connection")


def test_tokens_are_priced_where_the_price_is_known() -> None:
    answer = json.loads(json.dumps(embedding_list([[1.0, 0.0]], tokens=1_000_000)))
    assert answer["usage"]["prompt_tokens"] == 1_000_000
    vendor = EmbeddingServer("https://api.openai.com/v1", KEY)
    assert vendor._price("text-embedding-3-small", 1_000_000) == Decimal("0.02")
    assert vendor._price("a-model-of-tomorrow", 1_000_000) is None
    assert EmbeddingServer("http://10.0.0.7/v1", None)._price("good-32", 10) is None
