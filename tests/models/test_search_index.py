"""The search index: what is found, in what order, and what is left of what was taken out."""

import math
import threading
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from models.ids import new_id
from models.retrieval.lexicon import grams_of, read_words, stem_of
from models.retrieval.postings import BLOCK
from models.retrieval.ranking import K1, B
from models.search.index import IndexedText, SearchIndex
from models.session import session_scope
from models.tenant import ensure_tenant

POLICIES = [
    "Política de devolução: o cliente pode devolver o produto em até 7 dias.",
    "Prazo de entrega para São Paulo: 3 dias úteis. Frete grátis acima de R$ 500.",
    "Garantia de 12 meses contra defeitos de fabricação.",
    "Formas de pagamento: boleto, cartão e Pix. Boletos vencem em 28 dias.",
]


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with session_scope(engine) as connection:
        yield connection


def a_space(connection: Connection, slug: str = "aurora") -> int:
    tenant_id = ensure_tenant(connection, slug=slug, name=slug, timezone="America/Sao_Paulo")
    return SearchIndex(connection).open_space(tenant_id, "documents", tenant_id)


def as_texts(texts: list[str]) -> list[IndexedText]:
    return [IndexedText(text) for text in texts]


def numbers(connection: Connection, space: int, query: str, k: int = 10, **filters: object) -> list[int]:
    return [hit.number for hit in SearchIndex(connection).search(space, query, k, **filters)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("como faço para devolver um produto?", 0),
        ("devoluçoes", 0),
        ("PRAZO DE ENTREGA", 1),
        ("prazo de entrga", 1),  # a letter is missing
        ("fretes gratuitos", 1),
        ("garantia", 2),
        ("garamtia", 2),
        ("boletto", 3),
        ("quando vence o boleto?", 3),
    ],
)
def test_a_text_is_found_whatever_becomes_of_accents_endings_and_letters(
    connection: Connection, query: str, number: int
) -> None:
    space = a_space(connection)
    assert SearchIndex(connection).add(space, as_texts(POLICIES)) == range(4)
    assert numbers(connection, space, query)[0] == number


def test_what_shares_nothing_with_the_question_is_not_found(connection: Connection) -> None:
    space = a_space(connection)
    SearchIndex(connection).add(space, as_texts(POLICIES))
    assert numbers(connection, space, "xyzw") == []
    assert numbers(connection, space, "o que e de") == [], "nothing but words that say nothing"
    assert numbers(connection, space, "") == []


def test_a_number_is_never_taken_for_another(connection: Connection) -> None:
    space = a_space(connection)
    SearchIndex(connection).add(space, as_texts(["modelo 4711 preto", "modelo 4712 preto"]))
    best, second = SearchIndex(connection).search(space, "4712", 2)
    assert (best.number, best.coverage) == (1, 1.0)
    assert second.coverage == 0.0, "pieces alone cover nothing"


def test_filters_come_before_ranking_so_that_k_are_found_wherever_k_exist(connection: Connection) -> None:
    space = a_space(connection)
    SearchIndex(connection).add(space, as_texts(["frete frete frete"] * 50 + ["o frete e o resto do texto"] * 5))
    assert numbers(connection, space, "frete", 5, allowed=[(50, 54)]) == [50, 51, 52, 53, 54]
    assert numbers(connection, space, "frete", 3, allowed=[(53, 53), (10, 10), (3, 4)]) == [3, 4, 10]
    assert numbers(connection, space, "frete", 5, allowed=[]) == []


def test_nothing_of_another_space_is_found(connection: Connection) -> None:
    ours, theirs = a_space(connection), a_space(connection, "boreal")
    SearchIndex(connection).add(theirs, as_texts(POLICIES))
    assert numbers(connection, ours, "garantia") == []
    SearchIndex(connection).add(ours, as_texts(["garantia"]))
    assert numbers(connection, ours, "garantia") == [0]


def test_a_question_is_stemmed_by_each_language_of_the_space(connection: Connection) -> None:
    space = a_space(connection)
    SearchIndex(connection).add(space, [IndexedText("Deliveries take three days", "en"), IndexedText("entregas", "pt")])
    assert SearchIndex(connection).search(space, "delivery", 1)[0].coverage > 0.4
    assert SearchIndex(connection).search(space, "entregar", 1)[0].coverage > 0.4


def test_what_is_removed_leaves_no_word_behind(connection: Connection) -> None:
    space, index = a_space(connection), SearchIndex(connection)
    index.add(space, as_texts(POLICIES))
    secret = index.add(space, as_texts(["o segredo da Zoraide", "outro segredo da Zoraide"]))
    index.remove(space, secret[0], secret[-1], as_texts(["o segredo da Zoraide", "outro segredo da Zoraide"]))
    assert numbers(connection, space, "Zoraide segredo") == []
    assert numbers(connection, space, "garantia") == [2]
    for table, column in (("search_posting", "term"), ("search_word", "word")):
        left = connection.execute(text(f"SELECT {column} FROM {table} WHERE {column} LIKE '%zora%'"))
        assert left.all() == [], table
    index.remove(space, 0, 3, as_texts(POLICIES))
    counted = connection.execute(text("SELECT texts, stems, grams FROM search_space")).one()
    assert tuple(counted) == (0, 0, 0)
    assert connection.execute(text("SELECT count(*) FROM search_posting")).scalar_one() == 0
    assert index.add(space, as_texts(["novo"])) == range(6, 7), "a number is never given twice"


