"""The benchmark itself: that it measures whole turns, ours and stock RQ's, and says what it did not measure."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.meter import cpu_seconds

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_a_small_run_answers_everybody_once_on_both_workers() -> None:
    options = ["--turns", "6", "--latency", "0.2", "--threads", "6", "--stock-turns", "2"]
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.turns", *options], cwd=ROOT, capture_output=True, text=True, timeout=110
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "2 calls per turn" in run.stdout, "each turn called the tool and then answered"
    assert "answered once each: 6 of 6" in run.stdout
    ours = re.search(r"^Recado, 1 process, 6 threads +6 +(\d+\.\d)", run.stdout, re.MULTILINE)
    stock = re.search(r"^stock rq.Worker, 1 process, forking +2 +(\d+\.\d)", run.stdout, re.MULTILINE)
    assert ours is not None, run.stdout
    assert stock is not None, run.stdout
    assert float(ours[1]) > 0.3, "two calls of 0.2 s cannot take less"
    assert float(stock[1]) > 0.7, "nor can two turns, one after the other"
    assert "extrapolated (not measured)" in run.stdout


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_cpu_time_is_what_the_process_spent_and_not_what_it_waited() -> None:
    spent = cpu_seconds(os.getpid())
    time.sleep(0.3)
    rested = cpu_seconds(os.getpid())
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass
    worked = cpu_seconds(os.getpid())
    assert spent is not None
    assert rested is not None
    assert worked is not None
    assert rested - spent < 0.2
    assert worked - rested > 0.2


def test_the_peak_memory_of_an_ended_process_is_known() -> None:
    held = "held = b'x' * 80_000_000; import sys; print('holding', flush=True); sys.stdin.read()"
    # In a small process of its own: a child's peak starts at what its parent, here all of pytest, weighed at the fork.
    weighing = f"""
import subprocess, sys
from benchmarks.meter import end_and_weigh
child = subprocess.Popen([sys.executable, "-c", {held!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
child.stdout.readline()
print(end_and_weigh(child), child.returncode)
"""
    run = subprocess.run([sys.executable, "-c", weighing], cwd=ROOT, capture_output=True, text=True, timeout=60)
    peak, code = run.stdout.split()
    assert 80 < float(peak) < 200
    assert int(code) == -15
