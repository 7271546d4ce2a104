"""Plans a whole message: what is asked directly, what leans on a question before, what is asked beside a fact."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Final

from agent.base import Situation
from agent.memory.customer_names import CustomerNames
from agent.memory.only_telling import Untold, asks_outright, leave_out_told, only_tells
from agent.providers.offline.citing import SEARCH, look_up, may_ask
from agent.providers.offline.direct import read_directly
from agent.providers.offline.leaning import lean_directly
from agent.providers.offline.lexing import scan
from agent.providers.offline.names import Names
from agent.providers.offline.plan import Step, saying
from agent.providers.offline.planning import plan_question
from agent.providers.offline.slots import Slots
from agent.providers.offline.splitting import questions_in
from models.catalogue import Catalogue

LONGEST_TEXT: Final = 2000  # characters read of one message
_TURNS_BACK: Final = 4  # a follow-up may lean on a follow-up


@dataclass(frozen=True, slots=True)
class Indexed:
    """What somebody may know, and its names: all of them, and the customers' by themselves."""

    catalogue: Catalogue
    names: Names
    customers: CustomerNames


def plan_message(
    text: str, earlier: Sequence[str], indexed: Indexed, offered: Set[str], situation: Situation
) -> list[Step]:
    """`earlier` are the person's messages before, oldest first; `offered` the tools that may be called."""
    text = text[:LONGEST_TEXT]
    catalogue, names = indexed.catalogue, indexed.names
    direct = read_directly(text, names, situation, catalogue)
    if direct and offered >= {step.tool for step in direct}:
        return direct
    history = _leant_on(text, earlier, indexed.customers, situation.today)
    untold = leave_out_told(text, indexed.customers, situation.today)
    leans = bool(history) and untold is None
    leant = lean_directly(text, history, names, situation, catalogue) if leans else None
    if leant and offered >= {step.tool for step in leant if step.tool}:
        return leant
    as_it_stands = asks_outright(text)
    steps = _steps(_questions(text, history, names, situation.today), situation, catalogue) if as_it_stands else []
    if untold is not None and not (steps and all(step.tool for step in steps)):
        asked = _plan_untold(untold, indexed, offered, situation)
        if not asked and not any(step.tool for step in steps):
            asked = _look_up_untold(untold, indexed, offered, situation)
        return asked or steps or [saying("not_understood")]
    steps = steps or _steps(_questions(text, history, names, situation.today), situation, catalogue)
    if SEARCH not in offered or any(step.tool for step in steps):
        return steps
    alone = _questions(text, (), names, situation.today)
    return look_up(steps, text, offered, alone, _steps(alone, situation, catalogue))


def _plan_untold(untold: Untold, indexed: Indexed, offered: Set[str], situation: Situation) -> list[Step]:
    """What is asked beside what is told, where it calls a tool. Behind it, in its own sentence, only what is
    plainly asked: "..., só recebe com nota" tells on."""
    names, today = indexed.names, situation.today
    plain = [one for one in untold.tails if all(asked.asks_plainly for asked in _questions(one, (), names, today))]
    steps: list[Step] = []
    for text in filter(None, (untold.sentences, *plain)):
        direct = read_directly(text, names, situation, indexed.catalogue)
        if direct and offered >= {step.tool for step in direct}:
            steps += direct
            continue
        questions = _questions(text, (), names, today)
        if any(one.pronouns for one in questions):
            questions = _questions(text, (untold.told,), names, today)
        steps += [one for one in _steps(questions, situation, indexed.catalogue) if one not in steps]
    return steps if any(step.tool for step in steps) else []


def _look_up_untold(untold: Untold, indexed: Indexed, offered: Set[str], situation: Situation) -> list[Step]:
    """A fact is no question to documents, however it resembles one: what is asked beside it may be. Who tells of a
    customer tells on: "..., e o frete é nosso"."""
    tells_on = "?" not in untold.told and indexed.customers.find(untold.told)
    tails = () if tells_on else untold.tails
    for text in (untold.sentences, *tails):
        alone = _questions(text, (), indexed.names, situation.today)
        said = _steps(alone, situation, indexed.catalogue)
        looked = look_up(said, text, offered, alone, said) if may_ask(text, said) else []
        if any(step.tool for step in looked):
            return looked
    return []


def _leant_on(text: str, earlier: Sequence[str], customers: CustomerNames, today: date) -> list[str]:
    """What was said before and a question may lean on. What only tells leans on nothing, and nothing leans on it."""
    if not earlier or only_tells(text, customers, today):
        return []
    return [said for said in earlier[-_TURNS_BACK:] if not only_tells(said[:LONGEST_TEXT], customers, today)]


def _questions(text: str, history: Sequence[str], names: Names, today: date) -> list[Slots]:
    before: list[Slots] = []
    for said in (*history, text):
        before = questions_in(scan(said[:LONGEST_TEXT], names, today), before)
    return before


def _steps(questions: Sequence[Slots], situation: Situation, catalogue: Catalogue) -> list[Step]:
    planned = [plan_question(question, situation, catalogue) for question in questions]
    if any(_lost_something(*pair) for pair in zip(questions, planned, strict=True)):
        planned = [[step for step in steps if not step.view.assumed_period] for steps in planned]
    steps: list[Step] = []
    for one in planned:
        steps += [step for step in one if step not in steps]
    return steps


def _lost_something(question: Slots, steps: list[Step]) -> bool:
    """What was not understood may have held the period of its neighbour, which must not get the current month then."""
    failed = any(step.say in {"not_understood", "unknown_words", "unknown_name"} for step in steps)
    return failed and bool(question.periods or question.unknown or question.owners)
