"""`python -m bot.supervision.leash MODULE ARGS`: runs a module like `python -m`, and ends it with its supervisor.

The supervisor holds the writing end of a pipe and never writes: the pipe ends when it does, however it dies.
On Linux the kernel sends the signal too, which also reaches a child that replaced itself by another program.
"""

import contextlib
import ctypes
import os
import runpy
import signal
import sys
import threading
import time

PIPE_VARIABLE = "RECADO_LEASH"
_PR_SET_PDEATHSIG = 1
_GRACE = 30.0  # seconds to finish after the supervisor died


def follow_supervisor() -> None:
    """From now on this process ends when its supervisor does; nothing happens without one."""
    descriptor = os.environ.pop(PIPE_VARIABLE, "")
    if not descriptor.isdigit():
        return
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    # Started after prctl: a supervisor that died before it is noticed by the pipe.
    threading.Thread(target=_wait_for_the_end, args=(int(descriptor),), name="leash", daemon=True).start()


def _wait_for_the_end(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(descriptor, 1):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE)
    os.killpg(os.getpgid(0), signal.SIGKILL)


def main() -> None:
    follow_supervisor()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
