"""The real program under the simulator: `python -m bot up` on a data folder of its own, ended with us."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.commands.base import CommandError
from bot.embedded.folders import prepare_data_folder
from bot.embedded.processes import last_lines, open_log
from bot.supervision.leash import PIPE_VARIABLE

_READY_IN = 120.0  # seconds; the very first start makes a database and a demo company
_GRACE = 60.0  # seconds to stop
_POLL = 0.1
_PROCESSES = (
    "web ",
    "worker",
    "scheduler ",
    "PostgreSQL ",
    "Valkey ",
)  # what the supervisor's words on them begin with
_MOST_COMPLAINTS = 10

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextmanager
def data_folder(parent: Path, *, is_fresh: bool) -> Iterator[Path]:
    """`simulator` in the data folder, kept for the next time; a fresh one is gone afterwards."""
    if not is_fresh:
        yield prepare_data_folder(prepare_data_folder(parent) / "simulator")
        return
    folder = Path(tempfile.mkdtemp(prefix="recado-simulator-"))
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)  # root's PostgreSQL runs as another user, who must get in
    try:
        yield prepare_data_folder(folder / "data")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_program(environment: Mapping[str, str], url: str, log: Path) -> Iterator[None]:
    """Ready to answer at `url` until the end of the block. Raises CommandError with its last words if it is not."""
    reading, writing = os.pipe()  # the leash: however we die, the program ends too
    began = log.stat().st_size if log.exists() else 0
    try:
        with open_log(log) as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot.supervision.leash", "bot", "up"],
                env={**environment, PIPE_VARIABLE: str(reading)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=[reading],
                start_new_session=True,  # Ctrl-C is ours
            )
        try:
            _wait_until_ready(process, url, log, began)
            yield
        finally:
            _end(process)
    finally:
        os.close(reading)
        os.close(writing)


def find_complaints(log: Path, since: int) -> list[str]:
    """What the program's processes have warned of after byte `since` of its log: the last of it."""
    with log.open("rb") as words:
        words.seek(since)
        lines = words.read().decode("utf-8", "replace").splitlines()
    return [line for line in lines if line.startswith(_PROCESSES)][-_MOST_COMPLAINTS:]


def _wait_until_ready(process: "subprocess.Popen[bytes]", url: str, log: Path, began: int) -> None:
    deadline = time.monotonic() + _READY_IN
    while not _is_at_work(url):
        if process.poll() is not None:
            said = last_lines(log, since=began)
            raise CommandError(
                f"the program did not start; another simulator may run (--fresh starts one more): {said}"
            )
        if time.monotonic() > deadline:
            raise CommandError(f"the program is not ready after {_READY_IN:g} s; what it says is in {log}")
        time.sleep(_POLL)


def _is_at_work(url: str) -> bool:
    """`/readyz` alone would be content without a worker."""
    try:
        with _direct.open(f"{url}/readyz", timeout=5) as answer:
            return bool(json.load(answer).get("status") == "ok")
    except (OSError, ValueError, http.client.HTTPException):
        return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()
