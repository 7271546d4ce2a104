"""A thread of a worker that looks for something to do every so often, for as long as the worker lives."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

_PATIENCE = 5  # seconds: a round under way may die with the process, whatever it does


class Rounds:
    """What a round raises puts its work off to the next one: it must be safe to repeat."""

    def __init__(self, name: str, every: timedelta, go_round: Callable[[], object], log: logging.Logger) -> None:
        self._every = every
        self._go_round = go_round
        self._log = log
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=_PATIENCE)

    def _run(self) -> None:
        while not self._stopping.wait(self._every.total_seconds()):
            try:
                self._go_round()
            except SQLAlchemyError as error:
                self._log.warning("%s put off: %s", self._thread.name, type(error).__name__)
            except Exception:  # nobody else does it
                self._log.exception("%s put off", self._thread.name)
