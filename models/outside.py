"""Threads of this process that wait for somebody else's answer: at work, but in nobody's way.

Whoever calls another company's server does it `with outside():`. The worker takes more jobs for each of them; a call
that is not marked costs nothing but that.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_waiting = 0


@contextmanager
def outside() -> Iterator[None]:
    """This thread waits for another server until the block ends. Not to be nested."""
    global _waiting
    with _lock:
        _waiting += 1
    try:
        yield
    finally:
        with _lock:
            _waiting -= 1


def count_outside() -> int:
    """Threads that wait so now."""
    return _waiting
