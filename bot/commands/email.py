"""`email`: what Recado reads in a mail, and whether it would answer: "why did it not answer this mail?"."""

import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.commands.base import Command
from bot.settings import Settings
from channels.email.reading.mail import OwnAddresses, ReadMail
from channels.email.reading.safely import Unreadable, read_mail_safely


def _add_arguments(parser: ArgumentParser) -> None:
    parser.description = (
        "Read mails as the e-mail channel does: what the person wrote, what was cut off, whether it gets an answer. "
        "Needs no database. The exit code is 1 if a file could not be opened."
    )
    parser.add_argument("files", nargs="+", metavar="FILE.eml", help='a mail as it came (RFC 5322), "-" for stdin')
    parser.add_argument("--own", action="append", default=[], metavar="ADDRESS", help="an address of the assistant's")
    parser.add_argument("--json", action="store_true", help="one line of JSON a file")


def _run(arguments: Namespace, settings: Settings) -> int:
    own = OwnAddresses(frozenset(address.lower() for address in arguments.own))
    code = 0
    for name in arguments.files:
        try:
            raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            code = 1
            described = _describe_failure(name, f"cannot be opened: {error.strerror}")
        else:
            described = describe_mail(name, raw, own)
        print(json.dumps(described, ensure_ascii=False) if arguments.json else _spell(described), flush=True)
    return code


def describe_mail(name: str, raw: bytes, own: OwnAddresses) -> dict[str, Any]:
    """The mail in the words of the command's JSON; a refused one has empty texts."""
    mail = read_mail_safely(raw, own, datetime.now(UTC))
    if isinstance(mail, Unreadable):
        return _describe_failure(name, mail.reason)
    return {
        "file": name,
        "text": mail.words,
        "quoted": _join_quoted(mail),
        "signature": mail.signature,
        "answer": not mail.unanswerable,
        "reason": mail.unanswerable,
    }


def _join_quoted(mail: ReadMail) -> str:
    return "\n\n".join(part for part in (mail.forwarded, mail.quoted) if part)


def _describe_failure(name: str, reason: str) -> dict[str, Any]:
    return {"file": name, "text": "", "quoted": "", "signature": "", "answer": False, "reason": reason}


def _spell(described: dict[str, Any]) -> str:
    """For a person: only what there is."""
    verdict = "would be answered" if described["answer"] else f"would not be answered: {described['reason']}"
    lines = [f"{described['file']}: {verdict}"]
    for name in ("text", "signature", "quoted"):
        if described[name]:
            lines += ["", f"{name}:", *(f"    {line}" for line in described[name].splitlines())]
    return "\n".join([*lines, ""])


EMAIL = Command(_run, _add_arguments)
