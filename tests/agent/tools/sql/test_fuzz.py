"""Any text at all: the guard answers with a checked query or a reason, and what it lets through holds nothing else."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp, parse_one

from agent.tools.sql.guard import read_query
from agent.tools.sql.views import confine
from models.errors import ToolError
from tests.agent.tools.conftest import situation
from tests.agent.tools.sql.bypasses import BYPASSES
from tests.agent.tools.sql.conftest import READABLE, spec_of
from tests.agent.tools.sql.reports import EXPRESSIONS, REPORTS

SPEC = spec_of()
FATES = ("passed", "forbidden_sql", "bad_sql", "not_allowed")
WORDS = sorted(
    {
        word
        for sql in (*REPORTS, *EXPRESSIONS, *BYPASSES)
        if len(sql) < 1000
        for word in re.findall(r"'[^']*'|\w+|\S", sql)
    }
)
PIECES = [sql for sql in (*REPORTS, *BYPASSES) if len(sql) < 1000]


@st.composite
def spliced(draw: st.DrawFn) -> str:
    """A report or a bypass with words taken out, put in, exchanged."""
    words = re.findall(r"'[^']*'|\w+|\s+|\S", draw(st.sampled_from(PIECES)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(words)))
        word = draw(st.sampled_from(WORDS) | st.sampled_from(PIECES).map(lambda sql: f"({sql})"))
        words[at : at + draw(st.integers(0, 2))] = [f" {word} "]
    return "".join(words)


def fate_of(sql: str, role: str) -> str:
    """Why it is refused; `passed` if it is not, and then what would run reads the listed tables through our views."""
    try:
        confined = confine(read_query(sql, SPEC.tables), SPEC, situation(role), 8000)  # type: ignore[arg-type]
    except ToolError as error:
        return error.code
    tree = parse_one(confined.sql, read="postgres")
    named = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        assert (table.db == "demo" and table.name in READABLE) or (not table.db and table.name in named)
    allowed = {"ROW_TO_JSON", "AGE", "MAKE_DATE", "TO_CHAR", "TO_DATE"}
    assert {str(call.this).upper() for call in tree.find_all(exp.Anonymous)} <= allowed
    assert not tree.find(exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into, exp.Lock, exp.Command, exp.Lateral)
    scoped = [name for name in confined.tables if "rep" in SPEC.tables[name].scope and name != "product"]
    assert role != "rep" or not scoped or "$1" in confined.sql
    return "passed"


@settings(max_examples=200, deadline=None)
@given(spliced(), st.sampled_from(["manager", "rep"]))
def test_no_mixture_of_reports_and_attacks_gets_more_than_a_report(sql: str, role: str) -> None:
    assert fate_of(sql, role) in FATES


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_the_guard_stumble(sql: str) -> None:
    for text in (sql, f"SELECT {sql} FROM customer", f'SELECT "{sql}" AS "{sql}" FROM customer'):
        assert fate_of(text, "manager") in FATES


def test_reports_get_through_so_that_the_tests_above_can_fail() -> None:
    assert {fate_of(sql, "manager") for sql in REPORTS} == {"passed"}
