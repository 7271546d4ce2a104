"""`read_mail_safely`: foreign mail is read in a process of its own, which is killed when it takes too long."""

import io
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from channels.email.reading.bounds import MAX_RAW
from channels.email.reading.mail import OwnAddresses, ReadMail, Verdict
from channels.email.reading.wire import dump_task, load_answer, split_frames, write_frames

_ROOT = Path(__file__).resolve().parents[3]
_CHILD = (sys.executable, "-m", "channels.email.reading.child")
PATIENCE = 5.0  # seconds of the wall clock
_TRIES = 2
_ASKED_TO_END = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A mail that was refused: beyond the bounds, or "hostile" when reading it took too long or broke the reader."""

    reason: str


def read_mail_safely(
    raw: bytes,
    own: OwnAddresses,
    now: datetime,
    *,
    verdict: Verdict | None = None,
    envelope_sender: str | None = None,
    patience: float = PATIENCE,
) -> ReadMail | Unreadable:
    """What `read_mail` says, but whatever the mail does to the reader stays in the child. Never raises for a mail;
    safe in threads, since nothing is forked with their locks held: the child is a fresh interpreter."""
    if len(raw) > MAX_RAW:
        return Unreadable(f"mail: more than {MAX_RAW} bytes")
    task = io.BytesIO()
    write_frames(task, [dump_task(own, now, verdict, envelope_sender), raw])
    for _ in range(_TRIES):
        said = _ask_child(task.getbuffer(), patience)
        if said is not None:
            break
    try:
        answer = load_answer(split_frames(said or b""))
    except (ValueError, KeyError, TypeError):
        return Unreadable("hostile")
    return Unreadable(answer) if isinstance(answer, str) else answer


def _ask_child(task: memoryview, patience: float) -> bytes | None:
    """What it said; None when it was not the mail that ended it. A mail that is too much for the reader meets the
    child's own bounds: the wall clock also runs while the machine sleeps, or has no time for us."""
    try:
        done = subprocess.run(
            _CHILD,
            input=task,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=_bare_environment(),
            timeout=patience,
            check=False,
            start_new_session=True,  # Ctrl-C and whoever stops the web door do not mean the reader
        )
    except subprocess.TimeoutExpired:
        return None
    return None if -done.returncode in _ASKED_TO_END else done.stdout


def _bare_environment() -> dict[str, str]:
    """Enough to start the same interpreter, and none of our secrets."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")
    passed = {name: os.environ[name] for name in kept if name in os.environ}
    return passed | {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
