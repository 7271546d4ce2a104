"""Passages turned into vectors: all of them, each paid once, whoever dies and whatever the server says."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from jobs.knowledge.embedding import EmbeddingKeeper
from jobs.knowledge.embedding_asking import Embedded
from models.knowledge.embedding_space import Embedder, Verdict, begin_spaces, claim_space
from models.knowledge.embedding_use import sum_use
from models.knowledge.embedding_verdict import keep_made
from models.session import session_scope
from tests.jobs.embedding_ground import Ground, standing_on
from tests.jobs.house import dying_at
from tests.running import eventually
from tests.standins.embeddings import Fault

EVER = (date(2000, 1, 1), date(2100, 1, 1))
TEXTS = [f"frete da rota {number}" for number in range(150)]


@pytest.fixture
def ground(engine: Engine) -> Iterator[Ground]:
    with standing_on(engine) as made:
        yield made


def vectors(ground: Ground) -> object:
    return ground.scalar("SELECT count(vector) FROM chunk_vector")


def test_every_passage_gets_its_vector_and_is_paid_once(ground: Ground) -> None:
    assert not ground.keeper.work(), "there are no documents"
    ground.add("rotas", TEXTS)
    ground.keep()
    assert vectors(ground) == 150
    assert sorted(ground.standin.texts) == sorted(TEXTS)
    (space,) = ground.spaces()
    assert (space.embedder, space.dimension, space.left, space.error) == (Embedder("good-128"), 128, 0, "")
    ground.add("mais", ["uma garantia"])
    ground.keep()
    assert ground.standin.texts[150:] == ["uma garantia"]
    assert not ground.keeper.work()


def test_what_vectors_cost_is_on_record(ground: Ground) -> None:
    ground.add("rotas", TEXTS[:3])
    ground.standin.faults.append(Fault(500, b"oops"))
    ground.keep()
    ground.let_claims_end()
    ground.keep()
    with session_scope(ground.engine) as connection:
        (use,) = sum_use(connection, ground.tenant_id, *EVER)
    assert (use.embedder, use.purpose, use.calls, use.failed, use.texts, use.tokens) == (
        "good-128",
        *("documents", 2, 1, 3, 21),
    )
    assert (use.cost, use.unpriced) == (None, 1)


def test_a_new_version_keeps_the_vectors_of_what_stayed(ground: Ground) -> None:
    ground.add("rotas", TEXTS[:5])
    ground.keep()
    asked = len(ground.standin.texts)
    ground.add("rotas", ["uma rota nova", *TEXTS[1:5]])
    assert vectors(ground) == 4, "at once, without waiting for anybody"
    ground.keep()
    assert ground.standin.texts[asked:] == ["uma rota nova"]
    assert vectors(ground) == 5
    ground.library.remove(ground.tenant_id, "rotas")
    assert ground.scalar("SELECT count(*) FROM chunk_vector") == 0


def test_a_keeper_that_dies_is_followed_and_nothing_is_left_out(ground: Ground) -> None:
    class Dying:
        def embed(self, embedder: Embedder, texts: Sequence[str], timeout: float) -> Embedded:
            ground.server.embed(embedder, texts, timeout)
            raise KeyboardInterrupt

    ground.add("rotas", TEXTS)
    ground.keeper.work()
    with pytest.raises(KeyboardInterrupt):
        EmbeddingKeeper(ground.engine, Dying(), Embedder("good-128")).work()
    assert not ground.keeper.work(), "claimed still"
    ground.let_claims_end()
    ground.keep()
    assert vectors(ground) == 150
    assert len(ground.standin.texts) == 150 + 64, "one batch was paid twice, and no more"


def test_any_number_of_workers_make_each_vector_once(ground: Ground) -> None:
    tenants = [ground.tenant(f"company-{number}") for number in range(4)]
    for tenant_id in tenants:
        ground.add("rotas", TEXTS[:100], tenant_id=tenant_id)
    threads = [threading.Thread(target=ground.keep, args=("good-128",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ground.keep()
    assert vectors(ground) == 400
    assert len(ground.standin.texts) == 400


def test_a_zombie_s_batch_is_not_counted_twice(ground: Ground) -> None:
    """Its claim was over, and another keeper has been there meanwhile."""

    class Slow:
        def embed(self, embedder: Embedder, texts: Sequence[str], timeout: float) -> Embedded:
            found = ground.server.embed(embedder, texts, timeout)
            ground.let_claims_end()
            ground.keep()
            return found

    ground.add("rotas", TEXTS)
    EmbeddingKeeper(ground.engine, Slow(), Embedder("good-128")).work()
    (space,) = ground.spaces()
    assert (vectors(ground), space.left, space.reached) == (150, 0, 149)


def test_a_document_that_goes_while_its_vectors_are_made_leaves_none(ground: Ground) -> None:
    class Late:
        def embed(self, embedder: Embedder, texts: Sequence[str], timeout: float) -> Embedded:
            ground.library.remove(ground.tenant_id, "rotas")
            return ground.server.embed(embedder, texts, timeout)

    ground.add("rotas", TEXTS[:5])
    ground.add("resto", ["uma garantia"])
    EmbeddingKeeper(ground.engine, Late(), Embedder("good-128")).work()
    assert vectors(ground) == 1


def test_a_server_that_wants_time_gets_it_and_says_so(ground: Ground) -> None:
    ground.add("rotas", TEXTS[:5])
    refusal = {"error": {"code": "rate_limit_exceeded", "message": "slowly"}}
    ground.standin.faults.append(Fault(429, refusal, {"Retry-After": "120"}))
    assert ground.keeper.work()
    assert not ground.keeper.work(), "not asked again so soon"
    assert "rate_limit" in ground.spaces()[0].error
    wait = ground.scalar("SELECT extract(epoch FROM due_at - now()) FROM embedding_space")
    assert 30 < float(str(wait)) <= 120, "by itself it would be asked again after three seconds"
    ground.let_claims_end()
    ground.keep()
    assert (vectors(ground), ground.spaces()[0].error) == (5, "")


def test_a_passage_that_is_refused_is_left_to_its_words_and_keeps_nobody_out(ground: Ground) -> None:
    ground.standin.refuses.add(TEXTS[70])
    ground.add("rotas", TEXTS)
    ground.keep()
    (space,) = ground.spaces()
    assert (vectors(ground), space.refused, space.left) == (149, 1, 0)


def test_a_server_that_refuses_everything_costs_no_passage_its_vector(ground: Ground) -> None:
    ground.add("rotas", TEXTS[:1])
    no = Fault(400, {"error": {"code": "invalid_request_error", "message": "dimensions are not supported"}})
    ground.standin.faults.extend([no, no])
    assert ground.keeper.work()
    (space,) = ground.spaces()
    assert (space.refused, space.left) == (0, 1)
    assert "dimensions are not supported" in space.error


def test_another_model_behind_the_name_begins_anew(ground: Ground) -> None:
    ground.add("rotas", TEXTS[:5])
    ground.keep()
    ground.standin.answers_with = 64
    ground.add("mais", ["uma garantia"])
    ground.keep()
    assert vectors(ground) == 0
    ground.let_claims_end()
    ground.keep()
    assert (vectors(ground), ground.spaces()[0].dimension) == (6, 64)


def test_the_old_model_serves_until_the_new_one_is_complete(ground: Ground) -> None:
    ground.add("rotas", TEXTS)
    ground.keep()
    ground.admit()
    new = ground.keeper_of("good-64")
    assert not new.work(), "the old one was judged just now"
    ground.let_models_settle()
    for _ in range(3):
        assert new.work()
        ground.standin.asked.clear()
        ground.search(f"rota {ground.scalar('SELECT count(*) FROM chunk_vector')}")
        assert [asked.model for asked in ground.standin.asked] == ["good-128"]
    while new.work() or new.clear():
        pass
    assert [(space.embedder.name, space.left) for space in ground.spaces()] == [("good-64", 0)]
    assert vectors(ground) == 150


def test_vectors_of_a_model_that_gave_way_go_some_at_a_time_whoever_dies_in_between(ground: Ground) -> None:
    ground.add("rotas", TEXTS[:5])
    ground.keep()
    ground.let_models_settle()
    keeper = EmbeddingKeeper(ground.engine, ground.server, Embedder("good-64"), clear_at_once=2)
    while keeper.work():
        pass
    assert (len(ground.spaces()), vectors(ground)) == (1, 10), "the verdict is no longer for it"
    with dying_at("embedding.half-cleared"):
        keeper.clear()
    assert vectors(ground) == 8
    assert [keeper.clear() for _ in range(3)] == [True, True, False]
    assert ground.scalar("SELECT count(DISTINCT space_id) FROM chunk_vector") == 1
    assert (vectors(ground), ground.scalar("SELECT count(*) FROM leftover_space")) == (5, 0)


def test_a_document_is_replaced_while_another_model_takes_over(ground: Ground) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ground.add("rotas", TEXTS[:5])
    ground.keep()
    ground.let_models_settle()
    with ThreadPoolExecutor(1) as pool, session_scope(ground.engine) as connection:
        with session_scope(ground.engine) as before:
            begin_spaces(before, Embedder("good-64"))
            filling = claim_space(before, Embedder("good-64"), timedelta(minutes=1))
        assert filling is not None
        assert keep_made(connection, filling, Verdict("made", 0))
        replacing = pool.submit(ground.add, "rotas", ["uma rota nova", *TEXTS[1:5]])
        eventually(lambda: ground.scalar(waiting) == 1)
        connection.commit()
        replacing.result(timeout=180)
    assert ground.found_by_words("uma rota nova")[0] == "uma rota nova"
    assert ground.scalar("SELECT count(*) FROM chunk_vector JOIN embedding_space ON id = space_id") == 0
    ground.keep("good-64")
    assert vectors(ground) == 5


def test_a_worker_s_thread_makes_what_is_missing(ground: Ground) -> None:
    ground.keeper.start()
    ground.add("rotas", TEXTS[:5])
    eventually(lambda: vectors(ground) == 5)
    ground.keeper.stop()


def test_two_workers_that_are_configured_differently_do_not_pay_in_turns(ground: Ground) -> None:
    ground.add("rotas", TEXTS[:5])
    other = ground.keeper_of("good-64")
    ground.keep()
    for _ in range(3):
        assert not other.work()
        assert not ground.keeper.work()
    assert len(ground.standin.texts) == 5
    assert other.work(ground.tenant_id), "whoever means this company may"
