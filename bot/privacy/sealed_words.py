"""What an erasure has still to look for on the disk, so that one that was cut off can go on: a file that only the key
in the erasure's row opens, and that goes when all is clean. Neither says anything without the other."""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken

_COMES_WITHIN = 86_400.0  # seconds


def seal(data: Path, erasure_id: UUID, words: Sequence[str]) -> str:
    """The key; the file is safely written when this returns."""
    path = _path(data, erasure_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Fernet.generate_key()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(Fernet(key).encrypt(json.dumps(list(words)).encode()))
        file.flush()
        os.fsync(file.fileno())
    return key.decode()


def open_sealed(data: Path, erasure_id: UUID, key: str) -> list[str] | None:
    """None where the file is not, or is not what the key was made for."""
    try:
        opened = Fernet(key.encode()).decrypt(_path(data, erasure_id).read_bytes())
    except (FileNotFoundError, InvalidToken):
        return None
    return [str(one) for one in json.loads(opened)]


def remove_sealed(data: Path, erasure_id: UUID) -> None:
    """Safe to repeat."""
    _path(data, erasure_id).unlink(missing_ok=True)


def remove_orphans(data: Path, known: Sequence[UUID]) -> None:
    """Files that no key opens any more: of erasures that ended before their commit. A young one's may be to come."""
    kept = {_path(data, erasure_id) for erasure_id in known}
    for path in (data / "erasures").glob("*.sealed"):
        if path not in kept and path.stat().st_mtime < time.time() - _COMES_WITHIN:
            path.unlink(missing_ok=True)


def _path(data: Path, erasure_id: UUID) -> Path:
    return data / "erasures" / f"{erasure_id}.sealed"
