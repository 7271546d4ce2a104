"""The meter: CPU time is what was spent and not what was waited, and memory that several share counts once."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.meter import cpu_seconds, end, family, memory_mb

pytestmark = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs /proc")

SPIN = "import time\nwhile time.process_time() < 0.4: pass\n"
HOLD = "held = b'x' * 80_000_000\nprint('holding', flush=True)\nsys.stdin.read()\n"


@contextmanager
def running(code: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", f"import os, signal, subprocess, sys, time\n{code}"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        end(process)


def read_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_cpu_time_is_what_the_process_spent_and_not_what_it_waited() -> None:
    with running(
        f"for work in ('', 'time.sleep(0.3)', {SPIN!r}): exec(work); print('done', flush=True); input()"
    ) as it:
        spent = []
        for _ in range(3):
            assert read_line(it) == "done"
            spent.append(cpu_seconds(it.pid) or 0)
            print(file=it.stdin, flush=True)
    begun, rested, worked = spent
    assert rested - begun < 0.2
    assert worked > 0.3  # of 0.4: the kernel tells whole ticks, rounded down


@pytest.mark.parametrize("is_waited_for", [True, False], ids=["child has ended", "child lives"])
def test_what_children_spend_is_counted(is_waited_for: bool) -> None:
    tail = "" if is_waited_for else "print('spun', flush=True); sys.stdin.read()"
    child = f"import sys\n{SPIN}\n{tail}"
    wait = "child.wait(); print('spun', flush=True)" if is_waited_for else ""
    with running(f"child = subprocess.Popen([sys.executable, '-c', {child!r}])\n{wait}\nsys.stdin.read()") as process:
        assert read_line(process) == "spun"
        assert (cpu_seconds(process.pid) or 0) > 0.3  # of 0.4: the kernel tells whole ticks, rounded down, of each time


def test_memory_that_a_fork_shares_counts_once() -> None:
    with running(
        "held = b'x' * 80_000_000\nif os.fork():\n  print('holding', flush=True)\nsys.stdin.read()"
    ) as process:
        assert read_line(process) == "holding"
        assert len(family(process.pid)) == 2
        assert 80 < (memory_mb(process.pid) or 0) < 130


def test_a_process_that_does_not_hear_is_ended_with_all_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.meter._END_WITHIN", 0.2)
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    code = f"{deaf}\npid = os.fork()\nif pid: print(pid, flush=True)\nsys.stdin.read()"
    with running(code) as process:
        child = int(read_line(process))
        end(process)
        assert process.returncode == -signal.SIGKILL
        until = time.monotonic() + 180
        while Path(f"/proc/{child}/cmdline").exists() and Path(f"/proc/{child}/cmdline").read_bytes():
            assert time.monotonic() < until
            time.sleep(0.01)
