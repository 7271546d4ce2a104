"""What the doctor says of the server that makes vectors, and of how far they came."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.doctor.embeddings import check_embeddings, check_spaces
from bot.settings import Settings, load_settings
from tests.jobs.embedding_ground import Ground
from tests.standins.embeddings import Fault, StandInEmbeddings


@pytest.fixture
def standin() -> Iterator[StandInEmbeddings]:
    with StandInEmbeddings() as server:
        yield server


def settings_with(**values: str) -> Settings:
    return load_settings(values, Path("no-such-file"))


def test_without_a_server_nothing_is_missing() -> None:
    assert check_embeddings(settings_with()).state == "ok"


def test_one_vector_is_asked_for_and_its_length_is_said(standin: StandInEmbeddings) -> None:
    finding = check_embeddings(settings_with(EMBEDDINGS_BASE_URL=standin.url, EMBEDDINGS_MODEL="good-96"))
    assert (finding.state, finding.words) == ("ok", "good-96, vectors of 96 figures")
    assert len(standin.texts) == 1


def test_what_is_wrong_comes_with_what_to_do(standin: StandInEmbeddings) -> None:
    unnamed = check_embeddings(settings_with(EMBEDDINGS_BASE_URL=standin.url))
    unknown = check_embeddings(settings_with(EMBEDDINGS_BASE_URL=standin.url, EMBEDDINGS_MODEL="x"))
    standin.faults.append(Fault(401, {"error": {"code": "invalid_api_key", "message": "no"}}))
    refused = check_embeddings(settings_with(EMBEDDINGS_BASE_URL=standin.url, EMBEDDINGS_MODEL="good-96"))
    away = check_embeddings(settings_with(EMBEDDINGS_BASE_URL="http://127.0.0.1:9/v1", EMBEDDINGS_MODEL="good-96"))
    assert [one.state for one in (unnamed, unknown, refused, away)] == ["fail"] * 4
    assert "EMBEDDINGS_MODEL" in unnamed.cure
    assert "EMBEDDINGS_MODEL" in unknown.cure
    assert "EMBEDDINGS_API_KEY" in refused.cure
    assert "EMBEDDINGS_BASE_URL" in away.cure


def test_each_company_s_vectors_are_told_of(engine: Engine, standin: StandInEmbeddings) -> None:
    ground = Ground(engine, standin)
    settings = settings_with(EMBEDDINGS_BASE_URL=standin.url, EMBEDDINGS_MODEL="good-128")
    assert list(check_spaces(settings, engine)) == []
    ground.add("termos", ["O frete é grátis."])
    standin.faults.append(Fault(500, b"oops"))
    ground.keep()
    (failing,) = check_spaces(settings, engine)
    assert failing.state == "warn"
    assert "put off" in failing.words
    ground.let_claims_end()
    ground.keep()
    (judged,) = check_spaces(settings, engine)
    assert "too few passages" in judged.words
    assert "docs gate --questions" in judged.cure
    assert list(check_spaces(settings_with(), engine)) == []
