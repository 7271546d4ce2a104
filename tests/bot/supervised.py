"""The supervisor with children small enough to watch: `python -m tests.bot.supervised DATA PORT [EXTRA CHILD ...]`."""

import sys
from pathlib import Path

from bot.embedded.engines import Engines
from bot.settings import Settings
from bot.supervision.children import ChildPlan
from bot.supervisor import run_supervisor
from models.errors import ConfigurationError

_CHILD = "tests.bot.small_child"


def main() -> int:
    data, port, *extra = sys.argv[1:]

    def plan(settings: Settings) -> list[ChildPlan]:
        patient = {"web": ("web", port), "worker": ("worker",)}
        plans = [ChildPlan(name, _CHILD, words, grace=90) for name, words in patient.items()]
        return plans + [ChildPlan(name, _CHILD, (name,), grace=0.3) for name in extra]

    def prepare(settings: Settings, engines: Engines) -> tuple[str, str]:
        return ("operator@example.com", "once-only")

    try:
        return run_supervisor(Settings(recado_data_dir=Path(data), port=int(port)), plan=plan, prepare=prepare)
    except ConfigurationError as error:
        print(f"recado: {error}", flush=True)
        return 2


if __name__ == "__main__":
    sys.exit(main())
