"""No two askers, days, agents or states of the data share a key."""

from dataclasses import replace
from datetime import date
from typing import get_args
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from agent.base import PersonRole, Situation
from agent.cache.canonical import canonical
from agent.cache.key import AnswerScope, answer_key
from models.language import Language
from tests.agent.cache.pairs import MINIMAL, minimal_pairs

names = st.sampled_from(["", "Ana", "Ana Souza", "ana", "Bruno", '","', "None"])
optional = st.none() | names
situations = st.builds(
    Situation,
    today=st.sampled_from([date(2026, 3, 31), date(2026, 4, 1)]),
    role=st.sampled_from(get_args(PersonRole)),
    person_name=names,
    salesperson=optional,
    customer=optional,
    language=st.none() | st.sampled_from(get_args(Language)),
)
scopes = st.builds(
    AnswerScope,
    tenant_id=st.sampled_from([UUID(int=1), UUID(int=2)]),
    company=names,
    timezone=st.sampled_from(["America/Sao_Paulo", "Europe/Lisbon"]),
    situation=situations,
    language=st.sampled_from(get_args(Language)),
    agent=names,
    tools=st.lists(names, unique=True).map(sorted).map(tuple),
)
questions = st.sampled_from([pair for language in get_args(Language) for pair in minimal_pairs(language)]).flatmap(
    st.sampled_from
)


@given(scopes, scopes, questions)
def test_whoever_differs_in_anything_shares_no_answer(one: AnswerScope, other: AnswerScope, text: str) -> None:
    question = canonical(text, date(2026, 3, 31), "pt")
    assert question is not None
    assert (answer_key(one, question) == answer_key(other, question)) == (one == other)


@given(scopes, st.sampled_from(sorted(MINIMAL)), st.data())
def test_no_minimal_pair_shares_an_answer(scope: AnswerScope, language: Language, data: st.DataObject) -> None:
    pair = data.draw(st.sampled_from(minimal_pairs(language)))
    one, other = (canonical(text, scope.situation.today, scope.language) for text in pair)
    assert one is not None
    assert other is not None
    assert answer_key(scope, one) != answer_key(scope, other)


@given(scopes)
def test_the_same_question_of_the_same_asker_has_one_key(scope: AnswerScope) -> None:
    one, other = (canonical(text, date(2026, 3, 31), "pt") for text in ("Quanto vendemos?", "oi, quanto vendemos"))
    assert one is not None
    assert other is not None
    assert answer_key(scope, one) == answer_key(replace(scope), other)