def test_texts_beyond_a_block_are_found_filtered_and_removed(connection: Connection) -> None:
    space, index = a_space(connection), SearchIndex(connection)
    many = [f"item {n} comum" for n in range(BLOCK + 10)]
    assert index.add(space, as_texts(many)) == range(BLOCK + 10)
    assert numbers(connection, space, f"item {BLOCK + 3}", 1) == [BLOCK + 3]
    assert numbers(connection, space, "comum", 3, allowed=[(BLOCK - 1, BLOCK + 1)]) == [BLOCK - 1, BLOCK, BLOCK + 1]
    index.remove(space, BLOCK - 2, BLOCK + 9, as_texts(many[BLOCK - 2 :]))
    assert numbers(connection, space, "comum", 5, allowed=[(BLOCK - 4, BLOCK + 9)]) == [BLOCK - 4, BLOCK - 3]


def test_two_who_add_at_once_get_numbers_of_their_own(engine: Engine) -> None:
    with session_scope(engine) as connection:
        space = a_space(connection)
    taken: list[range] = []

    def add(word: str) -> None:
        with session_scope(engine) as connection:
            taken.append(SearchIndex(connection).add(space, as_texts([word] * 20)))

    threads = [threading.Thread(target=add, args=(f"palavra{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(number for part in taken for number in part) == list(range(80))
    with session_scope(engine) as connection:
        assert len(numbers(connection, space, "palavra0 palavra1 palavra2 palavra3", 100)) == 80


def test_a_space_that_is_gone_takes_nothing(connection: Connection) -> None:
    space, index = a_space(connection), SearchIndex(connection)
    index.add(space, as_texts(POLICIES))
    index.delete_space(space)
    assert index.search(space, "garantia", 5) == []
    assert connection.execute(text("SELECT count(*) FROM search_posting")).scalar_one() == 0
    with pytest.raises(LookupError):
        index.add(space, as_texts(["novo"]))
    assert index.find_space(UUID(int=1), "documents", new_id()) is None


# Against the formula, written down once more without arrays, blocks or codes.

_WORDS = ["frete", "entrega", "entregas", "prazo", "garantia", "devolver", "boleto", "7", "dias", "ação"]


def plain_bm25(texts: list[list[str]], asked: set[str]) -> list[float]:
    average = sum(map(len, texts)) / len(texts)
    scores = []
    for terms in texts:
        counts, score = Counter(terms), 0.0
        for term in asked & set(terms):
            holders = sum(term in other for other in texts)
            weight = math.log(1 + (len(texts) - holders + 0.5) / (holders + 0.5))
            score += weight * counts[term] * (K1 + 1) / (counts[term] + K1 * (1 - B + B * len(terms) / average))
        scores.append(score)
    return scores


@settings(max_examples=25, deadline=None)
@given(
    texts=st.lists(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=12), min_size=1, max_size=8),
    query=st.lists(st.sampled_from(_WORDS), min_size=1, max_size=4),
)
def test_scores_are_those_of_the_formula(database_url: str, texts: list[list[str]], query: list[str]) -> None:
    from models.session import build_engine

    engine = build_engine(database_url, application_name="recado-tests", pool_size=1)
    with engine.connect() as connection:  # never committed
        space = a_space(connection, new_id().hex)
        SearchIndex(connection).add(space, as_texts([" ".join(words) for words in texts]))
        hits = {hit.number: hit.score for hit in SearchIndex(connection).search(space, " ".join(query), 20)}
    engine.dispose()
    known = {word for words in texts for word in read_words(" ".join(words))}
    asked = {word for word in read_words(" ".join(query)) if word in known}
    if len(asked) < len(set(query)):
        return  # a word that nobody holds is joined by its neighbour: not what this is about
    read = [read_words(" ".join(words)) for words in texts]
    by_stems = plain_bm25([[stem_of(w, "pt") for w in ws] for ws in read], {stem_of(w, "pt") for w in asked})
    by_grams = plain_bm25(
        [[g for w in ws for g in grams_of(w)] for ws in read], {g for w in asked for g in grams_of(w)}
    )
    for number, (stems, grams) in enumerate(zip(by_stems, by_grams, strict=True)):
        assert hits.get(number, 0.0) == pytest.approx(stems + grams, rel=0.03, abs=1e-9)


def test_a_piece_that_most_of_many_texts_hold_decides_nothing_and_a_word_still_finds(connection: Connection) -> None:
    space, index = a_space(connection), SearchIndex(connection)
    index.add(space, as_texts([f"entrega {n}" for n in range(1_200)] + ["retirada na loja"]))
    assert numbers(connection, space, "entrega 77", 1) == [77]
    assert numbers(connection, space, "entrega", 3) == [0, 1, 2]
    assert numbers(connection, space, "retirada", 1) == [1_200]
