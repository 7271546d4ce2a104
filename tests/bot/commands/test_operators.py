"""`operators`: made with a password that is typed twice or piped in, and shut out again."""

import re

import pytest

from bot.commands.base import CommandError
from bot.commands.operators import ask_password
from tests.bot.commands.conftest import Cli, Outcome

PASSWORD = "correct horse battery"


def add(cli: Cli, email: str, password: str = PASSWORD) -> Outcome:
    return cli("operators", "add", "--email", email, "--name", "Bia", "--password-stdin", stdin=password + "\n")


def test_an_operator_is_added_listed_and_disabled(cli: Cli) -> None:
    assert add(cli, "Bia@Example.com").code == 0
    line = next(line for line in cli("operators", "list").out.splitlines() if "bia@example.com" in line)
    assert re.fullmatch(r"bia@example\.com +Bia +\d{4}-\d\d-\d\d \d\d:\d\d +-", line)
    assert cli("operators", "disable", "BIA@example.com").code == 0
    line = next(line for line in cli("operators", "list").out.splitlines() if "bia@example.com" in line)
    assert not line.endswith(" -")
    assert "no active operator bia@example.com" in cli("operators", "disable", "bia@example.com").err


def test_a_taken_address_or_a_short_password_is_refused(cli: Cli) -> None:
    assert add(cli, "eva@example.com").code == 0
    again = add(cli, "EVA@example.com")
    assert (again.code, "is an operator already" in again.err) == (1, True)
    short = add(cli, "leo@example.com", "short")
    assert short.code == 1
    assert "12 to 256 characters" in short.err


def test_the_password_is_never_printed(cli: Cli) -> None:
    done = add(cli, "ivo@example.com")
    assert PASSWORD not in done.out + done.err


def test_without_a_terminal_the_password_must_be_piped_in(cli: Cli) -> None:
    done = cli("operators", "add", "--email", "x@example.com", "--name", "X", stdin=PASSWORD)
    assert done.code == 1
    assert "--password-stdin" in done.err


def test_a_password_is_typed_twice_alike_or_refused() -> None:
    assert ask_password(lambda prompt: PASSWORD) == PASSWORD
    typed = iter([PASSWORD, PASSWORD + "x"])
    with pytest.raises(CommandError, match="the two passwords differ"):
        ask_password(lambda prompt: next(typed))
