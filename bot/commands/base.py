"""What a command is, and the tables it prints."""

import getpass
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.settings import Settings
from models.errors import RecadoError
from models.tenant import DEFAULT

_WORDS_SHOWN = 90  # characters of a change, say


class CommandError(RecadoError):
    """The command cannot do what was asked; the message says why and what to do instead."""


class WrongCall(CommandError):
    """The words of the command line do not fit together, in a way that argparse cannot see."""


def no_arguments(parser: ArgumentParser) -> None:
    """For commands that take none."""


@dataclass(frozen=True, slots=True)
class Command:
    """`run` returns the exit code. `process` names a long-running process, whose words go to the log."""

    run: Callable[[Namespace, Settings], int]
    add_arguments: Callable[[ArgumentParser], None] = no_arguments
    process: str = ""


def add_tenant(parser: ArgumentParser) -> None:
    """`--tenant`: the company that the command is about."""
    parser.add_argument("--tenant", default=DEFAULT, help="whose (default: %(default)s)")


def a_day(text: str) -> date:
    """An argument such as 2026-03-02."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date such as 2026-03-02") from None


def spell_moment(moment: datetime | None, timezone: str) -> str:
    """Local time to the minute; "-" for what has not happened."""
    return "-" if moment is None else moment.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")


def add_operator_name(parser: ArgumentParser, what: str) -> None:
    """`--as`: the person at the terminal."""
    parser.add_argument("--as", dest="person", metavar="NAME", help=f"{what} (default: who is logged in here)")


def read_operator_name(arguments: Namespace) -> str:
    """What `--as` says, else who is logged in. Raises CommandError where that is nobody."""
    if arguments.person is not None:
        name = " ".join(str(arguments.person).split())
        if not name:
            raise CommandError("--as is empty: say who you are")
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in containers
        raise CommandError("nobody is logged in here by name: say who you are with --as NAME") from None


def shorten_words(words: str) -> str:
    """On one line, short enough for a table. Pure."""
    flat = " ".join(words.split())
    return flat if len(flat) <= _WORDS_SHOWN else flat[: _WORDS_SHOWN - 1] + "…"


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Columns as wide as their widest cell; those numbered in `right` lean to the right."""
    widths = [max(len(row[n]) for row in [header, *rows]) for n in range(len(header))]
    for row in [header, *rows]:
        cells = [
            cell.rjust(w) if n in right else cell.ljust(w) for n, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def is_agreed(question: str) -> bool:
    """What somebody at the terminal types. Raises CommandError where nobody sits there."""
    if not sys.stdin.isatty():
        raise CommandError("nobody can be asked here: add --yes")
    return input(f"{question} Type yes: ").strip().lower() in {"yes", "sim", "si", "sí"}
