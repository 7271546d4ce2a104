"""Waiting for a state instead of for a time: tests here never depend on how fast the machine is."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], seconds: float = 180.0) -> None:
    """Returns when it holds; fails when it does not come. Patience costs only those that fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.02)
