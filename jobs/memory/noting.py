"""What is said of facts that were told where no LLM has words of its own for it: that they were noted, or why not."""

from collections.abc import Sequence
from dataclasses import replace

from agent.base import RunResult
from agent.memory.answers import say, say_noted
from agent.memory.customer_telling import judge_told, spell_told
from agent.memory.of_customers import ToldOfCustomers
from agent.memory.told import Told
from jobs.memory.facts import has_missed_a_record, has_no_answer
from models.language import Language


def with_noted(
    result: RunResult, told: Sequence[Told], of: ToldOfCustomers, language: Language, *, is_question: bool
) -> RunResult:
    """The answer, with that above it; by itself where rules that know only questions had no answer."""
    said = _say(told, of, language)
    if not said:
        return result
    result = replace(result, taint=result.taint | judge_told(of.told, of.unclear[:5]))
    if not is_question and has_no_answer(result) and not has_missed_a_record(result):
        return replace(result, text=said)
    return replace(result, text=f"{said}\n\n{result.text}")


def _say(told: Sequence[Told], of: ToldOfCustomers, language: Language) -> str:
    lines = [say_noted(told, language)] if told else []
    if of.told:
        lines.append(say("noted", language, facts="; ".join(spell_told(one, language) for one in of.told)))
    if of.unclear:
        lines.append(say("which_customer", language, names=", ".join(of.unclear[:5])))
    return "\n".join(lines)
