"""Recordings are Ogg files that others would play."""

import struct

import pytest

from bot.simulator.voice import record
from models.files.sniffing import sniff_type

_POLYNOMIAL = 0x104C11DB7


def pages_of(content: bytes) -> list[bytes]:
    pages = []
    while content:
        lacing = content[27 : 27 + content[26]]
        length = 27 + len(lacing) + sum(lacing)
        pages.append(content[:length])
        content = content[length:]
    return pages


def remainder(page: bytes) -> int:
    """Ogg's checksum as its definition has it: what is left of a long division without carries."""
    number = int.from_bytes(page[:22] + bytes(4) + page[26:], "big") << 32
    for shift in range(number.bit_length() - 33, -1, -1):
        if number >> (shift + 32) & 1:
            number ^= _POLYNOMIAL << shift
    return number


@pytest.mark.parametrize("words", ["", "quanto vendi ontem?", "ã" * 400])
def test_every_page_is_whole_and_carries_its_checksum(words: str) -> None:
    pages = pages_of(record(words))
    assert [page[:4] for page in pages] == [b"OggS"] * 3
    assert [struct.unpack("<I", page[22:26])[0] for page in pages] == [remainder(page) for page in pages]
    assert words.encode() in pages[1]


def test_it_is_recognised_as_a_voice_note() -> None:
    assert sniff_type(record("oi"), "application/octet-stream") == "audio/ogg"


def test_no_two_recordings_are_the_same() -> None:
    assert record("oi") != record("oi")
