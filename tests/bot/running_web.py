"""The web door as it runs for real: `python -m bot web` in a process of its own, under gunicorn."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.settings import Settings
from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class RunningWeb:
    port: int
    process: "subprocess.Popen[str]"

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self, timeout: float = 180) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def is_alive(self) -> bool:
        connection = self.connect(timeout=20)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@contextmanager
def running_web(settings: Settings, data: Path) -> Iterator[RunningWeb]:
    """Serves until the end of the block, then must end cleanly on SIGTERM."""
    assert settings.database_url is not None
    assert settings.redis_url is not None
    assert settings.twilio_auth_token is not None
    port = free_port()
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "RECADO_EMBEDDED": "1" if settings.recado_embedded else "",
        "RECADO_DATA_DIR": str(data),
        "PORT": str(port),
        "WEB_THREADS": str(settings.web_threads),
        "CHAT_WAIT_SECONDS": str(settings.chat_wait_seconds),
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token.get_secret_value(),
        "TWILIO_WHATSAPP_FROM": settings.twilio_whatsapp_from,
    }
    log = data / "web.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "web"], cwd=ROOT, env=environment, stdout=out, stderr=out, text=True
        )
    web = RunningWeb(port, process)
    try:
        deadline = time.monotonic() + 180
        while not web.is_alive():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield web
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=180) == 0, log.read_text()
        assert "Traceback" not in log.read_text(), log.read_text()
    finally:
        process.kill()
        process.wait()
