"""The whole program with a server for vectors: a worker makes them, and the door finds by them."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from bot.embeddings import build_embeddings, build_library
from bot.settings import Settings, load_settings
from bot.worker import installed_services
from jobs.knowledge.library import Library
from jobs.queue import JobQueue
from models.errors import ConfigurationError
from models.knowledge.chunk import Chunk
from models.knowledge.document import Upload
from models.session import session_scope
from models.tenant import DEFAULT, find_tenant
from tests.bot.conftest import DoorMaker
from tests.running import eventually
from tests.standins.embeddings import StandInEmbeddings

TEXTS = ("O cancelamento do pedido é aceito até o envio.", "A garantia cobre um ano de uso.")


def settings_with(**values: str) -> Settings:
    return load_settings(values, Path("no-such-file"))


def add_terms(engine: Engine) -> None:
    with session_scope(engine) as connection:
        tenant_id = find_tenant(connection, DEFAULT)
    assert tenant_id is not None
    chunks = [Chunk(one, one) for one in TEXTS]
    Library(engine).add(tenant_id, Upload("termos", "termos", "pt", ("rep",)), chunks)


def count_vectors(engine: Engine) -> int:
    with session_scope(engine) as connection:
        return int(connection.execute(text("SELECT count(vector) FROM chunk_vector")).scalar_one())


def test_a_worker_makes_vectors_and_the_door_finds_by_them(make_door: DoorMaker, redis_url: str) -> None:
    with StandInEmbeddings() as standin:
        door = make_door(embeddings_base_url=standin.url, embeddings_model="good-128")
        with installed_services(door.services.settings, door.services.database_url, JobQueue(redis_url)):
            add_terms(door.engine)
            eventually(lambda: count_vectors(door.engine) == 2)
        with session_scope(door.engine) as connection:
            connection.execute(text("UPDATE embedding_space SET admitted = true"))

        def found() -> list[str]:
            """Through a door of its own: one that has waited too long for a vector waits for none for a while."""
            body = json.dumps({"query": "desistencia da compra", "k": 1}).encode()
            fresh = make_door(embeddings_base_url=standin.url, embeddings_model="good-128")
            headers = {"Content-Type": "application/json"} | fresh.bearer()
            answer = fresh.client.post("/v1/search", data=body, headers=headers).get_json()
            return [passage["text"] for passage in answer["passages"]]

        eventually(lambda: found() == [TEXTS[0]])


def test_half_a_setting_is_named_at_start_up(engine: Engine) -> None:
    assert build_embeddings(settings_with()) is None
    with pytest.raises(ConfigurationError, match="EMBEDDINGS_MODEL"):
        build_library(settings_with(EMBEDDINGS_BASE_URL="http://127.0.0.1:11434/v1"), engine)
