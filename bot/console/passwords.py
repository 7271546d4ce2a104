"""Passwords of operators: argon2id, checked in the same time whether the operator exists or not."""

import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
# Each check takes 64 MiB and much of a core for a moment: a flood of logins must not take the process down.
_at_once = threading.Semaphore(2)
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another


def hash_password(password: str) -> str:
    with _at_once:
        return _hasher.hash(password)


def is_password(password_hash: str | None, password: str) -> bool:
    """Without a hash, as long and as wrong as with one."""
    with _at_once:
        try:
            return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Hashed with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def readable_password() -> str:
    """Random, near 80 bits, easy to read out: four groups of four."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
