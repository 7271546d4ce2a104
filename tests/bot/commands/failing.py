"""Commands that end badly, for the tests of how that is told."""

from argparse import Namespace

from bot.commands.base import Command
from bot.settings import Settings


def _run(arguments: Namespace, settings: Settings) -> int:
    raise ValueError("no luck")


def _interrupt(arguments: Namespace, settings: Settings) -> int:
    raise KeyboardInterrupt


def _talk(arguments: Namespace, settings: Settings) -> int:
    for _ in range(100_000):
        print("a line that nobody reads")
    return 0


FAILING = Command(_run)
INTERRUPTED = Command(_interrupt)
SERVING = Command(_run, process="web")
TALKING = Command(_talk)
