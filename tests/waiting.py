"""Waiting for a state instead of for a time: tests here never depend on how fast the machine is."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], seconds: float = 180.0) -> None:
    """Returns when it holds; fails when it does not come. Patience costs only those that fail."""
    began = time.monotonic()
    while not condition():
        waited = time.monotonic() - began
        assert waited < seconds, "it did not come to pass in time"
        time.sleep(min(max(0.02, waited / 10), 0.2))  # asking takes time from what is waited for
