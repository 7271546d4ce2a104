"""The guards of answers that are given again: each part of what makes two questions one, left out by itself."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from tests.guards.removal import Guard, Swap

_KEY = "tests/agent/cache/test_key.py::test_whoever_differs_in_one_thing_shares_no_answer"
_CACHE = "tests/jobs/test_cache.py"
_RESULTS = "tests/jobs/test_kept_results.py"


def _with(**scope: Any) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """The key of whoever asks is that of somebody with these."""
    return lambda key: lambda whose, question: key(replace(whose, **scope), question)


def _asked_by(**who: Any) -> Callable[[Callable[..., str]], Callable[..., str]]:
    return lambda key: lambda whose, question: key(replace(whose, situation=replace(whose.situation, **who)), question)


def _in_one_language(key: Callable[..., str]) -> Callable[..., str]:
    return _with(language="pt")(_asked_by(language=None)(key))


def _in_one_order(read: Callable[..., Any]) -> Callable[..., Any]:
    def sort(*given: Any) -> Any:
        question = read(*given)
        return None if question is None else replace(question, words=" ".join(sorted(question.words.split())))

    return sort


def _missing(part: str, swap: Callable[[Callable[..., str]], Callable[..., str]]) -> Guard:
    return Guard(f"the key of an answer: {part}", swaps=(Swap("agent.cache.key:answer_key", swap),), tests=(_KEY,))


KEYS: Sequence[Guard] = (
    _missing("the company", _with(tenant_id=UUID(int=1))),
    _missing("the time zone", _with(timezone="UTC")),
    _missing("the day", _asked_by(today=date(2026, 3, 1))),
    _missing("the role", _asked_by(role="rep")),
    _missing("the person", _asked_by(person_name="")),
    _missing("the rep", _asked_by(salesperson=None)),
    _missing("the customer", _asked_by(customer=None)),
    _missing("the language", _in_one_language),
    _missing("the agent's version", _with(agent="")),
    _missing("the tools", _with(tools=())),
)
ANSWERS: Sequence[Guard] = (
    *KEYS,
    Guard(
        "the key of an answer: the order of words",
        swaps=(Swap("agent.cache.canonical:canonical", _in_one_order),),
        tests=(
            "tests/agent/cache/test_key.py::test_no_minimal_pair_shares_an_answer",
            "tests/agent/cache/test_canonical.py::test_questions_that_differ_in_one_slot_are_never_one",
        ),
    ),
    Guard(
        "an answer stands while its data do",
        rewrites=((r"cached_answer\.versions <@ %\(present\)s(::JSONB)?", "true"),),
        tests=(
            f"{_CACHE}::test_a_change_of_the_data_makes_the_next_look_miss",
            "tests/jobs/test_cache_over_the_demo.py::test_a_change_in_the_sales_tables_makes_the_next_look_miss",
            "tests/jobs/test_cache_of_documents.py::test_whatever_changes_what_can_be_found_makes_the_next_look_miss",
        ),
    ),
    Guard(
        "an answer names the data that it hangs on",
        swaps=(Swap("agent.cache.keeping:versions_behind", lambda _: lambda result, versions: {}),),
        tests=(f"{_CACHE}::test_a_change_of_the_data_makes_the_next_look_miss",),
    ),
    Guard(
        "a tainted answer is nobody else's",
        swaps=(
            Swap("agent.cache.keeping:has_strangers_words", lambda _: lambda taint: False, here_only=True),
            Swap("agent.cache.context:has_others_words", lambda _: lambda taint: False, here_only=True),
        ),
        tests=(f"{_CACHE}::test_what_a_third_party_wrote_is_not_kept",),
    ),
    Guard(
        "what was said before counts",
        swaps=(Swap("agent.cache.context:reuse_of", lambda _: lambda *given: "keep"),),
        tests=(f"{_CACHE}::test_what_was_said_before_counts",),
    ),
    Guard(
        "one makes an answer, others wait",
        swaps=(Swap("models.cache.cached_answer:stand_in_line", lambda _: lambda *given, **named: "leading"),),
        tests=(f"{_CACHE}::test_of_ten_equal_questions_at_once_one_asks_the_llm",),
    ),
    Guard(
        "a result stands while its data do",
        swaps=(
            Swap(
                "agent.cache.results:_Kept._key",
                lambda key: lambda kept, context, arguments, version: key(kept, context, arguments, "same"),
            ),
        ),
        tests=(f"{_RESULTS}::test_whatever_a_result_hangs_on_has_it_read_anew",),
    ),
)
