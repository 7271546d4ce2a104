"""The data folder and the short private folder of the sockets: made once, found again by every command."""

import json
import os
import shutil
import socket
import stat
import tempfile
from pathlib import Path

from bot.embedded.privileges import ServiceAccount, can_reach, give_to
from models.errors import ConfigurationError

_SOCKET_PATH_LIMIT = 103  # bytes: macOS takes 104 with the closing zero, Linux 108
_LONGEST_SOCKET_NAME = ".s.PGSQL.5432.lock"


def prepare_data_folder(path: Path) -> Path:
    """The data folder, absolute, existing, writable. Raises ConfigurationError. Safe to repeat."""
    folder = Path(os.path.abspath(path.expanduser()))
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            # Root's PostgreSQL runs as another user, who must be able to pass through (not to list).
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ConfigurationError(
            f"RECADO_DATA_DIR: {folder} cannot be written ({error.strerror}): "
            "make it a writable folder, set RECADO_DATA_DIR to another one, or set DATABASE_URL and REDIS_URL"
        ) from None
    return folder.resolve()


def find_socket_folder(data: Path) -> Path | None:
    """Where this data folder's engines have their sockets, or None before the first start."""
    try:
        noted = json.loads((data / "sockets.json").read_text(encoding="utf-8"))
        folder = Path(noted["folder"])
        entry = folder.lstat()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    # A copied data folder must not find the engines of its original; another user must not lend us a folder.
    ours = entry.st_uid == os.geteuid() or os.geteuid() == 0
    private = stat.S_ISDIR(entry.st_mode) and stat.S_IMODE(entry.st_mode) == 0o700
    return folder if noted.get("data") == str(data) and ours and private else None


def make_socket_folder(data: Path, account: ServiceAccount | None) -> Path:
    """The socket folder, made and noted in the data folder when it does not exist yet."""
    found = find_socket_folder(data)
    if found is not None and _owner_fits(found, account):
        return found
    folder = data / "run"
    if can_reach(account, data) and _is_short(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
    if not folder.is_dir() or not _takes_sockets(folder):
        parents = [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 (mkdtemp makes a private folder in it)
        parent = next((place for place in parents if _is_short(place / "recado-12345678")), parents[-1])
        folder = Path(tempfile.mkdtemp(prefix="recado-", dir=parent))
    give_to(account, folder)
    draft = data / "sockets.json.new"
    draft.write_text(json.dumps({"data": str(data), "folder": str(folder)}), encoding="utf-8")
    draft.replace(data / "sockets.json")
    return folder


def remove_temporary_sockets(data: Path) -> None:
    """After the engines stopped: a socket folder outside the data folder goes, and the next start makes another."""
    folder = find_socket_folder(data)
    if folder is not None and not folder.is_relative_to(data):
        shutil.rmtree(folder, ignore_errors=True)
        (data / "sockets.json").unlink(missing_ok=True)


def _owner_fits(folder: Path, account: ServiceAccount | None) -> bool:
    return folder.stat().st_uid == (os.geteuid() if account is None else account.uid)


def _is_short(folder: Path) -> bool:
    return len(os.fsencode(folder / _LONGEST_SOCKET_NAME)) <= _SOCKET_PATH_LIMIT


def _takes_sockets(folder: Path) -> bool:
    """Some shared and network file systems refuse sockets."""
    probe = folder / f"probe-{os.getpid()}"
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(probe))
    except OSError:
        return False
    finally:
        probe.unlink(missing_ok=True)
    return True
