"""The scheduler: one leader does what is due, and hands it over whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from bot.clearing import finish_erasures
from bot.scheduler import Scheduler, build_gap_filler
from bot.settings import load_settings
from channels.base import Channel
from jobs.gaps import GapFiller
from jobs.queue import JobQueue
from models.erasure import add_receipt, find_unfinished
from models.errors import StoredFileMissing
from models.ids import first_id_at, new_id
from models.session import session_scope
from models.storage import DiskStorage
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
    watched.gaps.stop()


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


def test_redis_away_puts_off_the_end_of_an_erasure_and_nothing_else(engine: Engine, tmp_path: Path) -> None:
    with session_scope(engine) as connection:
        tenant = ensure_tenant(connection, slug="default", name="Aurora", timezone="UTC")
        add_receipt(connection, new_id(), tenant, "op", "erased:1", {}, {"files": [], "conversations": []})
    finish_erasures(engine, DiskStorage(tmp_path), "unix:///nowhere.sock", tmp_path)
    with session_scope(engine) as connection:
        assert len(find_unfinished(connection)) == 1
