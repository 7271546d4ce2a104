"""Watches that no thread takes a second connection of a pool while it holds one.

Threads that each hold one and wait for another wait for one another, until the pool gives up half a minute later.
"""

import inspect
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Engine, event

import jobs

_JOBS = str(Path(jobs.__file__).parent)
_TESTS = str(Path(__file__).parents[1])


@contextmanager
def ungreedy(engine: Engine) -> Iterator[None]:
    """Fails at its end if a job was greedy; tests themselves may be."""
    holders: dict[Any, int] = {}
    greedy: list[str] = []

    def take(_connection: Any, record: Any, _proxy: Any) -> None:
        thread = threading.get_ident()
        if not _is_of_a_job(inspect.currentframe()):
            return
        if thread in holders.values():
            greedy.append("".join(traceback.format_stack(limit=14)))
        holders[record] = thread

    def give_back(_connection: Any, record: Any) -> None:
        holders.pop(record, None)

    event.listen(engine, "checkout", take)
    event.listen(engine, "checkin", give_back)
    try:
        yield
    finally:
        event.remove(engine, "checkout", take)
        event.remove(engine, "checkin", give_back)
    assert not greedy, greedy[0]


def _is_of_a_job(frame: FrameType | None) -> bool:
    """Not of a test that looks on: whichever stands nearer. Frames alone: the lines of a stack take a millisecond."""
    while frame is not None:
        name = frame.f_code.co_filename
        if name != __file__ and name.startswith((_JOBS, _TESTS)):
            return name.startswith(_JOBS)
        frame = frame.f_back
    return False
