"""`python -m tests.chaos.child FOLDER PATIENCE ROLE`: the ordinary web, worker or scheduler, with traps laid in it.

What differs from `python -m bot ROLE`: the hook of the faultpoints, one more tool, which writes without asking, and how
patient the work is.
"""

import sys
from dataclasses import replace
from pathlib import Path

from agent import policy
from agent.tools.registry import TOOLS
from bot import worker
from bot.__main__ import main
from bot.assistant import build_policy
from bot.settings import Settings
from bot.supervision.leash import follow_supervisor
from jobs.runtime import WorkPolicy
from models.faultpoint import set_fault_hook
from tests.chaos.orders import NAME
from tests.chaos.patience import PATIENCE
from tests.chaos.trap import TrapDoor


def install(folder: Path, patience: str, role: str) -> None:
    """Traps, tool and policy, in this process and what it forks."""

    def build_patient_policy(settings: Settings) -> WorkPolicy:
        return replace(build_policy(settings), **PATIENCE[patience])  # type: ignore[arg-type]

    worker.build_policy = build_patient_policy  # type: ignore[attr-defined]
    policy.TABLE = {row: dict.fromkeys(("manager", "rep", "customer"), "allow") for row in policy.TABLE}
    TOOLS[NAME] = f"tests.chaos.orders:{NAME}"
    set_fault_hook(TrapDoor(folder, role))


if __name__ == "__main__":
    follow_supervisor()
    install(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
    sys.exit(main(sys.argv[3:]))
