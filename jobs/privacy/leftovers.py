"""Files that nothing needs any more are deleted by whoever gave them up, or by a worker if that one died."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import Engine

from models.errors import StorageError
from models.faultpoint import faultpoint
from models.files.storage import Storage
from models.privacy.leftover_file import claim_leftovers, forget_leftover, put_off_leftovers
from models.session import statement_scope

_LEASE: Final = timedelta(minutes=1)  # before a place for files that is away is asked again
_REFUSED: Final = timedelta(minutes=10)  # before a file that was refused is
_SILENCES: Final = 3  # of a place that is away, each file would cost its patience
_TOLD: Final = 5

_log = logging.getLogger("recado.leftovers")


def clear_leftovers(engine: Engine, storage: Storage) -> int:
    """How many files are gone by this. Only after the commit that gave them up: a file too many harms less than one too
    few. Safe to repeat, and for any number at once."""
    cleared = 0
    with statement_scope(engine) as connection:
        files = claim_leftovers(connection, _LEASE)
    refused: dict[str, StorageError] = {}
    silences = 0  # one after another
    for file in files:
        try:
            storage.delete(file)
        except StorageError as error:
            refused[file] = error
            silences = 0 if error.permanent else silences + 1
            if silences == _SILENCES:
                break
            continue
        silences = 0
        cleared += 1
        faultpoint("leftover.deleted")
        with statement_scope(engine) as connection:
            forget_leftover(connection, file)
    if refused:
        _put_off(engine, refused)
    return cleared


def _put_off(engine: Engine, refused: Mapping[str, StorageError]) -> None:
    """Behind all others, so that what is refused each time holds up none of them."""
    with statement_scope(engine) as connection:
        put_off_leftovers(connection, refused, _REFUSED)
    told = ", ".join(f"{file} ({error})" for file, error in list(refused.items())[:_TOLD])
    _log.warning("%d file(s) that nothing needs are deleted another time: %s", len(refused), told)
