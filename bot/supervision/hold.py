"""`python -m bot.supervision.hold`: keeps the embedded engines up, and nothing else, for dumps and repairs by hand."""

import sys

from bot.embedded.engines import attach_or_start
from bot.settings import load_settings
from bot.supervision.signals import StopAsked, StopWish
from models.errors import ConfigurationError


def main() -> int:
    """Until Ctrl-C or SIGTERM."""
    with StopWish() as wish:
        try:
            with attach_or_start(load_settings()) as engines:
                for notice in [notice for engine in engines.ours for notice in engine.notices]:
                    print(notice)
                names = " and ".join(engine.name for engine in engines.ours)
                print(f"{names} run on {engines.data}" if names else "No engine is ours.", flush=True)
                wish.note_only()
                while not wish.wait(60):
                    pass
        except StopAsked:
            return 0
        except ConfigurationError as error:
            print(f"recado: {error}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
