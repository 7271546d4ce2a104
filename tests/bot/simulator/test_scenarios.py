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


@pytest.mark.slow
def test_quick_lines_are_one_turn_and_a_voice_note_is_answered_from_what_was_heard(tmp_path: Path) -> None:
    names = ("quick-lines", "voice-note")
    environment = {**os.environ, **{name.upper(): "" for name in Settings.model_fields}}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat", "--as", "whatsapp", "--fresh", "--script"]
        + [str(ROOT / "docs" / "scenarios" / f"{name}.txt") for name in names],
        cwd=ROOT,
        env=environment | {"RECADO_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Faturamento: *R$" in done.stdout
    assert done.stdout.count("All expectations were met.\n") == len(names)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scenario", _SCENARIOS, ids=lambda path: path.stem)
def test_every_line_of_a_scenario_means_something(scenario: Path) -> None:
    lines = [line for line in scenario.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    commands = {line[1:].split()[0] for line in lines if line.startswith("/")}
    expectations = {line.partition(":")[0] for line in lines if line.startswith("expect")}
    assert expectations
    assert commands <= set(COMMANDS)
    assert expectations <= set(EXPECTATIONS)
