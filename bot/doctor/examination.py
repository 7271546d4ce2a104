"""The whole examination, in the order in which things depend on one another."""

from collections.abc import Iterator

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.doctor.agents import check_agents
from bot.doctor.assistant import check_llm, check_sales
from bot.doctor.crm import check_crm
from bot.doctor.database import (
    check_clock,
    check_migrations,
    check_people,
    check_postgresql,
    check_processes,
    check_vector,
)
from bot.doctor.email import check_email
from bot.doctor.embeddings import check_embeddings, check_spaces
from bot.doctor.findings import Finding, broken, well
from bot.doctor.machine import check_data_folder, check_python
from bot.doctor.prices import check_unpriced
from bot.doctor.promises import check_promises, check_troubles
from bot.doctor.queue import check_redis
from bot.doctor.refusals import check_refusals
from bot.doctor.whatsapp import check_whatsapp
from bot.embedded.engines import Engines, attach_or_start
from bot.migrate import upgrade
from bot.redaction import build_redactor
from bot.settings import Settings
from models.clock import Clock, SystemClock
from models.errors import ConfigurationError
from models.session import build_engine


def examine(settings: Settings, *, live: bool = False, clock: Clock | None = None) -> list[Finding]:
    """Every finding; nothing is changed but that engines of ours, started for this, get their schema."""
    clock = clock or SystemClock()
    findings = [check_python(), well("settings", "readable and consistent")]
    findings += [check_whatsapp(settings), check_email(settings), check_crm(settings), check_embeddings(settings)]
    try:
        with attach_or_start(settings) as engines:
            findings += _examine_engines(settings, engines, clock, live)
    except ConfigurationError as error:
        findings.append(broken("engines", "cannot be used", str(error)))
    redactor = build_redactor(settings)
    return [Finding(f.subject, f.state, redactor.text(f.words), redactor.text(f.cure)) for f in findings]


def _examine_engines(settings: Settings, engines: Engines, clock: Clock, live: bool) -> list[Finding]:
    findings = [check_data_folder(engines.data), well("engines", _describe(settings, engines))]
    findings += _examine_database(settings, engines, clock)
    findings += check_redis(engines.redis_url)
    findings += check_llm(settings, engines.database_url, clock, live=live)
    findings.append(check_sales(settings, engines.database_url))
    return findings


def _examine_database(settings: Settings, engines: Engines, clock: Clock) -> Iterator[Finding]:
    engine = build_engine(engines.database_url, application_name="recado-doctor", pool_size=2)
    try:
        yield check_postgresql(engine)
        yield check_vector(engine)
        if engines.owns and settings.database_url is None:
            upgrade(engines.database_url)
        migrated = check_migrations(engine)
        yield migrated
        yield check_clock(engine, clock)
        if migrated.state == "ok":
            yield from check_processes(engine)
            yield from check_promises(engine)
            yield from check_troubles(engine)
            yield check_unpriced(engine)
            yield from check_agents(settings, engine, engines.database_url, clock)
            yield check_refusals(engine)
            yield from check_spaces(settings, engine)
            yield check_people(engine, is_demo_open=settings.is_demo_open)
    except SQLAlchemyError as error:
        yield _explain(error)
    finally:
        engine.dispose()


def _explain(error: SQLAlchemyError) -> Finding:
    if isinstance(error, OperationalError):
        reason = str(error.orig).strip().partition("\n")[0]
        return broken("PostgreSQL", f"cannot be reached ({reason})", "start it, or correct DATABASE_URL")
    return broken("PostgreSQL", f"answers with {type(error).__name__}", "run with LOG_LEVEL=DEBUG to see where")


def _describe(settings: Settings, engines: Engines) -> str:
    ours = "of our own, " + ("started for this check" if engines.owns else "running")
    postgresql = "PostgreSQL " + ("by DATABASE_URL" if settings.database_url else ours)
    return f"{postgresql}; " + ("Redis by REDIS_URL" if settings.redis_url else f"Valkey {ours}")
