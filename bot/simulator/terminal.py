"""`chat --as whatsapp`: the fake Twilio and the real program brought up, then a person's lines or a scenario's."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.commands.base import CommandError
from bot.settings import Settings
from bot.simulator.commands import Desk, WayOut, obey
from bot.simulator.environment import build_environment
from bot.simulator.phone import Phone
from bot.simulator.program import data_folder, find_complaints, find_free_port, running_program
from bot.simulator.screen import PROMPT, Screen
from bot.simulator.script import play
from bot.simulator.server import serving
from bot.simulator.twilio import Ears, FakeTwilio
from bot.supervision.signals import StopAsked, StopWish

_LOG_LAG = 1.0  # seconds until the supervisor has read what its children wrote
_DOOR = "/webhooks/whatsapp/default"
_NOTHING_EXPECTED = "There were no expectations: lines such as `expect: WORDS` have the replies judged."


def run_simulator(settings: Settings, *, scripts: Sequence[str], is_fresh: bool) -> int:
    """Until the lines end; `scripts` names files, "-" is stdin. Raises CommandError when an expectation fails.

    Main thread only. Whatever ends it, the program is ended too, and fresh data is removed.
    """
    screen = Screen()
    if not scripts and not screen.is_terminal:
        scripts = ["-"]
    scenarios = {script: _read_script(script) for script in scripts}
    try:
        with StopWish(), simulated_desk(settings, screen, is_fresh=is_fresh) as desk:
            for script, lines in scenarios.items():
                _play_named(desk, script, lines)
            if not scenarios:
                _converse(desk)
    except StopAsked:
        return 130
    return 0


@contextmanager
def simulated_desk(settings: Settings, screen: Screen, *, is_fresh: bool) -> Iterator[Desk]:
    """A person before her phone, with the fake Twilio and the real program behind it, until the end of the block."""
    twilio = FakeTwilio(ears=Ears(screen.show_reply, screen.show_ticks, screen.show_refusal))
    with ExitStack() as stack:
        data = stack.enter_context(data_folder(settings.recado_data_dir, is_fresh=is_fresh))
        server = stack.enter_context(serving(twilio))
        port = find_free_port()
        environment = build_environment(os.environ, twilio.account, fake_url=server.url, data=data, port=port)
        url = f"http://127.0.0.1:{port}"
        screen.show("Starting the program behind a simulated WhatsApp ...")
        log = data / "logs" / "simulator.log"
        stack.enter_context(running_program(environment, url, log))
        began = log.stat().st_size
        try:
            yield Desk(Phone(twilio, url + _DOOR), screen)
        except CommandError as error:
            time.sleep(_LOG_LAG)
            complaints = find_complaints(log, began)
            raise CommandError("\n  the program said: ".join([str(error), *complaints])) from None


def _read_script(script: str) -> list[str]:
    try:
        text = sys.stdin.read() if script == "-" else Path(script).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--script: {script} cannot be read ({error})") from None
    return text.splitlines()


def _play_named(desk: Desk, script: str, lines: Sequence[str]) -> None:
    try:
        met = play(desk, lines)
    except CommandError as error:
        raise CommandError(f"{script}, {error}") from None
    desk.screen.show("All expectations were met." if met else _NOTHING_EXPECTED)


def _converse(desk: Desk) -> None:
    """Line by line from the terminal, where a mistake costs nothing."""
    import readline  # gives `input` its editing and history

    desk.screen.typed = readline.get_line_buffer
    desk.screen.show("Write as a person on WhatsApp would. /help shows what else can happen; /quit or Ctrl-D leaves.")
    while True:
        try:
            line = input(PROMPT).strip()
            statuses = obey(desk, line) if line else []
        except (EOFError, WayOut):
            return
        except CommandError as error:
            desk.screen.show(str(error))
            continue
        if statuses and (len(statuses) > 1 or statuses[0] != 200):
            desk.screen.show("  the door answered " + ", ".join(str(status or "nothing") for status in statuses))
