"""The command line of the simulator, up to where the program would start."""

import pytest

from tests.bot.commands.conftest import Cli, cli, command_database_url, quiet_environment

__all__ = ["cli", "command_database_url", "quiet_environment"]


@pytest.mark.parametrize("option", [["--fresh"], ["--script", "a.txt"]])
def test_options_of_the_simulator_are_refused_without_it(cli: Cli, option: list[str]) -> None:
    done = cli("chat", *option)
    assert done.code == 1
    assert "add --as whatsapp" in done.err


def test_a_script_that_cannot_be_read_starts_nothing(cli: Cli) -> None:
    done = cli("chat", "--as", "whatsapp", "--script", "no-such-file.txt")
    assert done.code == 1
    assert "--script: no-such-file.txt cannot be read" in done.err
    assert done.out == ""
