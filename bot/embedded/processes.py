"""What the embedded engines need of the operating system: who runs, how to end them, what they wrote last."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

_LOG_LIMIT = 10_000_000  # bytes; a log beyond it is set aside once, as `<name>.1`
_TAIL = 64_000  # bytes of a log's end that are looked at
_POLL = 0.03  # seconds


def command_line(pid: int) -> str | None:
    """The words a process was started with, or None when it does not run (a zombie does not run)."""
    if pid <= 0:
        return None
    if not sys.platform.startswith("linux"):
        return _command_line_by_ps(pid)
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return None
    return None if state in "ZX" else words.replace(b"\0", b" ").decode(errors="replace").strip()


def _command_line_by_ps(pid: int) -> str | None:
    asked = subprocess.run(["ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, command = asked.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else command.strip()


def end_process(pid: int, steps: Sequence[tuple[int, float]], process: "subprocess.Popen[bytes] | None" = None) -> bool:
    """Send each (signal, seconds to wait) in turn until `pid` is gone; `process` is its handle when it is our child."""
    for number, seconds in steps:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            break
        if wait_until_gone(pid, seconds, process):
            return True
    return wait_until_gone(pid, 0, process)


def wait_until_gone(pid: int, seconds: float, process: "subprocess.Popen[bytes] | None" = None) -> bool:
    """Wait at most `seconds` for `pid` to end, reaping it when it is our child."""
    deadline = time.monotonic() + seconds
    while True:
        if process is not None and process.pid == pid:
            if process.poll() is not None:
                return True
        elif command_line(pid) is None:
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL)


def open_log(path: Path) -> BinaryIO:
    """The log opened for appending; one that grew large is set aside first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        path.replace(path.with_name(path.name + ".1"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(descriptor, "ab")


def last_lines(path: Path, *, since: int = 0, count: int = 5) -> str:
    """The last lines of a log after byte `since`, joined by ` | `."""
    try:
        with path.open("rb") as log:
            log.seek(max(since, log.seek(0, os.SEEK_END) - _TAIL))
            text = log.read().decode(errors="replace")
    except OSError:
        return ""
    return " | ".join(line.strip() for line in text.splitlines()[-count:] if line.strip())
