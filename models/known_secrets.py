"""The secrets that references have led to in this process, in every spelling in which they could be written down: what
logs, error reports and recordings must not show."""

import json
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import Final
from urllib.parse import quote, unquote, urlsplit

SHORTEST_SECRET: Final = 6  # blotting out a shorter one would eat half of every text

_lock = Lock()
_known: frozenset[str] = frozenset()


def note_secret(value: str) -> None:
    """From now on nobody writes it down. Safe to repeat."""
    global _known
    with _lock:
        if not _known.issuperset(new := spellings_of([value])):
            _known |= frozenset(new)


def known_secrets() -> frozenset[str]:
    """The same object until there is another secret."""
    return _known


def spellings_of(secrets: Iterable[str]) -> tuple[str, ...]:
    """Each as it is, in its parts - two tokens while one replaces the other, the password within a URL -, and as
    addresses and JSON write it, the longest first. Pure."""
    parts = {part for secret in secrets for part in _parts_of(secret)}
    spelt = {way for part in parts for way in (part, quote(part, safe=""), json.dumps(part)[1:-1])}
    return tuple(sorted((way for way in spelt if len(way) >= SHORTEST_SECRET), key=len, reverse=True))


def _parts_of(secret: str) -> Iterator[str]:
    yield secret
    yield from (part.strip() for part in secret.split(","))
    try:
        password = urlsplit(secret).password if "://" in secret else None
    except ValueError:
        password = None
    if password:
        yield password
        yield unquote(password)
