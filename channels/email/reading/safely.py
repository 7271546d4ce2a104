"""`read_mail_safely`: foreign mail is read in a process of its own, which is killed when it takes too long."""

import io
import os
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
    try:
        done = subprocess.run(
            _CHILD,
            input=task.getbuffer(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=_bare_environment(),
            timeout=patience,
            check=False,
        )
        answer = load_answer(split_frames(done.stdout))
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        return Unreadable("hostile")
    return Unreadable(answer) if isinstance(answer, str) else answer


def _bare_environment() -> dict[str, str]:
    """Enough to start the same interpreter, and none of our secrets."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")
    passed = {name: os.environ[name] for name in kept if name in os.environ}
    return passed | {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
