"""The archives that DOCX and XLSX are: looked over before any library unpacks them."""

import io
import zipfile
import zlib
from typing import Final

from agent.knowledge.bounds import MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED, MAX_XML, MIB
from models.errors import UnreadableDocument

_BROKEN = "the file is broken (cut short, or not saved to its end): save it again and add that"
_TRIFLE = MIB  # bytes unpacked, below which no ratio is a bomb
_PIECE = 256 * 1024
_DEFINITIONS: Final = tuple(
    word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
_OVERLAP = max(map(len, _DEFINITIONS))


def member_names(content: bytes) -> frozenset[str]:
    """Raises UnreadableDocument for an archive that is none."""
    return frozenset(info.filename for info in _open(content).infolist())


def check_archive(content: bytes) -> None:
    """Unpack it once, counting, and keep nothing: sizes that the directory claims may be lies. Raises
    UnreadableDocument for bombs, broken archives, passwords, and XML that defines anything of its own."""
    with _open(content) as archive:
        infos = archive.infolist()
        if len(infos) > MAX_MEMBERS:
            raise UnreadableDocument(f"it holds more than {MAX_MEMBERS} parts: save only what is needed in a new file")
        if len({info.filename for info in infos}) < len(infos):
            raise UnreadableDocument(f"two of its parts have the same name: {_BROKEN}")
        left = MAX_UNPACKED
        for info in infos:
            if info.flag_bits & 1:
                raise UnreadableDocument("it is protected by a password: save it without one and add it again")
            left -= _read_through(archive, info, left)


def _open(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise UnreadableDocument(_BROKEN) from None


def _read_through(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> int:
    """How many bytes the member has. Raises UnreadableDocument."""
    size, tail = 0, b""
    is_xml = info.filename.lower().endswith((".xml", ".rels", ".vml"))
    try:
        with archive.open(info) as member:
            while piece := member.read(_PIECE):
                size += len(piece)
                if size > left or (is_xml and size > MAX_XML):
                    raise UnreadableDocument("it is too large once unpacked: save only what is needed in a new file")
                if size > _TRIFLE and size > MAX_RATIO * max(info.compress_size, 1):
                    raise UnreadableDocument("it unpacks to far more than it should (an archive bomb): do not trust it")
                if is_xml and any(word in tail + piece for word in _DEFINITIONS):
                    raise UnreadableDocument("its XML defines entities, which no Office writes: do not trust it")
                tail = piece[-_OVERLAP:]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise UnreadableDocument(_BROKEN) from None
    return size
