"""A MariaDB server of the tests' own: an unprivileged process in a temporary folder, reached by a socket alone."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_BINARIES = ("mariadbd", "mysqld")


def find_server() -> str | None:
    """Debian keeps it where only root's PATH leads."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    return next((found for name in _BINARIES if (found := shutil.which(name, path=path))), None)


@contextmanager
def running_server(program: str) -> Iterator[Callable[[str, str], str]]:
    """Gives the URL of a database by user and name, for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="recado-mariadb-", dir="/tmp"))
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    as_account = {"user": account.pw_uid, "group": account.pw_gid} if account else {}
    address, error_log = folder / "s", folder / "log"
    installer = shutil.which("mariadb-install-db") or "mariadb-install-db"
    common = ["--no-defaults", f"--datadir={folder / 'db'}"]
    subprocess.run(
        [installer, *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True,
        capture_output=True,
        timeout=240,
        cwd=folder,
        **as_account,  # type: ignore[call-overload]
    )
    small = [
        "--innodb-buffer-pool-size=32M",
        "--innodb-flush-log-at-trx-commit=0",
        "--skip-log-bin",
        "--open-files-limit=1024",
    ]
    command = [program, *common, f"--socket={address}", "--skip-networking", f"--log-error={error_log}", *small]
    command += [f"--pid-file={folder / 'pid'}", "--character-set-server=utf8mb4"]
    process = subprocess.Popen(command, cwd=folder, **as_account)  # type: ignore[call-overload]
    try:
        _wait(address, process, error_log)
        yield lambda user, name: f"mysql://{user}@localhost/{name}?unix_socket={address}"
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(path: Path, process: "subprocess.Popen[bytes]", error_log: Path) -> None:
    until = time.monotonic() + 180
    while True:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(path))
                return
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(error_log.read_text(errors="replace")[-2000:]) from None
        time.sleep(0.1)
