"""Functions for jobs of the tests; they tell what happened in `DONE` or in a file."""

import threading
import time
from pathlib import Path

DONE: list[object] = []
GATE = threading.Event()


def note(value: object = None) -> None:
    DONE.append(value)


def wait_for_gate(value: object = None) -> None:
    GATE.wait(180)
    DONE.append(value)


def fail(value: object = None) -> None:
    raise LookupError(f"no such thing: {value}")


def nap_and_write(path: str, seconds: float) -> None:
    Path(path).with_suffix(".begun").touch()
    time.sleep(seconds)
    Path(path).touch()


MEETING = threading.Barrier(200)


def meet(value: object = None) -> None:
    """Returns only if two hundred jobs run at the same time."""
    MEETING.wait(180)
    DONE.append(value)
