"""The command line: `python -m bot <command>`. Only the module of the command that is called gets loaded."""

import os
import sys
from argparse import ArgumentParser, HelpFormatter
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.commands.base import Command
    from bot.settings import Settings

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("bot.commands.processes:UP", "start everything under one supervisor (what `make run` does)"),
    "web": ("bot.commands.processes:WEB", "run the web server: webhooks, /chat, the console"),
    "worker": ("bot.commands.processes:WORKER", "run a worker: it answers and delivers"),
    "scheduler": ("bot.commands.processes:SCHEDULER", "run the scheduler"),
    "migrate": ("bot.commands.processes:MIGRATE", "bring the database to this version's schema"),
    "demo": ("bot.commands.demo:DEMO", "load the demo company, or another cast from a JSON file"),
    "agents": ("bot.commands.agents:AGENTS", "the agents of each company: apply, check, list, show, diff, rollback"),
    "source": ("bot.commands.source:SOURCE", "what the company's tables mean: check, draft, schema"),
    "docs": ("bot.commands.docs:DOCS", "what the assistant may read: add, list, remove, search"),
    "ask": ("bot.commands.ask:ASK", "ask the assistant one question, or a file of them"),
    "eval": ("bot.commands.eval:EVAL", "put sales questions to the LLM and count the right answers"),
    "chat": ("bot.commands.chat:CHAT", "talk to the running assistant from the terminal"),
    "email": ("bot.commands.email:EMAIL", "show what is read in a mail, and why it gets an answer or none"),
    "inbox": ("bot.commands.inbox:INBOX", "answer in person: list, show, take, reply, release conversations"),
    "outbox": ("bot.commands.outbox:OUTBOX", "approve drafts, send again what failed: list, approve, reject, retry"),
    "replay": ("bot.commands.replay:REPLAY", "have answered again what ended badly; --list shows it"),
    "audit": ("bot.commands.audit:AUDIT", "what the assistant changed, for whom, and who said yes"),
    "proposals": ("bot.commands.proposals:PROPOSALS", "changes that wait for a yes, or of unknown fate: list, settle"),
    "discounts": (
        "bot.commands.discounts:DISCOUNTS",
        "requests for a discount that wait for a manager",
    ),
    "doctor": ("bot.commands.doctor:DOCTOR", "check the installation and say what to mend"),
    "people": ("bot.commands.people:PEOPLE", "say who may ask what: add, list, remove"),
    "person": ("bot.commands.person:PERSON", "what is kept of somebody: export, erase"),
    "retention": ("bot.commands.retention:RETENTION", "for how long what is kept: show, set"),
    "memory": ("bot.commands.memory:MEMORY", "what is remembered of a person: facts, search"),
    "operators": ("bot.commands.operators:OPERATORS", "who may enter the console: add, list, disable"),
    "keys": ("bot.commands.keys:KEYS", "API keys for /chat and /v1: create, list, revoke"),
    "mcp": ("bot.commands.mcp:MCP", "what an MCP server offers, with the pins that approve of its tools"),
    "why": ("bot.commands.why:WHY", "show what an answer rested on: tools, periods, filters, rows, arithmetic"),
    "usage": ("bot.commands.usage:USAGE", "tokens, cost and response time per user and day"),
}

_OURS = frozenset({"bot", "jobs", "agent", "channels", "models"})


def main(argv: Sequence[str] | None = None, commands: Mapping[str, tuple[str, str]] = COMMANDS) -> int:
    """Run one command; 0 when all is well, 1 when it failed, 2 for a wrong call or setting, 130 after Ctrl-C."""
    words = list(sys.argv[1:] if argv is None else argv)
    settings: Settings | None = None
    process = ""
    try:
        parser, command = _build_parser(words, commands)
        arguments = parser.parse_args(words)
        if command is None:
            parser.print_help()
            return 2
        process = command.process
        settings = _prepare(command)
        code = command.run(arguments, settings)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `... | head`: nobody reads on, not even what is still buffered
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in _OURS:
            return _report(error, settings, process)
        print(
            f"recado: {error.name} is not installed for this Python: use the environment that `make run` has made "
            "(. .venv/bin/activate, or .venv/bin/python -m bot ...)",
            file=sys.stderr,
        )
        return 2
    except Exception as error:
        return _report(error, settings, process)


def _build_parser(
    words: Sequence[str], commands: Mapping[str, tuple[str, str]]
) -> "tuple[ArgumentParser, Command | None]":
    """Every command by name, but the arguments only of the one that is called."""
    parser = ArgumentParser(
        prog="python -m bot",
        formatter_class=lambda prog: HelpFormatter(prog, max_help_position=16),
        description="Recado, the sales assistant that answers where the team writes.",
        epilog="Settings come from the environment and from .env; see .env.example. "
        "`python -m bot <command> --help` explains each command.",
    )
    entries = parser.add_subparsers(dest="command", metavar="<command>", title="commands")
    called = next((word for word in words if not word.startswith("-")), None)
    command: Command | None = None
    for name, (path, summary) in commands.items():
        entry = entries.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == called:
            command = load_command(path)
            command.add_arguments(entry)
    return parser, command


def load_command(path: str) -> "Command":
    """The command at `module:NAME`."""
    module, _, name = path.partition(":")
    command: Command = getattr(import_module(module), name)
    return command


def _prepare(command: "Command") -> "Settings":
    """The settings, with logs where they belong: a process's own on stdout, those of a short command on stderr."""
    from bot.settings import load_settings
    from bot.telemetry import configure_logging, configure_sentry

    settings = load_settings()
    if command.process:
        configure_logging(settings, command.process)
        configure_sentry(settings, command.process)
        return settings
    is_quiet = settings.log_level == "INFO"
    configure_logging(settings.model_copy(update={"log_level": "WARNING"}) if is_quiet else settings, "cli", sys.stderr)
    return settings


def _report(error: Exception, settings: "Settings | None", process: str) -> int:
    """One line for a person; the whole story in the log of a process, or on the terminal with LOG_LEVEL=DEBUG."""
    from bot.commands.base import WrongCall
    from bot.redaction import build_redactor
    from models.errors import ConfigurationError, RecadoError

    redactor = build_redactor(settings)
    if isinstance(error, RecadoError):
        print(f"recado: {redactor.secrets(str(error))}", file=sys.stderr)
        return 2 if isinstance(error, ConfigurationError | WrongCall) else 1
    if settings is not None and (process or settings.log_level == "DEBUG"):
        import logging

        logging.getLogger("recado").critical("stopped by an unexpected error", exc_info=error)
    reason = redactor.text(str(error).strip().partition("\n")[0])
    print(f"recado: unexpected {type(error).__name__}: {reason} (LOG_LEVEL=DEBUG shows where)", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
