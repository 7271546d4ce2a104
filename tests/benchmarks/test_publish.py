"""The record of a run: goals judged by their bound, a picture with each number, a page that keeps its words."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.goals import at_least, show_figure, show_goals, under
from benchmarks.parts import Outcome
from benchmarks.plot import Bar, Panel, draw
from benchmarks.publish import publish

PAGE = "# Ours\n\n<!-- figures: written by make bench -->\nold\n<!-- end of figures -->\n\nThe end.\n"
GOALS = [at_least(100, "fast", 99.9), under(15, "cheap", 14.9, "ms"), under(1, "unknown", None)]


def outcome(name: str) -> Outcome:
    bars = [Bar("we & ours", 12.3456, is_ours=True), Bar("they", 6.0)]
    return Outcome(f"table of {name}", {"rate": 1 / 3}, GOALS, [Panel(f"bars of {name}", "more is better", bars)])


def test_a_goal_is_met_at_its_floor_and_missed_at_its_ceiling() -> None:
    assert [goal.is_met for goal in GOALS] == [False, True, None]
    assert at_least(100, "fast", 100).is_met
    assert not under(15, "cheap", 15).is_met
    assert [line.split()[-1] for line in show_goals(GOALS).splitlines()] == ["met", "NO", "yes", "?"]


def test_figures_are_short_and_never_in_powers_of_ten() -> None:
    assert [show_figure(figure) for figure in (0.0123456, 1.5, 99.94, 109.3, 2349.6)] == [
        "0.0123",
        "1.5",
        "99.9",
        "109",
        "2,350",
    ]


def test_bars_that_are_all_nothing_are_drawn_as_nothing() -> None:
    assert 'width="1.0"' in draw([Panel("growth", "MB", [Bar("ours", 0.0)])])


def test_a_run_is_kept_for_programs_for_the_eye_and_for_readers(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(PAGE, encoding="utf-8")
    for _ in range(2):  # a second run takes the place of the first
        publish({"cores": "2"}, {"one": outcome("one"), "two": outcome("two")}, GOALS, 61.7, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Ours\n")
    assert text.endswith("\n\nThe end.\n")
    assert "old" not in text
    assert text.count("table of two") == 1
    assert text.count("(benchmarks.svg)") == 1
    assert "cores: 2" in text
    record = json.loads((tmp_path / "benchmarks.json").read_text(encoding="utf-8"))
    assert record["parts"]["one"] == {"rate": 0.333333}
    assert [goal["is_met"] for goal in record["goals"]] == [False, True, None]
    picture = ElementTree.fromstring((tmp_path / "benchmarks.svg").read_text(encoding="utf-8"))
    words = "".join(picture.itertext())
    assert "bars of one" in words
    assert "12.3" in words
    bars = picture.findall("{http://www.w3.org/2000/svg}rect")
    assert [bar.get("class") for bar in bars] == ["ours", "peer"] * 2
    assert float(bars[0].get("width", 0)) == pytest.approx(2 * float(bars[1].get("width", 0)), rel=0.05)


def test_a_page_without_its_marks_is_not_written_over(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("# Ours\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="lost"):
        publish({}, {"one": outcome("one")}, GOALS, 1.0, tmp_path)
    assert page.read_text(encoding="utf-8") == "# Ours\n"
