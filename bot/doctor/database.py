"""Whether PostgreSQL is new enough, migrated, in time, and who lives in it."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, text

from bot.doctor.findings import Finding, broken, doubtful, well
from bot.migrate import is_at_head
from models.clock import Clock
from models.heartbeat import count_alive

_OLDEST_POSTGRESQL = 15
_OLDEST_VECTOR = (0, 8)
_SKEW = timedelta(seconds=2)
_FRESH = timedelta(seconds=15)


def check_postgresql(engine: Engine) -> Finding:
    with engine.connect() as connection:
        version: str = connection.execute(text("SHOW server_version")).scalar_one()
    words = f"version {version}"
    if int(version.split(".")[0].split()[0]) < _OLDEST_POSTGRESQL:
        return broken("PostgreSQL", words, f"use PostgreSQL {_OLDEST_POSTGRESQL} or newer")
    return well("PostgreSQL", words)


def check_vector(engine: Engine) -> Finding:
    statement = text("SELECT default_version, installed_version FROM pg_available_extensions WHERE name = 'vector'")
    with engine.connect() as connection:
        row = connection.execute(statement).first()
    if row is None:
        return broken(
            "pgvector", "not on this server", "install pgvector 0.8 or newer, or use the image pgvector/pgvector"
        )
    version = row.installed_version or row.default_version
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST_VECTOR:
        return broken("pgvector", f"version {version}", "upgrade pgvector to 0.8 or newer")
    return well("pgvector", f"version {version}" + ("" if row.installed_version else ", not created yet"))


def check_migrations(engine: Engine) -> Finding:
    if is_at_head(engine):
        return well("migrations", "at this version's schema")
    return broken("migrations", "another version's schema", "run `python -m bot migrate`")


def check_clock(engine: Engine, clock: Clock) -> Finding:
    """Leases go by the database's clock, logs by this machine's."""
    before = clock.now()
    with engine.connect() as connection:
        theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    after = clock.now()
    skew = max(before - theirs, theirs - after, timedelta(0))
    if skew > _SKEW:
        words = f"{skew.total_seconds():.0f} s apart from the database's"
        return doubtful("clock", words, "let both machines keep time by NTP")
    return well("clock", "agrees with the database's")


def check_processes(engine: Engine) -> list[Finding]:
    with engine.connect() as connection:
        alive = {kind: count_alive(connection, kind=kind, within=_FRESH) for kind in ("worker", "scheduler")}
    findings = []
    for kind, count in alive.items():
        if count:
            findings.append(well(f"{kind}s", f"{count} alive"))
        else:
            findings.append(doubtful(f"{kind}s", "none alive", f"`make run`, or `python -m bot {kind}`"))
    return findings


def check_people(engine: Engine, *, is_demo_open: bool) -> Finding:
    statement = text("SELECT (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM operator) AS operators")
    with engine.connect() as connection:
        row = connection.execute(statement).one()
    words = f"{row.people} people, {row.operators} operators"
    if row.people or is_demo_open:
        return well("people", words + (", unknown senders ask as the demo's manager" if is_demo_open else ""))
    return doubtful("people", words + ": everybody is unknown", "add somebody: `python -m bot people add --help`")
