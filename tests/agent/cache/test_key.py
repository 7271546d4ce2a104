"""No two askers, days, agents or states of the data share a key."""

from dataclasses import fields, replace
from datetime import date
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from agent.base import PersonRole, Situation
from agent.cache.canonical import canonical
from agent.cache.key import AnswerScope, answer_key
from models.language import Language
from tests.agent.cache.pairs import minimal_pairs

names = st.sampled_from(["", "Ana", "Ana Souza", "ana", "Bruno", '","', "None"])
optional = st.none() | names
languages = st.sampled_from(get_args(Language))
questions = st.sampled_from([pair for language in get_args(Language) for pair in minimal_pairs(language)]).flatmap(
    st.sampled_from
)


# One part is changed at a time: two scopes that are drawn at random differ in several.
WHO: dict[str, st.SearchStrategy[Any]] = {
    "today": st.sampled_from([date(2026, 3, 31), date(2026, 4, 1)]),
    "role": st.sampled_from(get_args(PersonRole)),
    "person_name": names,
    "salesperson": optional,
    "customer": optional,
    "language": st.none() | languages,
}
WHOSE: dict[str, st.SearchStrategy[Any]] = {
    "tenant_id": st.sampled_from([UUID(int=1), UUID(int=2)]),
    "company": names,
    "timezone": st.sampled_from(["America/Sao_Paulo", "Europe/Lisbon"]),
    "language": languages,
    "agent": names,
    "tools": st.lists(names, unique=True).map(sorted).map(tuple),
}
scopes = st.builds(AnswerScope, situation=st.builds(Situation, **WHO), **WHOSE)


def test_every_part_of_a_scope_is_tried_by_itself() -> None:
    """But for where it is asked, which the tools and the agent's mark tell, and ids that stand for names."""
    assert {*WHOSE, "situation"} == {field.name for field in fields(AnswerScope)}
    assert {*WHO, "channel", "tenant", "person", "holder"} == {field.name for field in fields(Situation)}


@pytest.mark.parametrize("part", [*(f"situation.{name}" for name in WHO), *WHOSE])
def test_whoever_differs_in_one_thing_shares_no_answer(part: str) -> None:
    whose, _, name = part.rpartition(".")
    values = WHO[name] if whose else WHOSE[name]

    @settings(max_examples=25, phases=(Phase.explicit, Phase.generate))  # the part says what is wrong
    @given(scopes, st.tuples(values, values).filter(lambda pair: pair[0] != pair[1]), questions)
    def differ(scope: AnswerScope, pair: tuple[Any, Any], text: str) -> None:
        question = canonical(text, date(2026, 3, 31), "pt")
        assert question is not None
        one, other = (
            replace(scope, situation=replace(scope.situation, **{name: value}))
            if whose
            else replace(scope, **{name: value})
            for value in pair
        )
        assert answer_key(one, question) != answer_key(other, question)

    differ()


@pytest.mark.parametrize("language", get_args(Language))
@settings(max_examples=3)
@given(scope=scopes)
def test_no_minimal_pair_shares_an_answer(scope: AnswerScope, language: Language) -> None:
    for pair in minimal_pairs(language):
        one, other = (canonical(text, scope.situation.today, language) for text in pair)
        assert one is not None
        assert other is not None
        assert answer_key(scope, one) != answer_key(scope, other), pair


@given(scopes)
def test_the_same_question_of_the_same_asker_has_one_key(scope: AnswerScope) -> None:
    one, other = (canonical(text, date(2026, 3, 31), "pt") for text in ("Quanto vendemos?", "oi, quanto vendemos"))
    assert one is not None
    assert other is not None
    assert answer_key(scope, one) == answer_key(replace(scope), other)
