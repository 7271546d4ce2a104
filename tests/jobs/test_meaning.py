"""Passages found by what they mean as well as by their words: through the right eyes, in time, and never worse."""

import logging
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, text

from jobs.knowledge.fusing import nearness
from models.knowledge.chunk_vector import nearest, put_vectors
from models.knowledge.embedding_space import find_serving
from models.knowledge.embedding_use import sum_use
from models.knowledge.passage import SearchScope
from models.knowledge.vector_index import tend_indexes
from models.retrieval.answering import ANSWERS
from models.retrieval.fusion import fuse
from models.session import session_scope
from tests.jobs.embedding_ground import Ground, standing_on
from tests.standins.embeddings import Fault

EVER = (date(2000, 1, 1), date(2100, 1, 1))
CANCELLING = "O cancelamento do pedido é aceito até o envio."
OTHERS = ["A garantia cobre um ano de uso.", "O frete é grátis no sul.", "Notas fiscais saem às sextas."]
PARAPHRASE = "desistencia da compra"  # no word of the passage


@pytest.fixture
def ground(engine: Engine) -> Iterator[Ground]:
    with standing_on(engine) as made:
        yield made


@pytest.fixture
def stocked(ground: Ground) -> Ground:
    ground.add("termos", [CANCELLING, *OTHERS])
    ground.keep()
    ground.admit()
    return ground


def test_a_paraphrase_is_found_that_words_miss(stocked: Ground) -> None:
    scope = SearchScope(stocked.tenant_id, "rep", None, date(2026, 3, 2))
    assert stocked.words_alone.search(PARAPHRASE, scope, 5) == []
    assert stocked.found(PARAPHRASE)[0] == CANCELLING


def test_vectors_have_no_say_before_they_are_admitted(ground: Ground) -> None:
    ground.add("termos", [CANCELLING, *OTHERS])
    ground.keep()
    asked = len(ground.standin.asked)
    assert ground.found(PARAPHRASE) == []
    assert len(ground.standin.asked) == asked, "and no question leaves the house"


def test_a_passage_that_only_vectors_found_answers_where_it_is_near(stocked: Ground) -> None:
    first = stocked.search(PARAPHRASE)[0]
    assert (first.text, first.answers >= ANSWERS) == (CANCELLING, True)
    far = stocked.search("xilofone zebrado")
    assert [passage.answers < ANSWERS for passage in far] == [True] * 4
    stocked.admit(near=None)
    assert (stocked.search(PARAPHRASE)[0].coverage, stocked.search(PARAPHRASE)[0].answers) == (0.0, 0.0)
    by_words = stocked.search("desistencia da compra com garantia")[0]
    assert min(by_words.coverage, by_words.answers) > 0, "words count as ever"


def test_nearness_begins_where_wrong_passages_end() -> None:
    assert nearness(0.7, 0.7) == ANSWERS
    assert nearness(1.0, 0.7) == pytest.approx(1)
    assert [nearness(0.69, 0.7), nearness(None, 0.7), nearness(0.9, None), nearness(1.0, 1.0)] == [0.0] * 4


def test_what_both_ways_find_comes_before_what_one_finds() -> None:
    assert [number for number, _ in fuse([1, 2, 3], [3, 4])] == [3, 1, 2, 4]
    assert fuse([], []) == []


def test_vectors_show_nobody_what_is_not_for_her(ground: Ground) -> None:
    ground.add("para todos", OTHERS, roles=("rep", "manager"))
    ground.add("dos gerentes", [CANCELLING], roles=("manager",))
    other = ground.tenant("boreal")
    ground.add("termos", ["Pedido: cancelamento proibido."], tenant_id=other)
    ground.keep()
    ground.admit()
    assert CANCELLING in ground.found(PARAPHRASE, role="manager")
    assert set(ground.found(PARAPHRASE, role="rep")) == set(OTHERS)
    assert ground.found(PARAPHRASE, role="customer") == []
    assert [one.text for one in ground.search(PARAPHRASE, tenant_id=other)] == ["Pedido: cancelamento proibido."]


def test_k_come_back_whenever_there_are_k_that_may_be_seen(ground: Ground) -> None:
    """Filters lie over vectors before they are ranked: those nearest of all are somebody else's here."""
    ground.add("dos gerentes", [f"{CANCELLING} {number}" for number in range(120)], roles=("manager",))
    ground.add("para todos", [f"garantia {number}" for number in range(30)], roles=("rep",))
    ground.keep()
    ground.admit()
    assert len(ground.found(PARAPHRASE, k=30)) == 30
    tend_indexes(ground.engine, bound=100)
    with session_scope(ground.engine) as connection:
        space = find_serving(connection, ground.tenant_id)
    assert space is not None
    assert space.is_indexed
    assert len(ground.found(PARAPHRASE, k=30)) == 30
    with session_scope(ground.engine) as connection:
        asked = ground.server.embed(space.embedder, [PARAPHRASE], 5).vectors[0]
        by_index = nearest(connection, ground.tenant_id, space, asked, 30, [(120, 149)])
    assert len(by_index) == 30
    assert {number for number, _ in by_index} == set(range(120, 150))


