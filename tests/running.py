"""The whole program as it runs for real: web and worker in processes of their own, beside a stand-in Twilio."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psycopg

from tests.ports import free_port
from tests.standins.twilio import StandInTwilio
from tests.waiting import eventually

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class RunningProgram:
    """Web and worker on the engines given. `environment` is what both are started with."""

    database_url: str
    environment: Mapping[str, str]
    twilio: StandInTwilio
    data: Path
    children: "dict[str, subprocess.Popen[str]]" = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['PORT']}"

    @property
    def webhook(self) -> str:
        return f"{self.url}/webhooks/whatsapp/default"

    def start(self, name: str) -> None:
        """`worker-2` is another worker on the same queue."""
        log = (self.data / f"{name}.log").open("a")
        with log:
            self.children[name] = subprocess.Popen(
                [sys.executable, "-m", "bot", name.partition("-")[0]],
                cwd=ROOT,
                env=dict(self.environment),
                stdout=log,
                stderr=log,
                text=True,
            )

    def end(self, name: str, number: signal.Signals = signal.SIGTERM) -> int:
        child = self.children.pop(name)
        child.send_signal(number)
        return child.wait(timeout=180)

    def log(self, name: str) -> str:
        return (self.data / f"{name}.log").read_text()

    def ask(self, user_id: str, message: str) -> dict[str, Any]:
        body = json.dumps({"user_id": user_id, "message": message}).encode()
        request = Request(f"{self.url}/chat", body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=180) as answer:
            found: dict[str, Any] = json.loads(answer.read())
        return found

    def rows(self, statement: str) -> list[Any]:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(statement.encode()).fetchall()

    def listens(self, worker: str) -> bool:
        """It takes rings and hears signals. Its heart beats earlier, and that of a killed one for a while longer."""
        return f"Worker recado-{self.children[worker].pid}-" in self.log(worker)

    def is_ready(self) -> bool:
        """The door answers, and the worker started last listens."""
        if not self.listens("worker"):
            return False
        try:
            with urlopen(f"{self.url}/readyz", timeout=20) as answer:
                return bool(json.loads(answer.read())["workers"])
        except OSError:
            return False


@contextmanager
def running_program(database_url: str, redis_url: str, data: Path, **settings: str) -> Iterator[RunningProgram]:
    """Until the block ends; then both processes must end cleanly on SIGTERM."""
    with StandInTwilio() as twilio:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "RECADO_EMBEDDED": "1",
            "RECADO_DATA_DIR": str(data),
            "PORT": str(free_port()),
            "QUIET_WINDOW_SECONDS": "0",
            "TWILIO_ACCOUNT_SID": twilio.account_sid,
            "TWILIO_AUTH_TOKEN": twilio.auth_token,
            "TWILIO_WHATSAPP_FROM": twilio.number,
            "TWILIO_API_BASE_URL": twilio.url,
            **settings,
        }
        program = RunningProgram(database_url, environment, twilio, data)
        program.start("worker")
        program.start("web")
        try:
            eventually(program.is_ready)
            yield program
            ended = {name: program.end(name) for name in ("web", "worker")}
            assert ended == {"web": 0, "worker": 0}, f"ended with {ended}; {program.log('worker')[-2000:]}"
        finally:
            for child in program.children.values():
                child.kill()
                child.wait()
