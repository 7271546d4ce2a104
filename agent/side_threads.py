"""Work in threads of its own, so that whoever waits for it can stop waiting.

A thread cannot be ended from outside: what runs on too long is left behind and dies with the process. So these are
daemons and no pool, where a few that hang would hold up everybody.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


def begin(name: str, work: Callable[[], T]) -> "Future[T]":
    """At once, with the context variables of the caller; what it raises, the future raises."""
    future: Future[T] = Future()
    context = copy_context()

    def run() -> None:
        try:
            result = context.run(work)
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


def batches(work: Sequence[T], most: int) -> list[Sequence[T]]:
    """In order, at most so many at once."""
    return [work[start : start + most] for start in range(0, len(work), most)]
