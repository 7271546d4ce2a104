"""Work on foreign bytes in a process of its own, which has no secrets, limits itself, and is killed when it takes too
long: the parent's half (`ask_child`) and the child's (`limit_resources`)."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_ASKED_TO_END = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def ask_child(module: str, task: bytes | memoryview, patience: float) -> bytes | None:
    """What `python -m module` said to the task on its standard input; None when it was not the task that ended it. Work
    that is too much meets the child's own bounds: the wall clock also runs while the machine sleeps, or has no time for
    us. Safe in threads, since nothing is forked with their locks held: the child is a fresh interpreter."""
    try:
        done = subprocess.run(
            (sys.executable, "-m", module),
            input=task,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=bare_environment(),
            timeout=patience,
            check=False,
            start_new_session=True,  # Ctrl-C and whoever stops the web door do not mean the reader
        )
    except subprocess.TimeoutExpired:
        return None
    return None if -done.returncode in _ASKED_TO_END else done.stdout


def bare_environment() -> dict[str, str]:
    """Enough to start the same interpreter, and none of our secrets."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")
    passed = {name: os.environ[name] for name in kept if name in os.environ}
    return passed | {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def limit_resources(memory: int, cpu: int) -> None:
    """Bytes of address space and seconds of this process, which may write no file either. As far as the system has such
    limits: macOS knows none on address space, Windows none at all."""
    try:
        import resource
    except ImportError:
        return
    limits = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, cpu), (resource.RLIMIT_FSIZE, 0))
    for kind, value in limits:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))
