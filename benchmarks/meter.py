"""CPU seconds and memory of a process and of everything it started, read from /proc; None where there is no /proc."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_END_WITHIN = 10.0  # seconds


def cpu_seconds(pid: int) -> float | None:
    """Spent so far by the process, its living descendants, and those it has waited for."""
    if not _PROC.joinpath("self/stat").exists():
        return None
    ticks = sum(sum(int(field) for field in _stat(member)[11:15]) for member in family(pid))
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float | None:
    """The proportional set size of the process and its descendants: memory that several share counts once."""
    if not _PROC.joinpath("self/smaps_rollup").exists():
        return None
    return sum(_pss_kb(member) for member in family(pid)) / 1024


def family(pid: int) -> set[int]:
    """The process and its living descendants."""
    parents = {int(path.name): _parent(int(path.name)) for path in _PROC.iterdir() if path.name.isdigit()}
    members = {pid}
    while found := {child for child, parent in parents.items() if parent in members} - members:
        members |= found
    return members


def end(process: "subprocess.Popen[str]") -> None:
    """End the process in good order; at once, with what it started, where it does not hear."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_END_WITHIN)
    except subprocess.TimeoutExpired:
        for member in family(process.pid):
            os.kill(member, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _parent(pid: int) -> int:
    return next((int(field) for field in _stat(pid)[1:2]), 0)


def _stat(pid: int) -> list[str]:
    """The fields of `man proc_pid_stat` from the third on; empty once the process is gone."""
    try:
        return _PROC.joinpath(str(pid), "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _pss_kb(pid: int) -> int:
    return next((int(line.split()[1]) for line in _rollup(pid) if line.startswith("Pss:")), 0)


def _rollup(pid: int) -> Iterator[str]:
    try:
        yield from _PROC.joinpath(str(pid), "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:  # ended meanwhile
        return
