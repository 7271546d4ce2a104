"""The engines that every other test stands on."""

from redis import Redis
from sqlalchemy import Engine, text


def test_a_fresh_database_is_migrated_and_empty(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
        assert connection.execute(text("SHOW server_encoding")).scalar_one() == "UTF8"


def test_one_test_does_not_see_what_another_wrote(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alone (n int)"))


def test_one_test_does_not_see_what_another_wrote_either(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alone (n int)"))


def test_the_queue_is_empty_for_those_who_ask(fresh_redis_url: str) -> None:
    with Redis.from_url(fresh_redis_url) as client:
        assert client.dbsize() == 0
