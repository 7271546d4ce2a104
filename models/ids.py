"""Identifiers: random, ordered by time of creation, safe to show, and safe to shorten."""

import time
from datetime import datetime
from uuid import UUID

from models.randomness import random_piece


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(random_piece()[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def id_range(shortened: str) -> tuple[UUID, UUID] | None:
    """The first and the last id that begin so, dashes and case aside; None for what no id begins with. Pure."""
    digits = shortened.strip().replace("-", "").lower()
    if not 1 <= len(digits) <= 32 or set(digits) - set("0123456789abcdef"):
        return None
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))


def first_id_at(moment: datetime) -> UUID:
    """No id made before that moment is greater, and none made after it is less. Pure."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
