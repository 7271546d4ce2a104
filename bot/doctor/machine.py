"""What the machine itself must offer: Python, and a data folder with room."""

import platform
import shutil
import sys
from pathlib import Path

from bot.doctor.findings import Finding, broken, doubtful, well

_OLDEST = (3, 11)
_NEWEST_TRIED = (3, 14)
_LITTLE_ROOM = 1_000_000_000  # bytes


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> Finding:
    words = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if version < _OLDEST:
        return broken("Python", words, "use Python 3.11 or newer")
    if version > _NEWEST_TRIED:
        return doubtful("Python", words, "Recado was tried on 3.11 to 3.14; use one of them if something fails")
    return well("Python", words)


def check_data_folder(folder: Path) -> Finding:
    """Where it is, and whether its disk has room. It is made when something is first put into it."""
    there = next(place for place in (folder, *folder.resolve().parents) if place.is_dir())
    free = shutil.disk_usage(there).free
    words = f"{folder}, {free / 1e9:.1f} GB free"
    if free < _LITTLE_ROOM:
        return doubtful("data folder", words, "make room on that disk, or set RECADO_DATA_DIR to another one")
    return well("data folder", words)
