"""What outlives a run: real PostgreSQL and Valkey, the platforms' stand-ins, and the berths of simulated processes."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from redis import Redis
from sqlalchemy import Engine, Table, text

from bot.settings import Settings
from bot.tenant import prepare_tenant
from models.inbound import InboundMessage
from models.inbox import RawRequest, store_messages
from models.session import build_engine, session_scope
from models.tables import metadata
from models.tenant import ensure_account, ensure_tenant
from tests.bot.conftest import embedded_settings
from tests.matrix.clock import StoredTimes, WorldClock
from tests.matrix.far_llm import Oracle
from tests.matrix.ledger import Ledger
from tests.matrix.lives import guarded_sockets
from tests.matrix.specimen import undo_migration
from tests.standins.crm import StandInCrm
from tests.standins.crm_dialects import TOKEN as CRM_TOKEN
from tests.standins.crm_webhooks import SECRET as CRM_SECRET
from tests.standins.llm import StandInLlm
from tests.standins.smtp import StandInSmtp
from tests.standins.twilio import StandInTwilio

MAILBOX = "bot@aurora.example"
MAIL_SERVER = "mx.aurora.example"
MAIL_SECRET = "a-long-webhook-secret"
LLM_KEY = "an-invented-llm-key"
_KEPT = {"tenant", "channel_account", "person", "identity", "operator", "operator_session", "api_key"}
_TABLES = [table for table in reversed(metadata.sorted_tables) if table.name not in _KEPT]  # children first


class LogLines(logging.Handler):
    """Every line that is logged, as text."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@dataclass
class Stage:
    """One at a time in a process. `clear()` between runs makes it as good as new."""

    database_url: str
    redis_url: str
    folder: Path
    twilio: StandInTwilio
    smtp: StandInSmtp
    crm: StandInCrm
    llm: StandInLlm
    oracle: Oracle
    ledger: Ledger
    engine: Engine  # the world's own eyes: no process works through it
    base: Engine  # what the berths' engines stand on
    redis: Redis
    settings: Settings
    clock: WorldClock
    times: StoredTimes
    log: LogLines
    closing: ExitStack
    berths: dict[str, list[Any]] = field(default_factory=dict)
    foreign: str = ""  # the other tenant's rows, as they must stay

    def secrets(self) -> tuple[str, ...]:
        """What no log line may hold."""
        return (self.twilio.auth_token, MAIL_SECRET, CRM_SECRET, CRM_TOKEN, LLM_KEY)

    def clear(self) -> None:
        statements = [f"DELETE FROM {table.name} WHERE {_whose(table, 'default')}" for table in _TABLES]
        with session_scope(self.engine) as connection:
            connection.exec_driver_sql(";".join(statements))
        undo_migration(self.engine)
        self.redis.flushall()
        for history in (self.twilio.history.messages, self.twilio.history.received, self.smtp.mails, self.crm.notes):
            history.clear()
        for faults in (self.twilio.faults, self.smtp.faults, self.crm.faults, self.llm.faults):
            faults.clear()
        self.llm.history.clear()
        self.oracle.clear()
        self.ledger.clear()
        self.log.lines.clear()

    def read_foreign(self) -> str:
        """The other tenant's rows, without their times, which move whenever the run lets time pass."""
        owned = [table for table in _TABLES if _whose(table, "other") != "true"]
        wanted = [f"SELECT to_jsonb(t) AS row FROM {table.name} t WHERE {_whose(table, 'other')}" for table in owned]
        with session_scope(self.engine) as connection:
            rows = [row for [row] in connection.execute(text(" UNION ALL ".join(wanted)))]
        kept = [{k: v for k, v in row.items() if not k.endswith(("_at", "_until"))} for row in rows]
        return repr(sorted(repr(sorted(row.items())) for row in kept))


def _whose(table: Table, slug: str) -> str:
    """A condition on its rows: those of that tenant, or all where they are nobody's."""
    tenant = f"(SELECT id FROM tenant WHERE slug = '{slug}')"
    if "tenant_id" in table.c:
        return f"tenant_id = {tenant}"
    if "account_id" in table.c:
        return f"account_id IN (SELECT id FROM channel_account WHERE tenant_id = {tenant})"
    return "true"


@contextmanager
def raised_stage(database_url: str, redis_url: str, folder: Path) -> Iterator[Stage]:
    """On engines that run, with a migrated database of its own and a Redis that nobody else needs."""
    with ExitStack() as closing:
        oracle, ledger = Oracle(), Ledger()
        twilio, smtp = closing.enter_context(StandInTwilio()), closing.enter_context(StandInSmtp())
        crm = closing.enter_context(StandInCrm(honours_keys=True))
        llm = closing.enter_context(StandInLlm(answer=oracle.answer))
        settings = embedded_settings(
            database_url,
            redis_url,
            recado_data_dir=folder,
            quiet_window_seconds=1.5,
            chat_wait_seconds=0.1,
            twilio_account_sid=twilio.account_sid,
            twilio_auth_token=SecretStr(twilio.auth_token),
            twilio_whatsapp_from=twilio.number,
            twilio_api_base_url=twilio.url,
            email_address=MAILBOX,
            email_webhook_secret=SecretStr(MAIL_SECRET),
            email_authserv_id=MAIL_SERVER,
            smtp_url=SecretStr(smtp.url),
            crm_webhook_secret=SecretStr(CRM_SECRET),
            crm_api_token=SecretStr(CRM_TOKEN),
            crm_api_base_url=crm.url,
            crm_allow_insecure_hosts="127.0.0.1",
        )
        engine = build_engine(database_url, application_name="recado-matrix-world", pool_size=4)
        base = build_engine(database_url, application_name="recado-matrix", pool_size=20)
        redis = Redis.from_url(redis_url)
        closing.callback(engine.dispose)
        closing.callback(base.dispose)
        closing.callback(redis.close)
        closing.enter_context(guarded_sockets())
        log = LogLines()
        logging.getLogger().addHandler(log)
        closing.callback(logging.getLogger().removeHandler, log)
        prepare_tenant(engine, settings)
        _settle_neighbour(engine)
        clock, times = WorldClock(), StoredTimes(engine)
        stage = Stage(
            database_url, redis_url, folder, twilio, smtp, crm, llm, oracle, ledger, engine, base, redis, settings,
            clock, times, log, closing,
        )  # fmt: skip
        stage.foreign = stage.read_foreign()
        yield stage


def _settle_neighbour(engine: Engine) -> None:
    """Another company on the same database, with a message of its own that nobody is to touch."""
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="other", name="Other", timezone="UTC")
        account = ensure_account(connection, tenant_id, channel="whatsapp", name="other")
    message = InboundMessage("SM" + "f" * 32, "+5511900000000", "not yours")
    store_messages(engine, account, RawRequest("/webhooks/whatsapp/other", {}, b"", "ab" * 16), [message])
    with session_scope(engine) as connection:
        connection.execute(text("UPDATE conversation SET due_at = NULL"))
