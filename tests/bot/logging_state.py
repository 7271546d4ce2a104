"""Puts Python's logging back as it was: programs configure it for their whole process, tests share one."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, threading.excepthook
    loggers = {n: entry for n, entry in root.manager.loggerDict.items() if isinstance(entry, logging.Logger)}
    levels = {name: logger.level for name, logger in loggers.items()}
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, logger in root.manager.loggerDict.items():
            if isinstance(logger, logging.Logger):
                logger.setLevel(levels.get(name, logging.NOTSET))
        logging.captureWarnings(False)
        threading.excepthook = hook
