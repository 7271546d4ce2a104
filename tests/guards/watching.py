"""Guards that named tests watch over: pytest runs these in a process of its own, over the program without the guard."""

import os
import re
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import Phase, settings
from sqlalchemy import Engine, event

from tests.guards.answer_guards import ANSWERS
from tests.guards.door_guards import DOORS
from tests.guards.eyes_guards import EYES
from tests.guards.hand_guards import HAND
from tests.guards.removal import FLOORS, Guard, Rewriting, swapped

WATCHED = (*EYES, *HAND, *ANSWERS, *DOORS)
_CASE = re.compile(r"\[.*$")


@dataclass(frozen=True, slots=True)
class Watch:
    """What the tests said of the program without a guard. `unmoved` are those that passed all the same; `trouble` is
    why nothing can be said."""

    name: str
    failed: tuple[str, ...]
    unmoved: tuple[str, ...]
    trouble: str = ""

    @property
    def is_caught(self) -> bool:
        return bool(self.failed) and not self.unmoved and not self.trouble


@dataclass(eq=False)
class _Maimed:
    """A plug-in that takes the guard away once all tests are imported."""

    guard: Guard
    rewriting: Rewriting = field(default_factory=Rewriting)
    undo: ExitStack = field(default_factory=ExitStack)
    failed: set[str] = field(default_factory=set)
    troubles: list[str] = field(default_factory=list)

    def pytest_configure(self) -> None:
        """One failing example is enough."""
        usual, phases = settings.get_profile("same"), (Phase.explicit, Phase.generate)
        settings.register_profile("first", usual, phases=phases, report_multiple_bugs=False)
        settings.load_profile("first")

    def pytest_collection_finish(self) -> None:
        self.undo.enter_context(swapped([self.guard], (*FLOORS, "tests.")))
        self.rewriting.set(self.guard.rewrites)
        event.listen(Engine, "before_cursor_execute", self._rewrite, retval=True)

    def _rewrite(self, connection: Any, cursor: Any, statement: str, values: Any, *rest: Any) -> tuple[str, Any]:
        return self.rewriting.apply(statement), values

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Only a broken promise counts: a program that stumbles over what was taken away has shown nothing."""
        error = None if call.excinfo is None else call.excinfo.value
        if error is None:
            return
        if call.when == "call" and isinstance(error, AssertionError | pytest.fail.Exception):
            self.failed.add(item.nodeid)
        elif item.nodeid not in self.failed:  # what a broken test leaves behind may break its end as well
            self.troubles.append(f"{item.nodeid}, {call.when}: {error!r:.200}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.troubles.append(f"{report.nodeid}: not collected")


def watch(name: str) -> Watch:
    """Run the tests of a guard without it. For a process of its own: what is taken away stays away."""
    guard = next(one for one in WATCHED if one.name == name)
    maimed = _Maimed(guard)
    options = ("-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
    with open(os.devnull, "w") as silence, redirect_stdout(silence):
        status = pytest.main([*guard.tests, *options], plugins=[maimed])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        maimed.troubles.append(f"pytest ended with {status!r}")
    if not all(maimed.rewriting.bites):
        maimed.troubles.append("nothing was ever removed: its statement has changed")
    noticed = {_CASE.sub("", node) for node in maimed.failed} | maimed.failed
    unmoved = tuple(test for test in guard.tests if test not in noticed)
    return Watch(guard.name, tuple(sorted(maimed.failed)), unmoved, "; ".join(maimed.troubles))
