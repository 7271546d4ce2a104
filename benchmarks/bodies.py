"""What a worker runs when it is the worker that is measured, and not the turn: jobs that note when they started."""

import os
import time
from functools import cache

from models.outside import outside

NOTES = "BENCHMARK_NOTES"  # the environment's name for the file that takes the notes
HOLD = 1.0  # seconds that a holding job stays in flight

NOTE = "benchmarks.bodies.note"
HOLDING_NOTE = "benchmarks.bodies.note_and_hold"


def note(key: str) -> None:
    """Write the key and the moment, by the clock that all processes of a machine share."""
    os.write(_notes(), f"{key} {time.monotonic():.6f}\n".encode())


def note_and_hold(key: str) -> None:
    """The same, then wait as a turn waits for its LLM."""
    note(key)
    with outside():
        time.sleep(HOLD)


@cache
def _notes() -> int:
    """Appended to in one write a line, so that threads and processes may share it."""
    return os.open(os.environ[NOTES], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
