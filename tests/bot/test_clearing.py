"""What an erasure leaves beside the database goes, whoever was cut off in between; nothing readable waits for it."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from redis import Redis

from bot.privacy.clearing import clear_logs, finish_erasures
from bot.privacy.sealed_words import open_sealed, seal
from jobs.privacy.erasing import erase
from models.files.storage import DiskStorage
from models.ids import new_id
from models.privacy.erasure import find_sealed
from models.session import session_scope
from tests.jobs.house import House, dying_at, house
from tests.jobs.personal_rows import MARK, Planted, plant

__all__ = ["house"]


@pytest.fixture
def planted(house: House, tmp_path: Path) -> Planted:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "worker.log").write_text(f'{{"user_id": "ana@{MARK}.exemplo.com"}}\n{{"message": "two"}}\n')
    return plant(house, DiskStorage(tmp_path / "files"))


def sealing(data: Path, is_to_scrub: bool, erasure_id: UUID, words: Sequence[str]) -> dict[str, object]:
    return {"seal": seal(data, erasure_id, words), "scrub": is_to_scrub}


def erase_and_die(planted: Planted, data: Path, redis_url: str, point: str, *, is_to_scrub: bool = False) -> None:
    engine, seal_words = planted.house.engine, partial(sealing, data, is_to_scrub)
    with Redis.from_url(redis_url) as redis, dying_at(point):
        erase(engine, planted.ana, made_by="op", storage=planted.storage, redis=redis, seal=seal_words)


def holding(data: Path) -> list[str]:
    """Files with a word of hers in them."""
    return [path.name for path in data.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()]


@pytest.mark.parametrize("point", ["erasure.committed", "erasure.file"])
def test_files_and_logs_of_an_erasure_that_was_cut_off_go_by_themselves(
    planted: Planted, tmp_path: Path, fresh_redis_url: str, point: str
) -> None:
    erase_and_die(planted, tmp_path, fresh_redis_url, point)
    assert "worker.log" in holding(tmp_path)
    finish_erasures(planted.house.engine, planted.storage, fresh_redis_url, tmp_path)
    assert holding(tmp_path) == []
    assert list((tmp_path / "erasures").iterdir()) == []
    assert planted.house.rows("SELECT pending FROM erasure") == [(None,)]
    assert (tmp_path / "logs" / "worker.log").read_text().split() == ['{"message":', '"two"}']


def test_what_is_to_be_scrubbed_stays_sealed_and_unreadable(
    planted: Planted, tmp_path: Path, fresh_redis_url: str
) -> None:
    erase_and_die(planted, tmp_path, fresh_redis_url, "erasure.committed", is_to_scrub=True)
    finish_erasures(planted.house.engine, planted.storage, fresh_redis_url, tmp_path)
    with session_scope(planted.house.engine) as connection:
        [sealed] = find_sealed(connection)
    words = open_sealed(tmp_path, sealed.id, sealed.key)
    assert words is not None
    assert any(MARK in word for word in words)
    [file] = (tmp_path / "erasures").iterdir()
    assert (MARK.encode() in file.read_bytes(), file.stat().st_mode & 0o777) == (False, 0o600)
    assert planted.house.rows("SELECT pending ?| ARRAY['files', 'conversations'] FROM erasure") == [(False,)]


def test_nothing_is_opened_with_another_key(tmp_path: Path) -> None:
    mine, other = new_id(), new_id()
    seal(tmp_path, mine, ["one"])
    assert open_sealed(tmp_path, mine, seal(tmp_path, other, ["two"])) is None
    assert open_sealed(tmp_path, new_id(), Fernet.generate_key().decode()) is None


def test_what_no_key_opens_any_more_goes_after_a_day(house: House, tmp_path: Path) -> None:
    seal(tmp_path, new_id(), ["one"])
    [file] = (tmp_path / "erasures").iterdir()
    clear_logs(house.engine, tmp_path)
    assert file.exists(), "its commit may be to come"
    os.utime(file, (0, 0))
    clear_logs(house.engine, tmp_path)
    assert not file.exists()
