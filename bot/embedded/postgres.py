"""The embedded PostgreSQL server: started, found again, stopped. It listens on one private unix socket."""

import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from bot.embedded.cluster import SHELTER, SUPERUSER, Cluster, prepare_cluster, server_environment
from bot.embedded.folders import find_socket_folder, make_socket_folder
from bot.embedded.processes import command_line, end_process, last_lines, open_log
from models.errors import ConfigurationError

DATABASE = "recado"
_SOCKET = ".s.PGSQL.5432"
_POLL = 0.03  # seconds
# Fast shutdown first; then as after a crash, which loses nothing that was committed.
_STOP_STEPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))
_PASSING_FAILURES = ("already exists", "still in use")  # what a killed server's last processes leave for a moment
_SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Neither the statement nor the row that it failed at: they quote what people wrote.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_line_prefix": "%m [%p] ",
}


class EmbeddedPostgres:
    """One server on one data folder. `settings` override the server's own, `shelter` is used under root alone."""

    name = "PostgreSQL"

    def __init__(self, data: Path, *, settings: Mapping[str, str] | None = None, shelter: Path = SHELTER) -> None:
        self._data = data
        self._settings = _SERVER_SETTINGS | dict(settings or {})
        self._shelter = shelter
        self._process: subprocess.Popen[bytes] | None = None
        self.notices: tuple[str, ...] = ()

    @property
    def log(self) -> Path:
        return self._data / "logs" / "postgres.log"

    @property
    def url(self) -> str:
        """The URL of Recado's database; known from the first start on."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """The URL of another database of the same server. Raises ConfigurationError before the first start."""
        folder = find_socket_folder(self._data)
        if folder is None:
            raise ConfigurationError(f"RECADO_DATA_DIR: PostgreSQL was never started on {self._data}")
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(folder), safe='')}"

    def is_answering(self) -> bool:
        """Whether a server on this data folder takes connections now; no pid file is believed."""
        if find_socket_folder(self._data) is None:
            return False
        try:
            with self._connect():
                return True
        except psycopg.OperationalError:
            return False

    def start(self, timeout: float = 60.0) -> None:
        """Make sure that the server answers and the database exists. Call it under the engines' lock; repeatable."""
        if self.is_answering():
            return
        cluster = prepare_cluster(self._data, self._shelter)
        self.notices = cluster.notices
        sockets = make_socket_folder(self._data, cluster.account)
        deadline = time.monotonic() + timeout
        while not self._try_once(cluster, sockets, deadline):
            time.sleep(0.2)
        self._ensure_database()

    def stop(self) -> None:
        """End the server, whoever started it. Nothing happens when none runs."""
        pid = self._postmaster_pid()
        if pid is not None and not end_process(pid, _STOP_STEPS, self._process):
            raise ConfigurationError(f"PostgreSQL (process {pid}) does not stop: end it yourself, see {self.log}")
        if self._process is not None:
            self._process.wait()

    def is_running(self) -> bool:
        """Cheap: whether the server process lives. It may still be starting."""
        return self._postmaster_pid() is not None

    def _try_once(self, cluster: Cluster, sockets: Path, deadline: float) -> bool:
        """Start (or wait for one that is starting). False when a failure will pass; raises when it will not."""
        written = self.log.stat().st_size if self.log.exists() else 0
        if not self.is_running():
            # A stranger may have its number by now. Shared memory still guards against a server that does run.
            (cluster.folder / "postmaster.pid").unlink(missing_ok=True)
            self._process = self._launch(cluster, sockets)
        while not self.is_answering():
            self._refuse_if_cut_off(cluster, sockets)
            ended = self._process is not None and self._process.poll() is not None
            if ended or time.monotonic() >= deadline:
                reason = last_lines(self.log, since=written)
                if ended and time.monotonic() < deadline and any(text in reason for text in _PASSING_FAILURES):
                    return False
                reason = reason or "it gave no reason"
                raise ConfigurationError(f"PostgreSQL did not start on {cluster.folder}: {reason} (see {self.log})")
            time.sleep(_POLL)
        return True

    def _refuse_if_cut_off(self, cluster: Cluster, sockets: Path) -> None:
        """A server that runs while its socket is gone - whoever cleans up temporary folders took it - answers nobody,
        and only its end mends that. Who else still works on it is not known here: so that is left to a person."""
        pid = self._postmaster_pid()
        if pid is None or (sockets / _SOCKET).exists():
            return
        try:
            is_ready = "ready" in (cluster.folder / "postmaster.pid").read_text(encoding="ascii").splitlines()[7]
        except (OSError, ValueError, IndexError):
            return
        # Once more: the socket is there before the file says so.
        if is_ready and not (sockets / _SOCKET).exists():
            raise ConfigurationError(
                f"PostgreSQL (process {pid}) runs on {cluster.folder}, but its socket is gone: "
                f"stop Recado, end that process (kill -INT {pid}) and start again"
            )

    def _launch(self, cluster: Cluster, sockets: Path) -> "subprocess.Popen[bytes]":
        quoted = str(sockets).replace('"', '""')
        settings = self._settings | {"unix_socket_directories": f'"{quoted}"'}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open_log(self.log) as log:
            return subprocess.Popen(
                [str(cluster.binaries / "postgres"), "-D", str(cluster.folder), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=server_environment(),
                start_new_session=True,  # Ctrl-C is for the supervisor, who stops the server last
                umask=0o077,
                **(cluster.account.identity if cluster.account else {}),
            )

    def _postmaster_pid(self) -> int | None:
        if self._process is not None and self._process.poll() is None:
            return self._process.pid
        folder = (self._data / "postgres").resolve()
        try:
            pid = int((folder / "postmaster.pid").read_text(encoding="ascii").split()[0])
        except (OSError, ValueError, IndexError):
            return None
        # After a crash the number may belong to a stranger, even to another PostgreSQL.
        return pid if f"postgres -D {folder} " in (command_line(pid) or "") else None

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.url_of("postgres"), connect_timeout=2, autocommit=True)

    def _ensure_database(self) -> None:
        with self._connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
