"""Watches that no thread takes a second connection of a pool while it holds one.

Threads that each hold one and wait for another wait for one another, until the pool gives up half a minute later.
"""

import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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
        thread, stack = threading.get_ident(), traceback.extract_stack()
        if not _is_of_a_job(stack):
            return
        if thread in holders.values():
            greedy.append("".join(traceback.format_list(stack[-14:])))
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


def _is_of_a_job(stack: traceback.StackSummary) -> bool:
    """Not of a test that looks on: whichever stands nearer."""
    ours = [f.filename for f in stack if f.filename.startswith((_JOBS, _TESTS)) and f.filename != __file__]
    return bool(ours) and ours[-1].startswith(_JOBS)
