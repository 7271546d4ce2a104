"""Identifiers: random, ordered by time of creation, safe to show, and safe to shorten."""

import time
from datetime import datetime
from uuid import UUID

from models.randomness import random_piece


def new_id() -> UUID:
    """A new one, greater than every one that this process made some microseconds ago or earlier."""
    return id_of(time.time_ns(), random_piece())


def id_of(nanoseconds: int, piece: bytes) -> UUID:
    """A UUID version 7 (RFC 9562) of that moment since 1970: 48 bits of milliseconds, 12 of what is beyond, so that
    what is made in one transaction keeps its order (its section 6.2, method 3), and 62 of the piece. Pure."""
    milliseconds, beyond = divmod(nanoseconds, 1_000_000)
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | beyond * 4096 // 1_000_000 << 64
    return UUID(int=value | 0x2 << 62 | int.from_bytes(piece[:8], "big") & 0x3FFF_FFFF_FFFF_FFFF)


def id_range(shortened: str) -> tuple[UUID, UUID] | None:
    """The first and the last id that begin so, dashes and case aside; None for what no id begins with. Pure."""
    digits = shortened.strip().replace("-", "").lower()
    if not 1 <= len(digits) <= 32 or set(digits) - set("0123456789abcdef"):
        return None
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))


def first_id_at(moment: datetime) -> UUID:
    """No id made before that moment is greater, and none made after it is less. Pure."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
