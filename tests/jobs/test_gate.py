"""Vectors are let into answers only where they find, on the company's own documents, nearly what words find."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar

import pytest
from sqlalchemy import Engine

from jobs.knowledge.embedding import EmbeddingKeeper
from jobs.knowledge.embedding_asking import Embedded
from jobs.knowledge.gate import Trial, hold_out, sum_up
from models.knowledge.chunk_vector import Sample
from models.knowledge.document import Upload
from models.knowledge.embedding_space import Embedder, Verdict, claim_space, list_spaces
from models.knowledge.embedding_verdict import forget_verdict, keep_given, keep_made
from models.session import session_scope
from tests.jobs.embedding_ground import Ground
from tests.jobs.retrieval_recording import RECORDING, read_recording, recall
from tests.standins.embeddings import StandInEmbeddings

SUBJECTS = ("frete", "garantia", "desconto", "devolução", "pagamento", "estoque", "entrega", "cadastro")


def passages(count: int) -> list[str]:
    """Three sentences each, whose inner one shares a rare word with the others."""
    return [
        f"A regra {number}ª de {SUBJECTS[number % 8]} é do setor zona{number}. "
        f"Quem compra na zona{number} pergunta por {SUBJECTS[number % 8]} antes de fechar. "
        f"A zona{number} responde por {SUBJECTS[(number + 3) % 8]} e por mais nada além disso, em todos os casos."
        for number in range(count)
    ]


@contextmanager
def judged(engine: Engine, llm: str, texts: list[str]) -> Iterator[Ground]:
    with StandInEmbeddings(knows=texts) as standin:
        ground = Ground(engine, standin, llm)
        ground.add("regras", texts)
        ground.keep()
        yield ground


def test_a_model_that_knows_what_belongs_together_is_admitted(engine: Engine) -> None:
    with judged(engine, "good-1024", passages(80)) as ground:
        (space,) = ground.spaces()
        assert space.verdict is not None
        assert space.admitted, space.verdict
        assert (space.verdict.by, space.verdict.asks) == ("made", 80)
        assert space.verdict.dense >= 0.9
        assert space.verdict.near is not None
        held = [one for one in ground.standin.texts if one not in passages(80)]
        assert len(held) == 160, "a question and the rest of its passage, and nothing else is paid again"
        assert not ground.keeper.work()


def test_a_model_that_places_texts_at_random_is_not(engine: Engine) -> None:
    with judged(engine, "bad-256", passages(80)) as ground:
        (space,) = ground.spaces()
        assert space.verdict is not None
        assert space.verdict.dense < 0.3 < space.verdict.lexical
        assert not space.admitted
        asked = len(ground.standin.asked)
        assert "zona7." in ground.found("o que vale na zona7")[0]
        assert len(ground.standin.asked) == asked


def test_too_few_passages_prove_nothing(engine: Engine) -> None:
    with judged(engine, "good-256", passages(10)) as ground:
        (space,) = ground.spaces()
        assert (space.admitted, space.verdict) == (False, Verdict("made", 0, 0.0, 0.0, 0.0, None))
        assert not ground.keeper.work(), "judged, and not again before there is more"
        ground.add("mais regras", passages(90)[10:])
        ground.keep()
        (space,) = ground.spaces()
        assert space.verdict is not None
        assert (space.admitted, space.verdict.asks) == (True, 90)


def test_a_verdict_is_made_anew_when_the_documents_have_changed_much(engine: Engine) -> None:
    with judged(engine, "good-1024", passages(80)) as ground:
        before = ground.spaces()[0].judged_at
        ground.add("um pouco", passages(95)[80:])
        ground.keep()
        assert ground.spaces()[0].judged_at == before
        ground.add("mais", passages(110)[95:])
        ground.keep()
        assert ground.spaces()[0].judged_at != before


def test_another_model_behind_the_name_is_noticed_by_the_verdict(engine: Engine) -> None:
    with judged(engine, "good-256", passages(60)) as ground:
        ground.standin.answers_with = 64
        with session_scope(engine) as connection:
            forget_verdict(connection, ground.tenant_id, Embedder("good-256"))
        ground.keep()
        assert ground.scalar("SELECT count(*) FROM chunk_vector") == 0
        assert "64 figures" in ground.spaces()[0].error
        ground.let_claims_end()
        ground.keep()
        assert (ground.spaces()[0].dimension, ground.spaces()[0].left) == (64, 0)


def fill(ground: Ground) -> None:
    """All vectors are there, and nobody has judged them."""
    while not (ground.spaces() and ground.spaces()[0].left == 0):
        assert ground.keeper.work(ground.tenant_id)


def test_questions_of_ones_own_count_for_more_than_a_worker_s_that_was_at_it(engine: Engine) -> None:
    given = Verdict("given", 30, 0.5, 0.9, 0.9, 0.5)

    class Overruled:
        asked = 0

        def embed(self, embedder: Embedder, texts: Sequence[str], timeout: float) -> Embedded:
            self.asked += 1
            with session_scope(engine) as connection:
                assert keep_given(connection, ground.spaces()[0].id, given, 60)
            return ground.server.embed(embedder, texts, timeout)

    with StandInEmbeddings(knows=passages(60)) as standin:
        ground = Ground(engine, standin, "bad-256")
        ground.add("regras", passages(60))
        fill(ground)
        server = Overruled()
        keeper = EmbeddingKeeper(engine, server, Embedder("bad-256"))
        assert keeper.work()
        assert not keeper.work()
        assert (ground.spaces()[0].verdict, ground.spaces()[0].admitted) == (given, True)
        assert server.asked == 1, "what is of no use is not paid for"


def test_a_verdict_that_comes_after_one_s_own_is_not_kept(engine: Engine) -> None:
    given = Verdict("given", 30, 0.5, 0.9, 0.9, 0.5)
    with StandInEmbeddings() as standin, session_scope(engine) as connection:
        ground = Ground(engine, standin)
        ground.add("regras", passages(5))
        fill(ground)
        filling = claim_space(connection, Embedder("good-128"), timedelta(minutes=1))
        assert filling is not None
        assert keep_given(connection, filling.id, given, filling.texts)
        assert not keep_made(connection, filling, Verdict("made", 0))
        assert [one.verdict for one in list_spaces(connection)] == [given]


def test_a_verdict_that_takes_long_keeps_its_claim(engine: Engine) -> None:
    left = "SELECT extract(epoch FROM due_at - now()) FROM embedding_space"

    class Slow:
        claims: ClassVar[list[float]] = []

        def embed(self, embedder: Embedder, texts: Sequence[str], timeout: float) -> Embedded:
            self.claims.append(float(str(ground.scalar(left))))
            ground.let_claims_end()
            return ground.server.embed(embedder, texts, timeout)

    with StandInEmbeddings(knows=passages(60)) as standin:
        ground = Ground(engine, standin, "good-256")
        ground.add("regras", passages(60))
        fill(ground)
        assert EmbeddingKeeper(engine, Slow(), Embedder("good-256")).work()
        assert len(Slow.claims) > 2
        assert min(Slow.claims) > 120, "more than a request may take"
        assert ground.spaces()[0].admitted


def test_the_index_that_words_are_tried_on_is_never_there(engine: Engine) -> None:
    with judged(engine, "good-256", passages(60)) as ground:
        assert ground.scalar("SELECT count(*) FROM search_space") == 1
        assert ground.scalar("SELECT count(*) FROM search_word WHERE word = 'zona7'") == 1


def test_a_question_is_an_inner_sentence_and_is_taken_out_of_its_passage() -> None:
    whole = "Abre a norma. A multa por atraso é de dois por cento ao mês. " + "Fecha a norma com mais palavras. " * 4
    (one,) = hold_out([Sample(whole.strip(), f"Contrato\n{whole.strip()}", "pt", [1.0])])
    assert one.question == "A multa por atraso é de dois por cento ao mês."
    assert one.question not in one.rest
    assert one.rest.startswith("Contrato\nAbre a norma.")
    short = "Um. Dois três. Quatro."
    twice = f"{one.question} {one.question} {one.question}"
    assert hold_out([Sample(text, text, "pt", [1.0]) for text in (short, twice, "uma linha só, sem mais")]) == []


@pytest.mark.parametrize(
    ("words", "vectors", "both", "admits"),
    [(10, 9, 10, True), (10, 8, 10, False), (0, 1, 1, True), (0, 0, 0, False), (5, 9, 9, True), (10, 10, 9, False)],
    ids=["nine tenths", "less", "words find nothing", "nobody does", "better", "together they lose"],
)
def test_nine_tenths_of_what_words_find_are_enough_where_nothing_is_lost(
    words: int, vectors: int, both: int, admits: bool
) -> None:
    trials = [Trial(number < words, number < vectors, number < both, 0.3) for number in range(10)]
    assert sum_up("made", trials).admits is admits
    assert not sum_up("made", []).admits


def test_near_is_what_one_wrong_passage_in_twenty_reaches() -> None:
    trials = [Trial(True, True, True, number / 100) for number in range(101)]
    assert sum_up("given", trials).near == pytest.approx(0.95)


@pytest.mark.skipif(not RECORDING.exists(), reason="the recordings lie beside the repository")
def test_the_recorded_questions_gain_by_a_good_model_and_a_bad_one_changes_nothing(engine: Engine) -> None:
    """A model that has half understood each question: what it adds to words is more than what it takes."""
    passages_, questions = read_recording()
    texts = {one.given_id: one.text for one in passages_}
    with StandInEmbeddings(knows=[one.text for one in passages_]) as standin:
        standin.taught = {one.text: str(texts[min(one.relevant)]) for one in questions}
        ground = Ground(engine, standin, "bad-64")
        ground.library.add(ground.tenant_id, Upload("pira", "pira", "pt", ("rep",)), passages_)
        ground.keep()
        assert not ground.spaces()[0].admitted
        few = [one.text for one in questions[::40]]
        assert [ground.found(query) for query in few] == [ground.found_by_words(query) for query in few]
        ground.keep("good-2048")
        assert ground.spaces()[0].admitted
        some = questions[::8]
        assert recall(ground.ids, some) >= recall(ground.ids_by_words, some)