def test_an_index_comes_and_goes_with_its_space_and_ranks_as_reading_through_does(ground: Ground) -> None:
    ground.add("rotas", [f"rota {number} com frete {number % 7}" for number in range(200)])
    ground.keep()
    ground.admit()
    with session_scope(ground.engine) as connection:
        plain = find_serving(connection, ground.tenant_id)
    assert plain is not None
    asked = ground.server.embed(plain.embedder, ["rota 17 com frete"], 5).vectors[0]
    tend_indexes(ground.engine, bound=100)
    tend_indexes(ground.engine, bound=100)
    with session_scope(ground.engine) as connection:
        indexed = find_serving(connection, ground.tenant_id)
        assert indexed is not None
        assert (plain.is_indexed, indexed.is_indexed) == (False, True)
        exact = nearest(connection, ground.tenant_id, plain, asked, 10, [(0, 199)])
        ranked = nearest(connection, ground.tenant_id, indexed, asked, 10, [(0, 199)])
    assert [round(similarity, 3) for _, similarity in ranked] == [round(similarity, 3) for _, similarity in exact]
    ground.keep("good-64")
    tend_indexes(ground.engine, bound=100)
    assert ground.scalar("SELECT count(*) FROM pg_class WHERE relname ~ 'chunk_vector_near'") == 0


def test_the_same_question_again_is_not_paid_again(stocked: Ground) -> None:
    asked = len(stocked.standin.asked)
    for _ in range(3):
        stocked.found(PARAPHRASE)
    assert len(stocked.standin.asked) == asked + 1
    with session_scope(stocked.engine) as connection:
        uses = {use.purpose: use for use in sum_use(connection, stocked.tenant_id, *EVER)}
    assert (uses["questions"].calls, uses["questions"].texts) == (1, 1)


def test_a_server_that_fails_costs_nobody_an_answer_and_is_left_alone(
    stocked: Ground, caplog: pytest.LogCaptureFixture
) -> None:
    stocked.standin.faults.append(Fault(500, b"oops"))
    asked = len(stocked.standin.asked)
    with caplog.at_level(logging.WARNING, "recado.meaning"):
        assert stocked.found("qual garantia")[0] == OTHERS[0]
        assert stocked.found(PARAPHRASE) == []
    assert len(stocked.standin.asked) == asked + 1, "left alone for a while"
    assert "words alone are searched" in caplog.text
    assert PARAPHRASE not in caplog.text
    stocked.now += 31
    assert stocked.found(PARAPHRASE)[0] == CANCELLING
    with session_scope(stocked.engine) as connection:
        uses = {use.purpose: use for use in sum_use(connection, stocked.tenant_id, *EVER)}
    assert (uses["questions"].calls, uses["questions"].failed) == (2, 1)


def test_a_question_that_is_refused_keeps_nobody_else_s_out(stocked: Ground) -> None:
    stocked.standin.refuses.add("xilofone")
    assert stocked.found("xilofone") == []
    assert stocked.found(PARAPHRASE)[0] == CANCELLING


def test_one_company_s_failures_do_not_cost_another_its_vectors(stocked: Ground) -> None:
    other = stocked.tenant("boreal")
    stocked.add("termos", [CANCELLING], tenant_id=other)
    stocked.keep()
    stocked.admit()
    stocked.standin.faults.append(Fault(500, b"oops"))
    assert stocked.found(PARAPHRASE) == []
    assert [one.text for one in stocked.search(PARAPHRASE, tenant_id=other)] == [CANCELLING]


def test_a_question_asked_before_is_asked_anew_of_another_model_behind_the_name(stocked: Ground) -> None:
    assert stocked.found(PARAPHRASE)[0] == CANCELLING
    stocked.standin.answers_with = 64
    stocked.add("mais", ["Uma nota a mais."])
    stocked.keep()
    stocked.let_claims_end()
    stocked.keep()
    stocked.admit()
    assert stocked.spaces()[0].dimension == 64
    assert stocked.found(PARAPHRASE)[0] == CANCELLING


def test_vectors_of_another_length_are_never_compared(stocked: Ground) -> None:
    stocked.standin.answers_with = 64
    assert stocked.found(PARAPHRASE) == []
    assert stocked.found("qual garantia")[0] == OTHERS[0]


def test_a_passage_without_a_vector_is_found_by_its_words(stocked: Ground) -> None:
    with session_scope(stocked.engine) as connection:
        connection.execute(text("UPDATE chunk_vector SET vector = NULL WHERE number = 1"))
        put_vectors(connection, stocked.tenant_id, stocked.spaces()[0].id, {999: [1.0] + [0.0] * 127})
    assert stocked.found("garantia de uso")[0] == OTHERS[0]
    assert stocked.scalar("SELECT count(*) FROM chunk_vector") == 4, "a vector without a passage is not kept"
