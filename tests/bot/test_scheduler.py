"""The scheduler: one leader does what is due, and hands it over whole."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from bot.privacy.clearing import finish_erasures
from bot.scheduler import Scheduler, build_gap_filler
from bot.settings import load_settings
from channels.base import Channel
from jobs.gaps import GapFiller
from jobs.queue import JobQueue
from models.errors import StorageError, StoredFileMissing
from models.files.storage import DiskStorage
from models.ids import first_id_at, new_id
from models.privacy.erasure import add_receipt, find_unfinished
from models.session import session_scope
from models.tenant import ensure_account, ensure_tenant
from tests.fakes import FixedClock

_BEATS = 120  # of five seconds: ten minutes


@dataclass
class Watched:
    """A scheduler whose gap filler only notes its rounds."""

    scheduler: Scheduler
    gaps: GapFiller
    rounds: list[str]
    storage: DiskStorage


@pytest.fixture
def watched(engine: Engine, fresh_redis_url: str, tmp_path: Path) -> Iterator[Watched]:
    rounds: list[str] = []

    def channels() -> list[Channel]:
        rounds.append("round")
        return []

    gaps = GapFiller(engine, channels, lambda ids: None, FixedClock(datetime.now(UTC)))
    settings = load_settings({"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x"}, Path("no-such-file"))
    storage = DiskStorage(tmp_path / "files")
    clearing = partial(finish_erasures, engine, storage, fresh_redis_url, tmp_path)
    scheduler = Scheduler(settings, engine, "postgresql://x", gaps, clearing)
    yield Watched(scheduler, gaps, rounds, storage)
    gaps.stop()


def beat(watched: Watched, times: int) -> None:
    for _ in range(times):
        watched.scheduler.tick()
    watched.gaps.stop(90)


def lead(engine: Engine, owner: str) -> None:
    with session_scope(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO named_lease (name, owner, held_until) VALUES ('scheduler', :owner, now() + interval '1 h')"
            ),
            {"owner": owner},
        )


def test_gaps_are_looked_for_at_the_start_and_every_ten_minutes(watched: Watched) -> None:
    beat(watched, 1)
    assert len(watched.rounds) == 1
    beat(watched, _BEATS - 1)
    assert len(watched.rounds) == 1
    beat(watched, 1)
    assert len(watched.rounds) == 2


def test_whoever_does_not_lead_looks_for_no_gaps_until_it_does(watched: Watched, engine: Engine) -> None:
    lead(engine, "somebody-else")
    beat(watched, 3)
    assert watched.rounds == []
    with session_scope(engine) as connection:
        connection.execute(text("UPDATE named_lease SET held_until = now() - interval '1 s'"))
    beat(watched, 1)
    assert len(watched.rounds) == 1


def test_an_installation_without_accounts_has_no_gaps(engine: Engine, redis_url: str) -> None:
    settings = load_settings({}, Path("no-such-file"))
    assert build_gap_filler(settings, engine, JobQueue(redis_url)).fill() == 0


def test_raw_events_are_purged_when_their_days_are_over(watched: Watched, engine: Engine) -> None:
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant_id, channel="fake")
        for days in (29, 31):
            key = first_id_at(datetime.now(UTC) - timedelta(days=days))
            values = {"id": key, "account": account.id, "days": str(days)}
            connection.execute(
                text("INSERT INTO raw_event (id, account_id, target, body) VALUES (:id, :account, :days, '')"), values
            )
    beat(watched, 1)
    with session_scope(engine) as connection:
        assert connection.execute(text("SELECT target FROM raw_event")).scalars().all() == ["29"]


def test_a_broken_promise_is_one_warning_an_hour(
    watched: Watched, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant_id, channel="fake")
        overdue = text(
            "INSERT INTO conversation (id, tenant_id, account_id, thread_key, due_at)"
            " VALUES (gen_random_uuid(), :tenant, :account, 'x', now() - interval '1 hour')"
        )
        connection.execute(overdue, {"tenant": tenant_id, "account": account.id})
    beat(watched, _BEATS)
    assert "must never be" not in caplog.text, "after a downtime it is overdue for good reason"
    beat(watched, 100)
    warnings = [record.getMessage() for record in caplog.records if "must never be" in record.getMessage()]
    assert warnings == [
        "what must never be is there: 1 conversations overdue by more than a minute, with nobody at work on them"
    ]


def test_an_erasure_that_was_cut_off_is_finished_at_the_next_beat(watched: Watched, engine: Engine) -> None:
    key = watched.storage.put(b"hers", "audio/ogg")
    with session_scope(engine) as connection:
        tenant = ensure_tenant(connection, slug="default", name="Aurora", timezone="UTC")
        pending = {"files": [key], "conversations": []}
        add_receipt(connection, new_id(), tenant, "op", "erased:1", {}, pending)
    beat(watched, 1)
    with pytest.raises(StoredFileMissing):
        watched.storage.get(key)
    with session_scope(engine) as connection:
        assert find_unfinished(connection) == []


def refuse(engine: Engine, change: str, table: str) -> None:
    """The database lets nobody make that change there."""
    with session_scope(engine) as connection:
        raising = "BEGIN RAISE EXCEPTION 'no'; END"
        connection.exec_driver_sql(f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $${raising}$$")
        connection.exec_driver_sql(f"CREATE TRIGGER refuse BEFORE {change} ON {table} EXECUTE FUNCTION refuse()")


def cut_off(engine: Engine, *files: str) -> None:
    with session_scope(engine) as connection:
        tenant = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        add_receipt(connection, new_id(), tenant, "op", "erased:1", {}, {"files": files, "conversations": []})


def an_old_event(engine: Engine) -> None:
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant_id, channel="fake")
        values = {"id": first_id_at(datetime.now(UTC) - timedelta(days=31)), "account": account.id}
        connection.execute(
            text("INSERT INTO raw_event (id, account_id, target, body) VALUES (:id, :account, '/', '')"), values
        )


def left(engine: Engine, table: str) -> int:
    with session_scope(engine) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_retention_that_fails_keeps_no_erasure_from_its_end(watched: Watched, engine: Engine) -> None:
    an_old_event(engine)
    cut_off(engine)
    refuse(engine, "DELETE", "raw_event")
    beat(watched, 1)
    assert (left(engine, "raw_event"), left(engine, "erasure WHERE pending IS NOT NULL")) == (1, 0)


def test_an_erasure_that_cannot_be_ended_keeps_retention_from_nothing(watched: Watched, engine: Engine) -> None:
    an_old_event(engine)
    cut_off(engine)
    refuse(engine, "UPDATE", "erasure")
    beat(watched, 1)
    assert (left(engine, "raw_event"), left(engine, "erasure WHERE pending IS NOT NULL")) == (0, 1)


def test_what_fails_once_an_hour_holds_up_nothing_else_and_is_done_within_minutes(
    watched: Watched, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    an_old_event(engine)
    refuse(engine, "DELETE", "operator_session")
    beat(watched, 1)
    assert left(engine, "raw_event") == 0
    assert [record.getMessage() for record in caplog.records if "put off" in record.getMessage()] == [
        "logins that ended put off: ProgrammingError"
    ]
    an_old_event(engine)
    beat(watched, _BEATS)
    assert left(engine, "raw_event") == 0


class Refusing(DiskStorage):
    """Lets go of no file in `kept`."""

    def __init__(self, folder: Path, kept: Sequence[str]) -> None:
        super().__init__(folder)
        self._kept = kept
        self.asked = 0

    def delete(self, key: str) -> None:
        self.asked += key in self._kept
        if key in self._kept:
            raise StorageError("access denied", permanent=False)
        super().delete(key)


def test_a_file_that_storage_refuses_holds_up_no_other_erasure_and_no_log(
    engine: Engine, fresh_redis_url: str, tmp_path: Path
) -> None:
    disk = DiskStorage(tmp_path / "files")
    bad, beside, good = (disk.put(b"hers", "audio/ogg") for _ in range(3))
    cut_off(engine, bad, beside)
    cut_off(engine, good)
    orphan = tmp_path / "erasures" / "old.sealed"
    orphan.parent.mkdir()
    orphan.touch()
    os.utime(orphan, (0, 0))
    finish_erasures(engine, Refusing(tmp_path / "files", [bad]), fresh_redis_url, tmp_path)
    assert [file.name for file in tmp_path.glob("files/*/*")] == [bad]
    assert (left(engine, "erasure WHERE pending IS NOT NULL"), orphan.exists()) == (1, False)
    finish_erasures(engine, disk, fresh_redis_url, tmp_path)
    assert left(engine, "erasure WHERE pending IS NOT NULL") == 0


def test_a_place_for_files_that_is_away_is_not_asked_for_each_of_them(
    engine: Engine, fresh_redis_url: str, tmp_path: Path
) -> None:
    for number in range(5):
        cut_off(engine, f"{number}a", f"{number}b")
    away = Refusing(tmp_path, [f"{number}{letter}" for number in range(5) for letter in "ab"])
    finish_erasures(engine, away, fresh_redis_url, tmp_path)
    assert away.asked == 3


def test_redis_away_puts_off_the_end_of_an_erasure_and_nothing_else(engine: Engine, tmp_path: Path) -> None:
    with session_scope(engine) as connection:
        tenant = ensure_tenant(connection, slug="default", name="Aurora", timezone="UTC")
        add_receipt(connection, new_id(), tenant, "op", "erased:1", {}, {"files": [], "conversations": []})
    finish_erasures(engine, DiskStorage(tmp_path), "unix:///nowhere.sock", tmp_path)
    with session_scope(engine) as connection:
        assert len(find_unfinished(connection)) == 1
