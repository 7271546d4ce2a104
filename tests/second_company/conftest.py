"""The second company in each database, and its assistant with the offline engine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pymysql
import pytest

from models.sales.reading import read_source_file
from models.sales.source import SalesSource
from tests.second_company.loading import load
from tests.second_company.mariadb import find_server, running_server
from tests.second_company.world import World

FILE = Path(__file__).with_name("ferragens.yaml")


@pytest.fixture(scope="session")
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def mariadb_url(world: World) -> Iterator[str]:
    """The company's database in MariaDB, through the eyes of a role that may only read."""
    program = find_server()
    if program is None:
        pytest.skip("there is no MariaDB server on this machine (Debian: apt-get install mariadb-server)")
    with running_server(program) as url_of:
        socket = url_of("", "").partition("unix_socket=")[2]
        with pymysql.connect(unix_socket=socket, user="root", autocommit=True, charset="utf8mb4") as connection:
            cursor = connection.cursor()
            cursor.execute("CREATE DATABASE ferragens CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
            cursor.execute("USE ferragens")
            load(lambda statement, values: cursor.execute(statement, values or None), "datetime", world)
            cursor.execute("CREATE USER leitor@localhost")
            cursor.execute("GRANT SELECT ON ferragens.* TO leitor@localhost")
        yield url_of("leitor", "ferragens")


@pytest.fixture(scope="session")
def postgres_url(clone_database: Callable[[], str], world: World) -> str:
    """The same rows in a schema of their own, where the URL's role finds them first."""
    url = clone_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA ferragens")
        connection.execute("SET search_path = ferragens")
        load(lambda statement, values: connection.execute(statement.encode(), values), "timestamp", world)
    return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3Dferragens"


@pytest.fixture(scope="session", params=["postgresql", "mariadb"])
def second_url(request: pytest.FixtureRequest) -> str:
    """Each database in turn."""
    return str(request.getfixturevalue("postgres_url" if request.param == "postgresql" else "mariadb_url"))


@pytest.fixture(scope="session")
def second(second_url: str) -> Iterator[SalesSource]:
    """The company's source, by its file alone."""
    source = SalesSource(second_url, read_source_file(FILE))
    yield source
    source.close()
