"""`read_mail_safely`: foreign mail is read in a process of its own, which is killed when it takes too long."""

import io
from dataclasses import dataclass
from datetime import datetime

from channels.email.reading.bounds import MAX_RAW
from channels.email.reading.mail import OwnAddresses, ReadMail, Verdict
from channels.email.reading.wire import dump_task, load_answer, split_frames, write_frames
from models.files.confined import ask_child

_CHILD = "channels.email.reading.child"
PATIENCE = 5.0  # seconds of the wall clock
_TRIES = 2


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
    """What `read_mail` says, but whatever the mail does to the reader stays in the child. Never raises for a mail; safe
    in threads."""
    if len(raw) > MAX_RAW:
        return Unreadable(f"mail: more than {MAX_RAW} bytes")
    task = io.BytesIO()
    write_frames(task, [dump_task(own, now, verdict, envelope_sender), raw])
    for _ in range(_TRIES):
        said = ask_child(_CHILD, task.getbuffer(), patience)
        if said is not None:
            break
    try:
        answer = load_answer(split_frames(said or b""))
    except (ValueError, KeyError, TypeError):
        return Unreadable("hostile")
    return Unreadable(answer) if isinstance(answer, str) else answer
