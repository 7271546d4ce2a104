"""A voice note without a microphone: a playable Ogg Opus file of silence that carries its words in a comment."""

import struct
from secrets import randbits

_PRE_SKIP = 312  # samples at 48 kHz that a player leaves out
_FRAME = 960  # samples of one 20 ms packet
_SILENCE = b"\xf8\xff\xfe"  # one packet of silence: CELT, 20 ms, mono
_PACKETS = 50  # one second
_FIRST, _LAST = 0x02, 0x04  # flags of an Ogg page
_POLYNOMIAL = 0x04C11DB7


def record(words: str) -> bytes:
    """Each recording is different from all others, even of the same words."""
    serial = randbits(32)
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, _PRE_SKIP, 48_000, 0, 0)
    comment = f"DESCRIPTION={words}".encode()
    tags = b"OpusTags" + _counted(b"Recado simulator") + struct.pack("<I", 1) + _counted(comment)
    pages = [
        _page(serial, 0, 0, _FIRST, [head]),
        _page(serial, 1, 0, 0, [tags]),
        _page(serial, 2, _PRE_SKIP + _PACKETS * _FRAME, _LAST, [_SILENCE] * _PACKETS),
    ]
    return b"".join(pages)


def _counted(text: bytes) -> bytes:
    return struct.pack("<I", len(text)) + text


def _page(serial: int, number: int, position: int, flags: int, packets: list[bytes]) -> bytes:
    """One page; its packets must end in it, which 255 segments of 255 bytes allow."""
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    header = struct.pack("<4sBBqIII", b"OggS", 0, flags, position, serial, number, 0) + bytes([len(lacing)]) + lacing
    page = header + b"".join(packets)
    return page[:22] + struct.pack("<I", _checksum(page)) + page[26:]


def _checksum(page: bytes) -> int:
    """Ogg's CRC-32: most significant bit first, no inversion - another one than zlib's."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1) ^ _POLYNOMIAL if value & 0x80000000 else value << 1
        value &= 0xFFFFFFFF
    return value
