"""A Recado of its own in a temporary folder, with conversations that wait for a worker."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Engine, bindparam, text

from bot.demo import prepare_demo
from bot.embedded.engines import attach_or_start
from bot.migrate import upgrade
from bot.settings import load_settings
from bot.tenant import prepare_tenant
from jobs.queue import JobQueue
from models.inbound import InboundMessage
from models.inbox import RawRequest, store_messages
from models.session import build_engine, session_scope
from models.tenant import DEFAULT, AccountKey, find_account

ROOT = Path(__file__).resolve().parent.parent

_NOT_YET = timedelta(hours=1)  # nobody, not even the sweeper, looks at a conversation before it is due
_LOOK_EVERY = 0.1  # seconds

_MAKE_DUE = text("UPDATE conversation SET due_at = now() WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))
_LOOK = text(
    "SELECT count(*) AS turns, count(*) FILTER (WHERE status = 'settled') AS settled,"
    " count(*) FILTER (WHERE outcome = 'answered') AS answered, max(settled_at) AS last"
    " FROM turn WHERE conversation_id IN :ids"
).bindparams(bindparam("ids", expanding=True))


@dataclass(frozen=True)
class Progress:
    """How far some conversations have come, by the database's clock."""

    turns: int
    settled: int
    answered: int
    last: datetime | None


@dataclass(frozen=True)
class Stage:
    """The engines, ready; `environment` is what a worker process needs to find them."""

    engine: Engine
    queue: JobQueue
    redis_url: str
    account: AccountKey
    environment: dict[str, str]
    folder: Path

    def store(self, count: int, question: str) -> list[UUID]:
        """So many new conversations with one message each, none of them due."""
        request = RawRequest("/chat", {}, b"", uuid4().hex)
        messages = [InboundMessage(uuid4().hex, f"bench-{uuid4().hex}", question) for _ in range(count)]
        return [
            store_messages(self.engine, self.account, request, [item], _NOT_YET)[0].conversation_id for item in messages
        ]

    def release(self, conversations: Sequence[UUID], ring: Callable[[UUID], object] | None = None) -> datetime:
        """Make them due and ring for each, one by one; the moment before, by the database's clock."""
        with session_scope(self.engine) as connection:
            begun: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            connection.execute(_MAKE_DUE, {"ids": conversations})
        for key in conversations:
            (ring or self.queue.ring)(key)
        return begun

    @property
    def log(self) -> Path:
        """What the worker processes wrote."""
        return self.folder / "workers.log"

    def start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """This interpreter on those arguments, with the stage's settings and no `.env` of anybody's."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.folder,
                env={**self.environment, **(environment or {})},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                text=True,
            )

    def wait_until_settled(
        self, conversations: Sequence[UUID], seconds: float, watch: Callable[[], object] = lambda: None
    ) -> Progress:
        """Returns when every conversation has had its turn, or when the time is over; calls `watch` now and then."""
        until = time.monotonic() + seconds
        while True:
            with session_scope(self.engine) as connection:
                progress = Progress(*connection.execute(_LOOK, {"ids": conversations}).one())
            if progress.settled >= len(conversations) or time.monotonic() > until:
                return progress
            watch()
            time.sleep(_LOOK_EVERY)


@contextmanager
def build_stage(llm_url: str, threads: int) -> Iterator[Stage]:
    """Starts real engines, migrates, loads the demo company; all of it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="recado-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # under root, PostgreSQL runs as another user and must get through
        configured = {
            "RECADO_DATA_DIR": str(folder / "data"),
            "LLM_PROVIDER": "openai-compatible",
            "MEMORY_LLM": "0",
            "ANSWERS_LIVE_SECONDS": "0",  # each question is to be answered, not the first of them
            "LLM_MODEL": "standin",
            "LLM_BASE_URL": llm_url,
            "WORKER_THREADS": str(threads),
            "LOG_LEVEL": "WARNING",
        }
        settings = load_settings(configured, dotenv_path=folder / "none")
        with attach_or_start(settings) as engines:
            upgrade(engines.database_url)
            prepare_demo(settings, engines.database_url)
            engine = build_engine(engines.database_url, application_name="recado-bench", pool_size=4)
            prepare_tenant(engine, settings)
            with session_scope(engine) as connection:
                account = find_account(connection, channel="chat", name=DEFAULT)
            assert account is not None, "prepare_tenant made it"
            queue = JobQueue(engines.redis_url)
            environment = {**os.environ, **configured, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
            yield Stage(engine, queue, engines.redis_url, account, environment, folder)
            queue.connection.close()
            engine.dispose()
