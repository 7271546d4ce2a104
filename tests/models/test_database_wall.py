"""Databases that a company's files name: reached where they may be, and nowhere else whatever a name leads to."""

from collections.abc import Sequence

import pymysql
import pytest
from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from models.errors import ConfigurationError
from models.network.database_wall import DatabaseWall


class Names:
    """A resolver whose every name leads there; it notes what it was asked."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(f"{host}:{port}")
        return self.addresses


def engine_of(url: str | URL) -> Engine:
    return create_engine(url, connect_args={"connect_timeout": 2})


def refusal(url: str, wall: DatabaseWall) -> str:
    """Of the first connection."""
    engine = engine_of(url)
    wall.guard(engine)
    with pytest.raises(OperationalError) as caught:
        engine.connect()
    engine.dispose()
    return str(caught.value.orig)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1"])
@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "mysql+pymysql"])
def test_a_name_that_leads_inside_is_not_connected_to(scheme: str, address: str) -> None:
    wall = DatabaseWall(resolve=Names(address))
    assert "not public" in refusal(f"{scheme}://reader:pw@erp.acme.example/sales", wall)


def test_what_is_listed_may_be_inside_but_never_a_metadata_server() -> None:
    for address, words in (("127.0.0.1", "refused"), ("169.254.169.254", "not public")):
        wall = DatabaseWall({"erp.acme.example:1"}, resolve=Names(address))
        assert words in refusal("postgresql+psycopg://reader@erp.acme.example:1/sales", wall).lower()


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://r@erp.example/s?hostaddr=127.0.0.1",
        "postgresql+psycopg://r@erp.example/s?host=127.0.0.1",
        "postgresql+psycopg://r@erp.example,127.0.0.1/s",
        "postgresql+psycopg://r@erp.example/s?service=own",
        "postgresql+psycopg://r@erp.example/s?sslkey=/etc/ssl/private/key",
        "postgresql+psycopg:///s?host=a.example&host=127.0.0.1",
        "mysql+pymysql://r@erp.example/s?unix_socket=/run/mysqld.sock",
        "mysql+pymysql://r@erp.example/s?read_default_file=/root/.my.cnf",
        "postgresql+psycopg:///s",
        "postgresql+psycopg:///s?host=/run/postgresql",
    ],
)
def test_detours_are_refused_before_anything_is_looked_up(address: str) -> None:
    names = Names("93.184.216.34")
    with pytest.raises(ConfigurationError):
        DatabaseWall({"erp.example"}, resolve=names).guard(engine_of(address))
    assert names.asked == []


def test_a_listed_socket_is_connected_to_but_never_the_installation_s_own_database(fresh_database_url: str) -> None:
    url = make_url(fresh_database_url).set(drivername="postgresql+psycopg")
    other = url.set(database="postgres")
    with pytest.raises(ConfigurationError, match="list localhost"):
        DatabaseWall().guard(engine_of(other))
    wall = DatabaseWall({"localhost"}, own=[fresh_database_url])
    engine = engine_of(other)
    wall.guard(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_database()")).scalar_one() == "postgres"
    engine.dispose()
    assert "its own records" in refusal(url.render_as_string(hide_password=False), wall)


@pytest.mark.parametrize("own", ["postgresql://recado@db.example:5433/recado", "redis://db.example:5433/0"])
def test_the_installation_s_own_is_known_by_its_address_under_any_name(own: str) -> None:
    wall = DatabaseWall({"alias.example"}, own=[own], resolve=Names("10.0.0.5"))
    assert "its own records" in refusal("postgresql+psycopg://r@alias.example:5433/recado", wall)


@pytest.mark.parametrize("end", ["", "/", "/?host=/run/own"])
def test_an_address_that_leaves_the_database_to_the_driver_is_refused(end: str) -> None:
    """A role called as the installation's database would be let into it."""
    wall = DatabaseWall({"db.example", "localhost"}, own=["postgresql://recado@db.example/recado"])
    address = f"postgresql+psycopg://recado@{'' if 'host=' in end else 'db.example'}{end}"
    with pytest.raises(ConfigurationError, match="says which database"):
        wall.guard(engine_of(address))


def test_each_connection_is_judged_anew_and_goes_to_what_was_judged() -> None:
    names = Names("93.184.216.34")
    engine = engine_of("mysql+pymysql://r@erp.example:1/s")
    DatabaseWall({"erp.example"}, resolve=names).guard(engine)
    names.addresses = ("127.0.0.1",)
    with pytest.raises(OperationalError, match="no connection"):
        engine.connect()
    names.addresses = ("169.254.169.254",)
    with pytest.raises(OperationalError, match="not public") as caught:
        engine.connect()
    assert isinstance(caught.value.orig, pymysql.err.OperationalError)
    assert names.asked == ["erp.example:1"] * 2
