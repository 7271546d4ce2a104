"""The scenarios of the documentation, against the real program from end to end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.simulator.commands import COMMANDS
from bot.simulator.script import EXPECTATIONS
from tests.bot.running_web import ROOT

_SCENARIOS = sorted((ROOT / "docs" / "scenarios").glob("*.txt"))


def play(scenario: Path, tmp_path: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, **{name.upper(): "" for name in Settings.model_fields}}
    return subprocess.run(
        [sys.executable, "-m", "bot", "chat", "--as", "whatsapp", "--fresh", "--script", str(scenario)],
        cwd=ROOT,
        env=environment | {"RECADO_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.slow
def test_five_quick_lines_and_their_redelivery_are_one_reply(tmp_path: Path) -> None:
    done = play(ROOT / "docs" / "scenarios" / "quick-lines.txt", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Faturamento: *R$" in done.stdout
    assert done.stdout.endswith("All expectations were met.\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scenario", _SCENARIOS, ids=lambda path: path.stem)
def test_every_line_of_a_scenario_means_something(scenario: Path) -> None:
    lines = [line for line in scenario.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    commands = {line[1:].split()[0] for line in lines if line.startswith("/")}
    expectations = {line.partition(":")[0] for line in lines if line.startswith("expect")}
    assert expectations
    assert commands <= set(COMMANDS)
    assert expectations <= set(EXPECTATIONS)
