"""The crash matrix: every first crash in every mode, and a draw of second ones. `make matrix` plays them all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.faultpoint import POINTS as FAULTPOINTS
from tests.matrix.cells import cells_of, drawn_strikes
from tests.matrix.crew import Crew, hired_crew
from tests.matrix.points import ELSEWHERE, GROUPS, POINTS

SEED, DRAWN = 4, 100


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    with hired_crew() as hired:
        yield hired


def test_the_table_has_every_point_once_and_a_reason_for_each_that_does_not_exist() -> None:
    assert len(POINTS) == 102
    assert len({point.key for point in POINTS}) == 102
    assert [point.key for point in POINTS if bool(point.struck) == bool(point.scenario)] == []
    assert [point.key for point in POINTS if (len(point.only) < 5) != bool(point.otherwise)] == []


def test_every_faultpoint_stands_in_the_table_or_among_those_that_another_test_dies_at() -> None:
    assert set(FAULTPOINTS) - {hit for point in POINTS for hit in point.hits} == set(ELSEWHERE)
    tests = Path(__file__).resolve().parents[1]
    named = {name for name, file in ELSEWHERE.items() if f'"{name}"' in (tests / file).read_text(encoding="utf-8")}
    assert named == set(ELSEWHERE)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("group", [group for group in GROUPS if group != "S chat"])
def test_whoever_dies_nothing_is_lost_doubled_or_out_of_order(crew: Crew, group: str) -> None:
    points = [point for point in POINTS if point.group == group and not point.struck]
    cells = cells_of(crew, points)
    assert {cell.point.key for cell in cells} == {point.key for point in points}, "a run comes by every point"
    assert [str(outcome) for outcome in crew.play(cell.plan for cell in cells) if not outcome.is_good] == []


@pytest.mark.timeout(900)
def test_whoever_dies_again_in_the_middle_of_the_recovery_changes_nothing_either(crew: Crew) -> None:
    plans = drawn_strikes(crew, cells_of(crew), DRAWN, SEED)
    assert [f"seed {SEED}: {outcome}" for outcome in crew.play(plans) if not outcome.is_good] == []
