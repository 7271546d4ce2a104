"""Each guard that nothing else covers is noticed when it is missing; `make guards` tries the rest, and pairs."""

from pathlib import Path

import pytest

from tests.agent.cache import test_key
from tests.guards.cells import read_cell, run_cell
from tests.guards.guards import CAUGHT, GUARDS, expectations
from tests.guards.removal import FLOORS, Guard, swapped
from tests.guards.trial import try_without
from tests.guards.watching import WATCHED
from tests.guards.world import Engines


@pytest.mark.parametrize("guard", CAUGHT, ids=lambda guard: guard.name)
def test_without_this_guard_a_promise_breaks(guard: Guard, fresh_database_url: str, redis_url: str) -> None:
    verdict = try_without([guard], lambda: fresh_database_url, redis_url, guard.cells, lambda engines: [])
    assert verdict.is_caught, f"nobody missed it in {guard.cells}"


def test_with_every_guard_in_its_place_no_promise_breaks_in_the_same_cells(engines: Engines) -> None:
    shown = dict.fromkeys(cell for guard in CAUGHT for cell in guard.cells)
    broken = {cell: run_cell(engines, read_cell(cell)).violations for cell in shown}
    assert {cell: seen for cell, seen in broken.items() if seen} == {}


def test_every_guard_is_either_caught_by_a_cell_or_covered_by_something_named() -> None:
    assert all(bool(guard.cells) != bool(guard.covered_by) for guard in GUARDS)


def test_expectations_name_guards_that_there_are() -> None:
    known = {guard.name for guard in GUARDS}
    assert all(set(one.names) <= known for one in expectations())


@pytest.mark.parametrize("guard", WATCHED, ids=lambda guard: guard.name)
def test_a_guard_that_tests_watch_over_can_be_taken_away_and_names_tests_that_there_are(guard: Guard) -> None:
    """Whether they fail then is for `make guards`."""
    with swapped([guard]):
        assert guard.tests
    for path, name in (test.split("::") for test in guard.tests):
        assert f"def {name.partition('[')[0]}(" in Path(path).read_text()


@pytest.mark.parametrize(("part", "name"), [("tenant_id", "the company"), ("situation.role", "the role")])
def test_a_key_without_one_of_its_parts_is_noticed(part: str, name: str) -> None:
    guard = next(one for one in WATCHED if one.name == f"the key of an answer: {name}")
    with swapped([guard], (*FLOORS, "tests.")), pytest.raises(AssertionError):
        test_key.test_whoever_differs_in_one_thing_shares_no_answer(part)
