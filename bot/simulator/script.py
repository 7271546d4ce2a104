"""A scenario: lines of the prompt from a file, with expectations between them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.commands.base import CommandError
from bot.simulator.commands import Desk, WayOut, obey
from bot.simulator.history import Sent
from bot.simulator.screen import describe_content


class Disappointment(CommandError):
    """An expectation of a scenario was not met."""


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds: how long something expected may take, and how long nothing may happen before that is the end."""

    patience: float = 30.0
    quiet: float = 2.0


def play(desk: Desk, lines: Iterable[str], pace: Pace | None = None) -> int:
    """All lines in order; how many expectations were met. Raises CommandError with the line's number at the
    first that fails, or when at the end something turns out to have been sent twice."""
    met = 0
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        desk.screen.show(line)
        try:
            met += _perform(desk, line, pace or Pace())
        except WayOut:
            break
        except CommandError as error:
            raise type(error)(f"line {number}, {line!r}: {error}") from None
    if wrong := desk.phone.twilio.history.judge():
        raise Disappointment("; ".join(wrong))
    return met


def _perform(desk: Desk, line: str, pace: Pace) -> bool:
    """Whether the line was an expectation."""
    name, colon, wanted = line.partition(":")
    if colon and name.startswith("expect"):
        if name not in EXPECTATIONS:
            raise CommandError(f"{name}: is no expectation: there are {', '.join(EXPECTATIONS)}")
        EXPECTATIONS[name](desk, wanted.strip(), pace)
        return True
    statuses = obey(desk, line)
    if refused := [status for status in statuses if not 200 <= status < 300]:
        raise Disappointment(f"the program's door answered {refused[0] or 'nothing'}")
    return False


def _expect(desk: Desk, wanted: str, pace: Pace) -> None:
    """A reply with these words since the person last spoke."""
    if not desk.phone.await_replies(lambda replies: any(_says(reply, wanted) for reply in replies), pace.patience):
        raise Disappointment(f"it was not said; what was: {_retell(desk)}")


def _expect_not(desk: Desk, wanted: str, pace: Pace) -> None:
    """No such reply until it has been quiet for a while."""
    _wait_until_quiet(desk, pace)
    if any(_says(reply, wanted) for reply in desk.phone.replies()):
        raise Disappointment("it was said")


def _expect_count(desk: Desk, wanted: str, pace: Pace) -> None:
    """Exactly so many messages since the person last spoke."""
    count = _number(wanted)
    desk.phone.await_replies(lambda replies: len(replies) >= count, pace.patience)
    _wait_until_quiet(desk, pace)
    if (found := len(desk.phone.replies())) != count:
        raise Disappointment(f"{found} messages came: {_retell(desk)}")


def _expect_refused(desk: Desk, wanted: str, pace: Pace) -> None:
    """A send was refused with this code at some time."""
    code, history = _number(wanted), desk.phone.twilio.history
    if not history.wait_for(lambda: code in history.refusals, pace.patience):
        raise Disappointment(f"refused so far: {', '.join(map(str, history.refusals)) or 'nothing'}")


def _expect_status(desk: Desk, wanted: str, pace: Pace) -> None:
    """The last reply's receipts were all taken by the program, and the last of them says this."""

    def is_so(replies: Iterable[Sent]) -> bool:
        receipts = next((reply.receipts for reply in reversed(list(replies))), [])
        taken = all(200 <= call.answered < 300 for call in receipts)
        return bool(receipts) and taken and receipts[-1].status == wanted

    if not desk.phone.await_replies(is_so, pace.patience):
        shown = [[(call.status, call.answered) for call in reply.receipts] for reply in desk.phone.replies()]
        raise Disappointment(f"the receipts are {shown}")


EXPECTATIONS: dict[str, Callable[[Desk, str, Pace], None]] = {
    "expect": _expect,
    "expect-not": _expect_not,
    "expect-count": _expect_count,
    "expect-refused": _expect_refused,
    "expect-status": _expect_status,
}


def _says(reply: Sent, wanted: str) -> bool:
    return " ".join(wanted.casefold().split()) in " ".join(describe_content(reply).casefold().split())


def _wait_until_quiet(desk: Desk, pace: Pace) -> None:
    known = -1
    while known != len(desk.phone.replies()):
        known = len(desk.phone.replies())
        desk.phone.await_replies(lambda replies, known=known: len(replies) > known, pace.quiet)  # type: ignore[misc]


def _retell(desk: Desk) -> str:
    return " / ".join(" ".join(describe_content(reply).split()) for reply in desk.phone.replies()) or "nothing"


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise CommandError(f"{text!r} is no number")
    return int(text)
