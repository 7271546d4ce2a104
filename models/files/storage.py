"""Where files are kept: voice notes, pictures and documents that came in, charts and reports that go out.

A key is random and says nothing but the kind of file, so that two people who send the same picture have a file each:
deleting one's leaves the other's alone.
"""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from models.errors import StorageError, StoredFileMissing
from models.files.file_types import ending_of, type_of_ending

MAX_BYTES: Final = 25_000_000  # what mail servers let through; WhatsApp's own limit is 16 MB
_KEY = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{2,4}")


class Storage(Protocol):
    """A place for files. Safe for threads; every method raises StorageError when the place fails."""

    def put(self, content: bytes, content_type: str) -> str:
        """The key of a file that is safely stored when this returns. Raises StorageError for one that is too large."""
        ...

    def get(self, key: str) -> bytes:
        """The whole file. Raises StoredFileMissing."""
        ...

    def delete(self, key: str) -> None:
        """Safe to repeat: a file that is not there is deleted."""
        ...

    def size(self, key: str) -> int:
        """In bytes. Raises StoredFileMissing."""
        ...


def new_key(content_type: str) -> str:
    """A key that nobody can guess, with the ending of that type."""
    return f"{secrets.token_hex(16)}.{ending_of(content_type)}"


def verify_key(key: str) -> str:
    """The key itself. Raises StoredFileMissing for whatever `new_key` cannot have made, paths above all."""
    if not _KEY.fullmatch(key):
        raise StoredFileMissing(key)
    return key


def verify_size(content: bytes, max_bytes: int) -> None:
    """Raises StorageError for a file that is larger than the place takes."""
    if len(content) > max_bytes:
        raise StorageError(f"a file of {len(content)} bytes is too large: at most {max_bytes} are kept", permanent=True)


def content_type_of(key: str) -> str:
    """What the file is served as, read off its key."""
    return type_of_ending(key.rpartition(".")[2])


class DiskStorage:
    """Files in a folder that only this user can read; several processes may share it."""

    def __init__(self, folder: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def put(self, content: bytes, content_type: str) -> str:
        verify_size(content, self._max_bytes)
        key = new_key(content_type)
        path = self._path(key)
        try:
            for folder in (self._folder, path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_whole(path, content)
        except OSError as error:
            raise _failure("kept", error) from error
        return key

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise StoredFileMissing(key) from None
        except OSError as error:
            raise _failure("read", error) from error

    def delete(self, key: str) -> None:
        with suppress(StoredFileMissing):
            try:
                self._path(key).unlink(missing_ok=True)
            except OSError as error:
                raise _failure("deleted", error) from error

    def size(self, key: str) -> int:
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            raise StoredFileMissing(key) from None
        except OSError as error:
            raise _failure("looked at", error) from error

    def _path(self, key: str) -> Path:
        # 256 folders, so that none of them grows beyond what file systems and people like to list.
        return self._folder / verify_key(key)[:2] / key


def _write_whole(path: Path, content: bytes) -> None:
    """The file stands under its name only once all of it is on the disk, through a power cut too."""
    unfinished = path.with_name(f".{path.name}.new")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _failure(verb: str, error: OSError) -> StorageError:
    # Without the path: the message may reach a log that leaves the machine.
    return StorageError(f"the file could not be {verb}: {error.strerror or type(error).__name__}", permanent=False)
