"""pgvector in a database whose owner may not create it: said at once, with what to do, and then nothing is missing."""

from collections.abc import Iterator

import psycopg
import pytest

from bot.embedded.postgres import EmbeddedPostgres
from bot.migrate import is_at_head, upgrade
from models.errors import ConfigurationError
from models.session import build_engine

DATABASE = "of_a_plain_role"


@pytest.fixture
def plain_url(run_postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database of a role that is no superuser."""
    with psycopg.connect(run_postgres.url_of("postgres"), autocommit=True) as connection:
        connection.execute("CREATE ROLE plain LOGIN")
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER plain TEMPLATE template0")
        yield run_postgres.url_of(DATABASE).replace("recado@", "plain@")
        connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        connection.execute("DROP ROLE plain")


def test_a_role_that_may_not_create_the_extension_is_told_who_may(
    plain_url: str, run_postgres: EmbeddedPostgres
) -> None:
    with pytest.raises(ConfigurationError, match="superuser run CREATE EXTENSION vector"):
        upgrade(plain_url)
    with psycopg.connect(run_postgres.url_of(DATABASE), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION vector")
    upgrade(plain_url)
    engine = build_engine(plain_url, application_name="recado-tests", pool_size=1)
    assert is_at_head(engine)
    engine.dispose()
