"""The commands of the simulator's prompt: what each is called, what it takes, and what it does."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.commands.base import CommandError
from bot.simulator.account import Person
from bot.simulator.phone import Phone
from bot.simulator.screen import Screen, describe_content, describe_status
from bot.simulator.twilio import Trouble
from channels.whatsapp.addresses import whatsapp_address


class WayOut(Exception):
    """The person wants to leave."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works on."""

    phone: Phone
    screen: Screen


@dataclass(frozen=True, slots=True)
class PromptCommand:
    """`run` gets what stands behind the name, stripped, and gives the door's HTTP statuses, if it knocked there."""

    takes: str
    does: str
    run: Callable[[Desk, str], list[int] | None]


def obey(desk: Desk, line: str) -> list[int]:
    """A line of the prompt: a command, or words to be sent. Raises CommandError and WayOut."""
    if not line.startswith("/"):
        return desk.phone.say(line)
    name, _, rest = line[1:].partition(" ")
    command = COMMANDS.get(name.lower())
    if command is None:
        raise CommandError(f"/{name} is no command: /help shows them all")
    rest = rest.strip()
    if not rest and command.takes and not command.takes.startswith("["):
        raise CommandError(f"write it as /{name} {command.takes}")
    return command.run(desk, rest) or []


def _burst(desk: Desk, rest: str) -> list[int]:
    texts = [text.strip() for text in rest.split("|") if text.strip()]
    if not texts:
        raise CommandError("write it as /burst one | two | three")
    return desk.phone.say(*texts)


def _voice(desk: Desk, rest: str) -> list[int]:
    """A file's words may be given behind a bar; without them nothing is heard in it."""
    place, _, words = (part.strip() for part in rest.partition("|"))
    if Path(place).expanduser().is_file():
        return desk.phone.send_file("audio", Path(place), words)
    return desk.phone.speak(rest)


def _file(kind: str) -> Callable[[Desk, str], list[int]]:
    def send(desk: Desk, rest: str) -> list[int]:
        place, _, caption = (part.strip() for part in rest.partition("|"))
        return desk.phone.send_file(kind, Path(place), caption)

    return send


def _location(desk: Desk, rest: str) -> list[int]:
    found = re.fullmatch(r"(-?\d{1,2}(?:\.\d+)?)[,\s]+(-?\d{1,3}(?:\.\d+)?)", rest)
    if found is None:
        raise CommandError("write it as /location -23.5614 -46.6558")
    return desk.phone.locate(found[1], found[2])


def _fail(desk: Desk, rest: str) -> None:
    desk.phone.twilio.troubles.append(Trouble("refused", _code(rest, least=400)))
    desk.screen.show(f"The next send is refused with {rest}.")


def _undelivered(desk: Desk, rest: str) -> None:
    desk.phone.twilio.troubles.append(Trouble("undelivered", _code(rest, least=10_000)))
    desk.screen.show(f"The next send is accepted and reported as undelivered ({rest}).")


def _code(text: str, least: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text) <= 99_999) or 600 <= int(text) < 10_000:
        raise CommandError(f"{text!r} is no code: take one of Twilio's, such as 63024, or where it is refused, HTTP's")
    return int(text)


def _hang(desk: Desk, rest: str) -> None:
    desk.phone.twilio.troubles.append(Trouble("lost"))
    desk.screen.show("The next send is accepted, but its answer gets lost.")


def _late(desk: Desk, rest: str) -> None:
    desk.phone.twilio.late += 1
    desk.screen.show("The receipts of the next message arrive in the wrong order.")


def _window(desk: Desk, rest: str) -> None:
    desk.phone.let_window_close()
    desk.screen.show("25 hours will go by between your next message and what answers it: only templates pass then.")


def _who(desk: Desk, rest: str) -> None:
    number, _, name = (part.strip() for part in rest.partition("|"))
    if number:
        try:
            address = whatsapp_address(number)
        except ValueError as error:
            raise CommandError(str(error)) from None
        desk.phone.person = Person(address, name or address.removeprefix("whatsapp:"))
    desk.screen.show(f"You are {desk.phone.person.name}, {desk.phone.person.address}.")


def _receipts(desk: Desk, rest: str) -> None:
    for sent in desk.phone.twilio.history.sent:
        calls = [f"{call.status} {call.error_code}".strip() + f" -> {call.answered}" for call in sent.receipts]
        desk.screen.show(f"{sent.sid[:8]} {', '.join(calls) or 'none yet'}")


def _log(desk: Desk, rest: str) -> None:
    history = desk.phone.twilio.history
    for sent in history.sent:
        words = " ".join(describe_content(sent).split())
        desk.screen.show(f"{sent.at:%H:%M:%S} to {sent.to} {describe_status(sent)}: {words[:80]}")
    refused = ", ".join(map(str, history.refusals)) or "none"
    shown = f"{len(history.said)} messages in, {len(history.sent)} out, typing shown {len(history.typing)} times"
    desk.screen.show(f"{shown}, refused: {refused}.")
    desk.screen.show("\n".join(history.judge()) or "Nothing was sent twice.")


def _help(desk: Desk, rest: str) -> None:
    rows = [(f"/{name} {command.takes}".strip(), command.does) for name, command in COMMANDS.items()]
    width = max(len(usage) for usage, _ in rows)
    desk.screen.show("\n".join(f"{usage.ljust(width)}  {does}" for usage, does in rows))


def _quit(desk: Desk, rest: str) -> None:
    raise WayOut


COMMANDS: dict[str, PromptCommand] = {
    "burst": PromptCommand("A | B | C", "several quick messages", _burst),
    "dup": PromptCommand(
        "", "your last message is delivered five more times, at once", lambda d, _: d.phone.redeliver()
    ),
    "voice": PromptCommand("TEXT or FILE [| TEXT]", "a voice note in which TEXT is heard", _voice),
    "image": PromptCommand("FILE [| CAPTION]", "a picture", _file("image")),
    "pdf": PromptCommand("FILE [| CAPTION]", "a document", _file("document")),
    "location": PromptCommand("LAT LONG", "a place", _location),
    "button": PromptCommand("TEXT", "a tap on a button", lambda d, rest: d.phone.tap(rest)),
    "quote": PromptCommand("TEXT", "an answer to the bot's last message", lambda d, rest: d.phone.quote(rest)),
    "forward": PromptCommand("TEXT", "somebody else's words", lambda d, rest: d.phone.forward(rest)),
    "fail": PromptCommand("CODE", "the next send is refused: 63024, 429, 503 ...", _fail),
    "undelivered": PromptCommand("CODE", "the next send is accepted but never arrives", _undelivered),
    "hang": PromptCommand("", "the next send is accepted, but its answer gets lost", _hang),
    "late": PromptCommand("", "the next receipts come in the wrong order", _late),
    "window": PromptCommand("", "25 hours between your next message and its answer", _window),
    "receipts": PromptCommand("", "what was reported, and the door's answers", _receipts),
    "who": PromptCommand("[NUMBER [| NAME]]", "be somebody else", _who),
    "log": PromptCommand("", "what went out, and whether anything went out twice", _log),
    "help": PromptCommand("", "this list", _help),
    "quit": PromptCommand("", "leave; so does Ctrl-D", _quit),
}
