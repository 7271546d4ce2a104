"""`python -m tests.chaos.child FOLDER PATIENCE ROLE`: the ordinary web, worker or scheduler, with traps laid in it.

What differs from `python -m bot ROLE`: the hook of the faultpoints, one more tool, which writes without asking, and how
patient the work is.
"""

import sys
from pathlib import Path

from agent import policy
from agent.tools.registry import TOOLS
from bot import worker
from bot.__main__ import main
from bot.supervision.leash import follow_supervisor
from models.faultpoint import set_fault_hook
from tests.chaos.orders import NAME
from tests.chaos.patience import policy_of
from tests.chaos.trap import TrapDoor


def install(folder: Path, patience: str, role: str) -> None:
    """Traps, tool and policy, in this process and what it forks."""

    worker.WorkPolicy = lambda **_: policy_of(patience)  # type: ignore[attr-defined,misc,assignment]
    policy.TABLE = {row: dict.fromkeys(("manager", "rep", "customer"), "allow") for row in policy.TABLE}
    TOOLS[NAME] = f"tests.chaos.orders:{NAME}"
    set_fault_hook(TrapDoor(folder, role))


if __name__ == "__main__":
    follow_supervisor()
    install(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
    sys.exit(main(sys.argv[3:]))
