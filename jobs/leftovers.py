"""Files that nothing needs any more are deleted by whoever gave them up, or by a worker if that one died."""

import logging
from datetime import timedelta
from typing import Final

from sqlalchemy import Engine

from models.errors import StorageError
from models.faultpoint import faultpoint
from models.leftover_file import claim_leftovers, forget_leftover
from models.session import statement_scope
from models.storage import Storage

_LEASE: Final = timedelta(minutes=1)  # before a place for files that failed is asked again

_log = logging.getLogger("recado.leftovers")


def clear_leftovers(engine: Engine, storage: Storage) -> int:
    """How many files are gone by this. Only after the commit that gave them up: a file too many harms less than one too
    few. Safe to repeat, and for any number at once."""
    with statement_scope(engine) as connection:
        files = claim_leftovers(connection, _LEASE)
    cleared = 0
    for file in files:  # of a place that is away, each would cost its patience
        try:
            storage.delete(file)
        except StorageError as error:
            _log.warning("a file that nothing needs is deleted another time: %s", error)
            break
        faultpoint("leftover.deleted")
        with statement_scope(engine) as connection:
            forget_leftover(connection, file)
        cleared += 1
    return cleared
