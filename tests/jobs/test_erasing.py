"""Erasing a person: nothing of hers is left, nothing of others is lost, and a receipt that names nobody remains."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis

from bot.embedded.cluster import find_installation, server_environment
from jobs.memory.keeper import take_in
from jobs.privacy.erasing import TurnUnderWay, erase, finish, preview
from models.errors import StoredFileMissing
from models.faultpoint import set_fault_hook
from models.files.s3_signing import S3Credentials
from models.files.s3_storage import S3Storage
from models.files.storage import DiskStorage
from models.invariants import find_violations
from models.privacy.inventory import ORDER
from models.session import session_scope
from tests.jobs.house import House, dying_at
from tests.jobs.personal_rows import ANA, BRUNOS_WORDS, MARK, Planted, plant, say_elsewhere
from tests.standins.s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, StandInS3


@pytest.fixture
def planted(house: House, tmp_path: Path) -> Planted:
    return plant(house, DiskStorage(tmp_path / "files"))


@pytest.fixture
def redis(fresh_redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(fresh_redis_url) as client:
        yield client


@pytest.fixture(autouse=True)
def no_hook() -> Iterator[None]:
    yield
    set_fault_hook(None)


def dump(house: House) -> str:
    """The whole database as `pg_dump` writes it, with bytes spelled out."""
    url = house.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    program = find_installation() / "bin" / "pg_dump"
    ran = subprocess.run([program, "--dbname", url], capture_output=True, check=True, env=server_environment())
    return ran.stdout.decode()


def lines_with_mark(dumped: str) -> list[str]:
    return [line for line in dumped.splitlines() if MARK in line or MARK.encode().hex() in line]


def test_she_left_her_mark_in_every_table(planted: Planted) -> None:
    assert set(preview(planted.house.engine, planted.ana)) == set(ORDER)
    assert len(lines_with_mark(dump(planted.house))) > 30


def test_nothing_of_hers_is_left_anywhere(planted: Planted, redis: Redis) -> None:
    erase(planted.house.engine, planted.ana, made_by="op", storage=planted.storage, redis=redis)
    assert lines_with_mark(dump(planted.house)) == []
    with pytest.raises(StoredFileMissing):
        planted.storage.get(planted.file)
    assert preview_of_nobody(planted) == {}


def preview_of_nobody(planted: Planted) -> dict[str, int]:
    return preview(planted.house.engine, planted.ana)


def test_what_others_said_is_left_without_her_words(planted: Planted, redis: Redis) -> None:
    say_elsewhere(planted.house, "quanto vendi este mês?")
    erase(planted.house.engine, planted.ana, made_by="op", storage=planted.storage, redis=redis)
    rows = planted.house.rows("SELECT text FROM message WHERE direction = 'in' AND text <> '' ORDER BY received_at")
    said = [row.text for row in rows]
    assert said[0] == "qual é o prazo da Padaria Sol?"
    assert said[1].endswith(BRUNOS_WORDS)
    assert said[2] == "quanto vendi este mês?"
    assert len(said) == 3


def test_what_the_company_spent_is_counted_on_without_her(planted: Planted, redis: Redis) -> None:
    sums = "SELECT count(*), sum(tokens_in), sum(tokens_out), sum(cost) FROM completion"
    before = planted.house.rows(sums), planted.house.rows("SELECT spent FROM budget WHERE kind = 'month'")
    erase(planted.house.engine, planted.ana, made_by="op", storage=planted.storage, redis=redis)
    assert (planted.house.rows(sums), planted.house.rows("SELECT spent FROM budget WHERE kind = 'month'")) == before


def test_a_receipt_that_names_nobody_remains(planted: Planted, redis: Redis) -> None:
    erased = erase(planted.house.engine, planted.ana, made_by="op", storage=planted.storage, redis=redis)
    (row,) = planted.house.rows("SELECT id, made_by, counts, pending FROM erasure")
    assert (row.id, row.made_by, row.pending) == (erased.id, "op", None)
    assert set(row.counts) >= {"message", "turn", "raw_event", "cut"}


def test_no_promise_is_broken_by_it(planted: Planted, redis: Redis) -> None:
    erase(planted.house.engine, planted.ana, made_by="op", storage=planted.storage, redis=redis)
    with session_scope(planted.house.engine) as connection:
        assert find_violations(connection) == {}


def test_nothing_of_hers_is_taken_into_memory_while_she_is_erased(planted: Planted, redis: Redis) -> None:
    planted.house.run("UPDATE turn SET remembered_at = NULL")
    taken: list[int] = []

    def at(name: str) -> None:
        if name == "erasure.cut":
            with ThreadPoolExecutor(1) as elsewhere:
                taken.append(elsewhere.submit(take_in, planted.house.services).result())

    set_fault_hook(at)
    erase(planted.house.engine, planted.ana, made_by="op", storage=planted.storage, redis=redis)
    assert taken == [0]
    assert lines_with_mark(dump(planted.house)) == []


def test_whoever_writes_again_begins_anew(planted: Planted, redis: Redis) -> None:
    erase(planted.house.engine, planted.ana, made_by="op", storage=planted.storage, redis=redis)
    planted.house.provider.script = ["Bom dia."]
    again = planted.house.say("bom dia a todos", "m9", sender=ANA)
    planted.house.advance(again)
    assert planted.house.sent[-1] == "Bom dia."
    prompt = planted.house.provider.requests[-1].messages
    assert [line.content for line in prompt if line.role != "system"] == ["bom dia a todos"]


def test_others_go_on_in_the_conversation_that_she_shared(planted: Planted, redis: Redis) -> None:
    erase(planted.house.engine, planted.ana, made_by="op", storage=planted.storage, redis=redis)
    (row,) = planted.house.rows(f"SELECT sender, lease_owner FROM conversation WHERE id = '{planted.shared}'")
    assert tuple(row) == ("bruno@exemplo.com", None)


def test_a_turn_under_way_is_waited_for_and_nothing_goes_meanwhile(planted: Planted, redis: Redis) -> None:
    planted.house.run("UPDATE conversation SET lease_owner = 'w', lease_until = now() + interval '1 hour'")
    with pytest.raises(TurnUnderWay):
        erase(planted.house.engine, planted.ana, made_by="op", storage=planted.storage, redis=redis, patience=0)
    assert set(preview(planted.house.engine, planted.ana)) == set(ORDER)


@pytest.mark.parametrize(
    "point", ["erasure.leased", "erasure.cut", "erasure.table", "erasure.committed", "erasure.file"]
)
def test_whatever_dies_in_between_the_next_one_ends_it(planted: Planted, redis: Redis, point: str) -> None:
    with dying_at(point):
        erase(planted.house.engine, planted.ana, made_by="op", storage=planted.storage, redis=redis)
    planted.house.let_leases_expire()
    if planted.ana.addresses:
        erase(planted.house.engine, planted.ana, made_by="op", storage=planted.storage, redis=redis)
    else:
        assert finish(planted.house.engine, planted.storage, redis) == 1
    assert lines_with_mark(dump(planted.house)) == []
    with pytest.raises(StoredFileMissing):
        planted.storage.get(planted.file)
    assert finish(planted.house.engine, planted.storage, redis) == 0


def test_her_rings_and_their_stories_go(planted: Planted, redis: Redis) -> None:
    (row,) = planted.house.rows(f"SELECT id FROM conversation WHERE sender = '{ANA}' AND thread_key = '{ANA}'")
    redis.hset(f"rq:job:ring_{row.id.hex}_ab", mapping={"exc_info": MARK})
    redis.rpush("rq:queue:recado", f"ring_{row.id.hex}_ab", "ring_other_cd")
    redis.zadd("rq:failed:recado", {f"ring_{row.id.hex}_ab": 1})
    erase(planted.house.engine, planted.ana, made_by="op", storage=planted.storage, redis=redis)
    assert [key for key in redis.scan_iter() if row.id.hex.encode() in key] == []
    assert redis.lrange("rq:queue:recado", 0, -1) == [b"ring_other_cd"]
    assert redis.zcard("rq:failed:recado") == 0


def test_her_files_go_out_of_a_bucket_once_it_can_be_reached(house: House, redis: Redis) -> None:
    credentials = S3Credentials(ACCESS_KEY, SECRET_KEY, REGION)
    with StandInS3() as store, closing(S3Storage(store.url, BUCKET, credentials)) as bucket:
        planted = plant(house, bucket)
        assert [content for content, _ in store.files.values()] == [MARK.encode()]
        store.status = 503
        erased = erase(house.engine, planted.ana, made_by="op", storage=bucket, redis=redis)
        assert not erased.is_whole
        assert lines_with_mark(dump(house)) == [], "what is in reach has gone"
        store.status = 200
        assert finish(house.engine, bucket, redis) == 1
        assert store.files == {}
