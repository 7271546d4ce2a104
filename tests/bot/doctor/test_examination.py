"""The whole examination: healthy engines, broken ones, and no secret in any line."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from bot.demo import prepare_demo
from bot.doctor.examination import examine
from bot.doctor.findings import Finding
from bot.settings import Settings, load_settings
from models.clock import SystemClock
from models.heartbeat import beat
from models.inbound import InboundMessage
from models.inbox import RawRequest, store_messages
from models.operators.handoff import say_as_person
from models.reply import RenderedPart
from models.session import build_engine, session_scope
from models.tenant import DEFAULT, ensure_account, ensure_tenant
from tests.fakes import FixedClock


def settings_with(folder: Path, **environ: str) -> Settings:
    return load_settings({"RECADO_DATA_DIR": str(folder), **environ}, Path("no-such-file"))


def by_subject(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.subject: finding for finding in findings}


@pytest.fixture(scope="module")
def healthy_url(clone_database: Callable[[], str]) -> str:
    """A database with the demo company, a worker and a scheduler alive for an hour."""
    url = clone_database()
    prepare_demo(load_settings({}, Path("no-such-file")), url)
    engine = build_engine(url, application_name="test")
    with engine.begin() as connection:
        for kind in ("worker", "scheduler"):
            beat(connection, f"{kind}-1", kind=kind, in_flight=0)
        connection.execute(text("UPDATE worker_heartbeat SET beat_at = now() + interval '1 hour'"))
    engine.dispose()
    return url


def test_a_healthy_installation_has_nothing_to_mend(tmp_path: Path, healthy_url: str, redis_url: str) -> None:
    settings = settings_with(tmp_path, DATABASE_URL=healthy_url, REDIS_URL=redis_url, DEMO_OPEN="1")
    findings = examine(settings)
    assert [f for f in findings if f.state == "fail"] == []
    found = by_subject(findings)
    for subject in (
        "Python",
        "PostgreSQL",
        "pgvector",
        "migrations",
        "clock",
        "workers",
        "schedulers",
        "people",
        "backlog",
        "promises",
        "answers",
        "deliveries",
        "e-mail",
    ):
        assert found[subject].state == "ok", found[subject]
    for subject in ("Redis", "Redis persistence", "Redis eviction", "LLM", "sales data", "WhatsApp"):
        assert found[subject].state == "ok", found[subject]


def test_a_database_that_was_never_migrated_asks_for_it(tmp_path: Path, run_postgres: object, redis_url: str) -> None:
    url = run_postgres.url_of("postgres")  # type: ignore[attr-defined]
    found = by_subject(examine(settings_with(tmp_path, DATABASE_URL=url, REDIS_URL=redis_url)))
    assert found["migrations"].state == "fail"
    assert "python -m bot migrate" in found["migrations"].cure
    assert "workers" not in found
    assert found["sales data"].state == "warn"


def test_engines_out_of_reach_are_named_without_their_passwords(tmp_path: Path) -> None:
    settings = settings_with(
        tmp_path,
        DATABASE_URL="postgresql://recado:hunter22@127.0.0.1:1/recado",
        REDIS_URL="redis://:hunter33@127.0.0.1:1/0",
    )
    findings = examine(settings)
    found = by_subject(findings)
    assert found["PostgreSQL"].state == "fail"
    assert found["Redis"].state == "fail"
    assert not any(secret in str(f) for f in findings for secret in ("hunter22", "hunter33"))


def test_nobody_at_work_and_nobody_known_is_doubtful(tmp_path: Path, fresh_database_url: str, redis_url: str) -> None:
    found = by_subject(examine(settings_with(tmp_path, DATABASE_URL=fresh_database_url, REDIS_URL=redis_url)))
    assert [found[subject].state for subject in ("workers", "schedulers", "people")] == ["warn"] * 3


def test_a_clock_that_is_off_is_noticed(tmp_path: Path, healthy_url: str, redis_url: str) -> None:
    clock = FixedClock(SystemClock().now() - timedelta(minutes=10))
    found = by_subject(examine(settings_with(tmp_path, DATABASE_URL=healthy_url, REDIS_URL=redis_url), clock=clock))
    assert found["clock"].state == "warn"


def test_an_llm_without_its_key_is_broken(tmp_path: Path, healthy_url: str, redis_url: str) -> None:
    settings = settings_with(tmp_path, DATABASE_URL=healthy_url, REDIS_URL=redis_url, LLM_PROVIDER="openai")
    finding = by_subject(examine(settings))["LLM"]
    assert finding.state == "fail"
    assert "OPENAI_API_KEY" in finding.cure


def test_what_waits_too_long_is_noticed(
    tmp_path: Path, engine: Engine, fresh_database_url: str, redis_url: str
) -> None:
    with session_scope(engine) as connection:
        tenant = ensure_tenant(connection, slug=DEFAULT, name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant, channel="chat")
    store_messages(engine, account, RawRequest("/chat", {}, b"{}", "0" * 32), [InboundMessage("m-1", "ana", "oi")])
    with engine.begin() as connection:
        connection.execute(text("UPDATE conversation SET due_at = now() - interval '5 minutes'"))
    found = by_subject(examine(settings_with(tmp_path, DATABASE_URL=fresh_database_url, REDIS_URL=redis_url)))
    assert found["backlog"].words == "1 conversations wait for more than a minute"


def test_what_must_never_be_is_broken_and_what_a_person_should_look_at_is_doubtful(
    tmp_path: Path, engine: Engine, fresh_database_url: str, redis_url: str
) -> None:
    with session_scope(engine) as connection:
        tenant = ensure_tenant(connection, slug=DEFAULT, name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant, channel="chat")
    request = RawRequest("/chat", {}, b"{}", "0" * 32)
    [stored] = store_messages(engine, account, request, [InboundMessage("m-1", "ana", "oi")])
    with session_scope(engine) as connection:
        say_as_person(connection, stored.conversation_id, "desculpe", [RenderedPart("desculpe")], outcome="apologised")
        connection.execute(text("UPDATE outbox SET status = 'held'"))
        connection.execute(text("UPDATE conversation SET due_at = NULL"))
    found = by_subject(examine(settings_with(tmp_path, DATABASE_URL=fresh_database_url, REDIS_URL=redis_url)))
    assert found["promises"].state == "fail"
    assert found["promises"].words == "1 turns under way that nobody will ever look at"
    assert (found["answers"].state, "replay --list" in found["answers"].cure) == ("warn", True)
    assert (found["deliveries"].state, "1 held" in found["deliveries"].words) == ("warn", True)
