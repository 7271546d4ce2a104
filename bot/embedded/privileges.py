"""PostgreSQL refuses to run as root: whom to run it as under root, and places that this account can reach."""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from models.errors import ConfigurationError

_ACCOUNTS = ("postgres", "nobody")


class Identity(TypedDict, total=False):
    """Keyword arguments of `subprocess.Popen` that drop root's rights."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """An unprivileged account of this machine."""

    uid: int
    gid: int

    @property
    def identity(self) -> Identity:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def find_service_account(existing: Path) -> ServiceAccount | None:
    """Whom to run PostgreSQL as: None (ourselves) unless we are root. The owner of `existing` data stays its owner."""
    if os.geteuid() != 0:
        return None
    if existing.exists() and (owner := existing.stat()).st_uid != 0:
        return ServiceAccount(owner.st_uid, owner.st_gid)
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServiceAccount(entry.pw_uid, entry.pw_gid)
    raise ConfigurationError(
        "PostgreSQL does not run as root and this machine has no account 'nobody' to run it as: "
        "start Recado as an ordinary user, or set DATABASE_URL to a PostgreSQL of yours"
    )


def can_reach(account: ServiceAccount | None, path: Path) -> bool:
    """Whether that account can pass through every folder above `path` and through `path` itself."""
    if account is None:
        return os.access(path, os.R_OK | os.X_OK)
    asked = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1" 2>/dev/null || exec test -x "$1"', "sh", str(path)],
        cwd="/",
        check=False,
        capture_output=True,
        **account.identity,
    )
    return asked.returncode == 0


def give_to(account: ServiceAccount | None, folder: Path) -> None:
    """Make `folder` (and what it holds) the account's own, closed to everyone else."""
    folder.chmod(0o700)
    if account is None:
        return
    os.chown(folder, account.uid, account.gid)
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent, name), account.uid, account.gid, follow_symlinks=False)


def copy_for(account: ServiceAccount, installation: Path, shelter: Path) -> Path:
    """A copy of a program's folder under `shelter` that the account can reach; made once, then reused."""
    package = installation.parent
    mark = (installation / "bin" / "postgres").stat()
    copy = shelter / f"{installation.name}-{mark.st_size}-{int(mark.st_mtime)}"
    if not copy.exists():
        shelter.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=shelter, prefix=".copy-") as draft:
            # Wheels keep foreign libraries beside the package on Linux, inside it on macOS, found by relative path.
            for folder in (installation, package / ".dylibs", package.with_name(f"{package.name}.libs")):
                if folder.exists():
                    place = Path(draft, "whole", folder.relative_to(package.parent))
                    shutil.copytree(folder, place, symlinks=True)
            Path(draft, "whole").chmod(0o755)
            try:
                Path(draft, "whole").rename(copy)
            except OSError:  # one data folder's lock does not keep out another's
                if not copy.exists():
                    raise
    copied = copy / package.name / installation.name
    if not can_reach(account, copied / "bin" / "postgres"):
        raise ConfigurationError(
            f"PostgreSQL runs as user {account.uid}, who cannot reach {copied}: open the folders above it (chmod o+x), "
            "start Recado as an ordinary user, or set DATABASE_URL"
        )
    return copied
