"""Scenarios: expectations that are met, and those that are not."""

import pytest

from bot.commands.base import CommandError
from bot.simulator.account import FakeAccount
from bot.simulator.commands import Desk
from bot.simulator.script import Disappointment, Pace, play
from bot.simulator.terminal import _play_named
from models.inbound import InboundMessage
from tests.bot.simulator.conftest import PlayedProgram, shown_on

_QUICK = Pace(patience=0.4, quiet=0.1)  # for what is to fail
_PATIENT = Pace(patience=20, quiet=0.1)


def echo(message: InboundMessage) -> list[str]:
    return [f"Você disse: *{message.text}*"]


@pytest.fixture(autouse=True)
def _echoing(program: PlayedProgram) -> None:
    program.answer = echo


def test_what_is_met_passes_and_is_shown(desk: Desk) -> None:
    script = [
        "# a comment",
        "",
        "oi",
        "expect: você   DISSE: *oi*",
        "expect-not: tchau",
        "expect-count: 1",
        "expect-status: read",
        "/fail 63024",
        "e agora?",
        "expect-refused: 63024",
        "expect-count: 0",
    ]
    play(desk, script, _PATIENT)
    assert "  Você disse: *oi*\n" in shown_on(desk)
    assert "    ✓✓ read\n" in shown_on(desk)
    assert "(a send was refused: 63024)" in shown_on(desk)


def test_a_script_that_expects_nothing_is_told_so_at_its_end(desk: Desk) -> None:
    _play_named(desk, "bare.txt", ["oi"])
    assert "There were no expectations: " in shown_on(desk).splitlines()[-1]
    assert "All expectations" not in shown_on(desk)
    _play_named(desk, "judged.txt", ["oi", "expect: oi"])
    assert shown_on(desk).endswith("All expectations were met.\n")


@pytest.mark.parametrize(
    ("expectation", "reason"),
    [
        ("expect: tchau", "it was not said; what was: Você disse: *oi*"),
        ("expect-not: disse", "it was said"),
        ("expect-count: 2", "1 messages came"),
        ("expect-count: 0", "1 messages came"),
        ("expect-refused: 63024", "refused so far: nothing"),
        ("expect-status: failed", "the receipts are"),
    ],
)
def test_what_is_not_met_fails_and_names_the_line(desk: Desk, expectation: str, reason: str) -> None:
    with pytest.raises(Disappointment) as failed:
        play(desk, ["oi", expectation], _QUICK)
    assert str(failed.value).startswith(f"line 2, {expectation!r}: ")
    assert reason in str(failed.value)


def test_only_what_came_since_the_last_line_counts(desk: Desk) -> None:
    with pytest.raises(Disappointment, match="line 4"):
        play(desk, ["oi", "expect: oi", "tchau", "expect: *oi*"], _QUICK)


def test_a_redelivery_is_no_new_line(desk: Desk, program: PlayedProgram) -> None:
    play(desk, ["oi", "/dup", "expect: oi", "expect-count: 1"], _PATIENT)
    with pytest.raises(Disappointment, match="expect-count: 2"):
        play(desk, ["oi", "/dup", "expect: oi", "expect-count: 2"], _QUICK)


def test_an_answer_that_went_out_twice_fails_at_the_end(desk: Desk, program: PlayedProgram) -> None:
    part = program.part("Olá")

    def stutter(message: InboundMessage) -> list[str]:
        program.channel.send(part)
        program.channel.send(part)
        return []

    program.answer = stutter
    with pytest.raises(Disappointment, match="sent twice"):
        play(desk, ["oi", "expect: Olá"], _QUICK)


def test_a_door_that_refuses_fails(desk: Desk) -> None:
    desk.phone.twilio.account = FakeAccount()
    with pytest.raises(Disappointment, match="line 1, 'oi': the program's door answered 403"):
        play(desk, ["oi"], _QUICK)


@pytest.mark.parametrize("line", ["expect-much: 1", "expect-count: many", "/dance"])
def test_a_line_that_means_nothing_fails(desk: Desk, line: str) -> None:
    with pytest.raises(CommandError, match="line 1"):
        play(desk, [line], _QUICK)


def test_quit_ends_the_script(desk: Desk, program: PlayedProgram) -> None:
    play(desk, ["/quit", "oi"], _QUICK)
    assert program.messages == []
