"""CPU seconds and memory of a process and of the children it has waited for."""

import os
import signal
import subprocess
import sys
from pathlib import Path


def cpu_seconds(pid: int) -> float | None:
    """Spent so far; None where there is no /proc to ask."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return None
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def end_and_weigh(process: "subprocess.Popen[str]") -> float:
    """End the process in good order; the peak memory of the largest process of it, in MB."""
    os.kill(process.pid, signal.SIGTERM)  # not `send_signal`, which would reap an ended process and lose its usage
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stdin is not None:
        process.stdin.close()
    return usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
