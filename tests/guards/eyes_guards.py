"""The guards of eyes: what somebody may see of the sales data, of documents and of what others have said."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from models.sales.question import EVERYTHING
from tests.guards.removal import Guard, Swap

_CANARIES = "tests/canaries/test_canaries.py"
_ANY_CALL = f"{_CANARIES}::test_no_tool_shows_a_rep_what_is_anothers_whatever_it_is_called_with"
_ANY_WORDS = f"{_CANARIES}::test_whatever_is_said_and_injected_nothing_of_anothers_is_read_said_or_kept_for_a_rep"
_THREAD = f"{_CANARIES}::test_what_another_asked_in_a_shared_thread_is_not_read_explained_or_recalled"
_ROLES = "tests/agent/tools/test_roles.py"
_ORDERS = "tests/agent/tools/test_orders.py"
_ANY_REP = f"{_ROLES}::test_no_answer_to_a_rep_names_another_reps_customer_or_another_reps_figures"
_KEPT, _OTHER_EYES = "tests/jobs/test_kept_results.py", "test_nobody_gets_what_was_read_through_other_eyes"
_OWN_DEALS = f"{_ROLES}::test_a_reps_pipeline_holds_the_own_deals_and_no_others"
_NO_SUCH_ORDER = f"{_ORDERS}::test_an_order_of_another_and_one_that_never_was_get_the_same_answer"
_OWN_LOSSES = "tests/agent/tools/test_lapsed.py::test_a_rep_loses_the_own_customers_alone"
_OWN_STALLS = "tests/agent/tools/test_stalled.py::test_a_rep_sees_the_own_deals_alone"
_STOPS = "tests/models/sales/test_scope.py::test_goals_pipeline_and_briefs_stop_at_the_scope"
_SQL = "tests/agent/tools/sql/test_answers.py"


def _unscoped(read: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, scope=EVERYTHING, *rest, **named: read(self, EVERYTHING, *rest, **named)


def _as_manager(search: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, query, scope, k: search(self, query, replace(scope, role="manager"), k)


def _whenever(search: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, query, scope, k: search(self, query, replace(scope, on=date.min), k)


def _by_call(key: Callable[..., str]) -> Callable[..., str]:
    """Whoever asks."""

    def of_call(kept: Any, context: Any, arguments: Any, version: Any) -> str:
        anybody = replace(context.situation, role="rep", salesperson=None, customer=None, person_name="")
        return key(kept, replace(context, situation=anybody), arguments, version)

    return of_call


def _nothing(original: object) -> Callable[..., None]:
    return lambda *given, **named: None


def _sales(call: str, *tests: str) -> Guard:
    return Guard(
        f"the scope of {call}", swaps=(Swap(f"models.sales.source:SalesSource.{call}", _unscoped),), tests=tests
    )


EYES: Sequence[Guard] = (
    Guard(
        "free SQL sees own rows alone",
        swaps=(Swap("agent.tools.sql.views:_condition_of", _nothing),),
        tests=(_ANY_CALL, _ANY_WORDS, f"{_SQL}::test_a_rep_sees_the_own_rows_and_no_others"),
    ),
    Guard(
        "free SQL stands on views",
        swaps=(Swap("agent.tools.sql.views:_view", lambda _: lambda table, spec, scope: table),),
        tests=(_ANY_CALL, f"{_SQL}::test_a_rep_sees_the_own_rows_and_no_others"),
    ),
    Guard(
        "free SQL masks columns",
        swaps=(Swap("agent.tools.sql.views:_shown", lambda show: lambda column, mask: show(column, None)),),
        tests=(f"{_SQL}::test_a_masked_column_shows_its_mask_wherever_it_is_used",),
    ),
    Guard(
        "the scope holds a query's rows back until others' are sorted out",
        swaps=(Swap("agent.tools.sql.views:exp.Select.offset", lambda _: lambda self, *given: self),),
        tests=(f"{_SQL}::test_an_error_on_another_s_row_is_not_provoked",),
    ),
    _sales("summarise", _ANY_CALL, _ANY_REP),
    _sales("find_customer", _STOPS),
    _sales("pipeline", _ANY_CALL, _OWN_DEALS, _STOPS),
    _sales("goals", _STOPS),
    _sales("stalled", _OWN_STALLS),
    _sales("lapsed", _ANY_CALL, _ANY_REP, _OWN_LOSSES),
    _sales("orders", _ANY_CALL, _ANY_REP, _NO_SUCH_ORDER),
    _sales("catalogue", _ANY_CALL, _ANY_REP),
    Guard(
        "documents are for roles",
        swaps=(Swap("jobs.knowledge.library:Library.search", _as_manager),),
        tests=(_ANY_CALL, _ANY_WORDS),
    ),
    Guard(
        "prices are for roles",
        swaps=(Swap("jobs.knowledge.library:Library.prices", _as_manager),),
        tests=(_ANY_CALL,),
    ),
    Guard(
        "documents end",
        swaps=(Swap("jobs.knowledge.library:Library.search", _whenever),),
        tests=(_ANY_CALL,),
    ),
    Guard(
        "an API is told by code who asks",
        swaps=(Swap("agent.tools.templates:_fixed", lambda _: lambda name, context: "Camila Ferrari"),),
        tests=(_ANY_CALL, _ANY_WORDS),
    ),
    Guard(
        "what is recalled was said to her alone",
        swaps=(Swap("models.memory.remembered:SettledTurn.is_of_alone", lambda _: lambda self, sender: True),),
        tests=(_THREAD,),
    ),
    Guard(
        "a record is explained by the rights of who asks",
        swaps=(
            Swap("agent.why:Explaining._has_rights", lambda _: property(lambda self: True)),
            Swap("agent.why:Explaining._may_see", lambda _: lambda self, call: True),
        ),
        tests=(_THREAD,),
    ),
    Guard(
        "a result was read through the same eyes",
        swaps=(Swap("agent.cache.results:_Kept._key", _by_call),),
        tests=(f"{_CANARIES}::test_what_was_kept_for_other_eyes_is_not_given_to_a_rep", f"{_KEPT}::{_OTHER_EYES}"),
    ),
)
