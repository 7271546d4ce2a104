"""The statements of a search find their rows by index, whatever the parameters and whatever else is indexed."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, text

from models.search.index import IndexedText, SearchIndex
from models.search.posting import _HELD
from models.search.word import _KNOWN, _LIKE
from models.session import build_engine, session_scope
from models.tenant import ensure_tenant

_TEXTS = 3_000

_FETCH = _HELD.replace("%(space_id)s", "$1::bigint").replace("%(terms)s", "$2::text[]")
_KNOW = _KNOWN.text.replace(":space_id", "$1::bigint").replace(":words", "$2::text[]")
_NEAR = _LIKE.text.replace(":space_id", "$1::bigint").replace(":above_all", "$2::text")
for number, name in enumerate(("words", "heads", "tails", "forgiven"), 3):
    _NEAR = _NEAR.replace(f":{name} ", f"${number} ")
_DUE = "SELECT id FROM document WHERE status = 'pending' AND file <> '' AND due_at <= now() ORDER BY due_at LIMIT 1"


@pytest.fixture(scope="module")
def large(clone_database: Callable[[], str]) -> Iterator[Connection]:
    """Many texts in one space, and plans that are made without looking at parameters."""
    engine = build_engine(clone_database(), application_name="recado-tests")
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        index = SearchIndex(connection)
        space = index.open_space(tenant_id, "documents", tenant_id)
        index.add(space, [IndexedText(f"produto {n:x} da marca {n % 97:b} em caixa") for n in range(_TEXTS)])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("search_posting", "search_word", "document"):
            connection.execute(text(f"ANALYZE {table}"))
        connection.execute(text("SET plan_cache_mode = force_generic_plan"))
        yield connection
        connection.execute(text("RESET plan_cache_mode"))
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "count", "index"),
    [
        (_FETCH, 2, "search_posting_pkey"),
        (_KNOW, 2, "search_word_pkey"),
        (_NEAR, 6, "search_word_pkey"),
        (_NEAR, 6, "search_word_backward"),
    ],
    ids=["postings", "known words", "beginnings", "endings"],
)
def test_a_search_reads_no_table_through(large: Connection, statement: str, count: int, index: str) -> None:
    large.exec_driver_sql(f"PREPARE probe AS {statement}")
    try:
        nothing = ", ".join(["NULL"] * count)
        plan = "\n".join(large.exec_driver_sql(f"EXPLAIN (COSTS OFF) EXECUTE probe({nothing})").scalars())
    finally:
        large.exec_driver_sql("DEALLOCATE probe")
    assert index in plan, plan
    assert "Seq Scan on search" not in plan, plan


def test_what_is_due_is_found_among_any_number_of_documents(large: Connection) -> None:
    large.execute(text("SET enable_seqscan = off"))  # of an empty table nothing is quicker than reading it through
    plan = "\n".join(large.exec_driver_sql(f"EXPLAIN (COSTS OFF) {_DUE}").scalars())
    large.execute(text("RESET enable_seqscan"))
    assert "document_due" in plan, plan
