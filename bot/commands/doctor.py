"""`doctor`: check the installation, and say what to mend."""

from argparse import ArgumentParser, Namespace

from bot.commands.base import Command, print_table
from bot.doctor.examination import examine
from bot.settings import Settings


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--live", action="store_true", help="also ask the LLM one small question, which costs a little")


def _run(arguments: Namespace, settings: Settings) -> int:
    findings = examine(settings, live=arguments.live)
    print_table(("state", "what", "finding"), [(f.state, f.subject, f.words) for f in findings])
    cures = [f for f in findings if f.cure]
    if cures:
        print("\nWhat to do:")
    for finding in cures:
        print(f"  {finding.subject}: {finding.cure}")
    return 1 if any(f.state == "fail" for f in findings) else 0


DOCTOR = Command(_run, _add_arguments)
