"""Random bytes for identifiers, drawn from the system many at a time: each draw is a system call.

They are as good as `os.urandom`'s, which is where they come from. For keys and passwords use `secrets`.
"""

import os
from collections import deque

SIZE = 16  # bytes of a piece
_PIECES = 256  # drawn at once

_drawn: deque[bytes] = deque()
os.register_at_fork(after_in_child=_drawn.clear)  # parent and child must not give out the same


def random_piece() -> bytes:
    """16 bytes that nobody else gets. Thread-safe."""
    try:
        return _drawn.pop()
    except IndexError:
        block = os.urandom(SIZE * _PIECES)
        _drawn.extend(block[start : start + SIZE] for start in range(SIZE, len(block), SIZE))
        return block[:SIZE]
