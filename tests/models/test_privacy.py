"""Whatever can hold a text is known: as somebody's, with a way to erase it, or as nobody's."""

from sqlalchemy import Engine, text

from models.privacy.inventory import HOLDINGS
from models.session import session_scope
from models.tables import metadata

# Types that can hold what somebody wrote, whatever they are called.
_COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND (
        data_type IN ('text', 'json', 'jsonb', 'bytea', 'ARRAY', 'xml')
        OR data_type LIKE 'character%' OR udt_name IN ('citext', 'tsvector', 'vector', 'halfvec', 'sparsevec', 'hstore')
    )
"""
_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"


def test_every_column_that_can_hold_a_text_is_classified(engine: Engine) -> None:
    with session_scope(engine) as connection:
        found = {tuple(row) for row in connection.execute(text(_COLUMNS))}
        tables = set(connection.execute(text(_TABLES)).scalars())
    classified = {
        (table, column) for table, holding in HOLDINGS.items() for column in (*holding.personal, *holding.plain)
    }
    assert found == classified
    assert tables == set(HOLDINGS)


def test_no_column_is_both_somebodys_and_nobodys() -> None:
    assert [name for name, holding in HOLDINGS.items() if set(holding.personal) & set(holding.plain)] == []


def test_whatever_is_personal_is_deleted_or_emptied() -> None:
    """In a row that goes on, every personal column is given another value."""
    kept = {
        (name, column)
        for name, holding in HOLDINGS.items()
        if holding.emptied
        for column in holding.personal
        if column not in holding.emptied
    }
    assert kept == set()
    assert [name for name, holding in HOLDINGS.items() if holding.personal and not holding.hers] == []


def test_words_are_cut_out_of_columns_that_are_there() -> None:
    assert all(set(holding.quoting) <= set(holding.personal) for holding in HOLDINGS.values())
    emptied = {name: set(holding.emptied) for name, holding in HOLDINGS.items() if holding.emptied}
    assert {name: columns - set(metadata.tables[name].c.keys()) for name, columns in emptied.items()} == {
        name: set() for name in emptied
    }
