"""Answers where an earlier answer of the conversation comes from, out of the record and without an LLM."""

from agent.links import tame_links
from agent.toolbox import Toolbox
from agent.why import Explaining, asks_why, nothing_to_explain
from jobs.compose import Composed
from jobs.manners import FixedAnswer
from jobs.question import find_situation
from jobs.runtime import Services
from models.language import guess_language
from models.recorded import RecordedAnswer, find_answer_before
from models.session import statement_scope
from models.taint import Taint, has_others_words, read_taint
from models.turns import BegunTurn, Thread


def explain_earlier(
    services: Services, toolbox: Toolbox, thread: Thread, turn: BegunTurn, composed: Composed
) -> FixedAnswer | None:
    """None where nobody asks for that; whoever asks sees what she may ask for herself today, and no more."""
    if not asks_why(composed.text):
        return None
    with statement_scope(services.engine) as connection:
        situation = find_situation(services, connection, thread)
        if situation.role == "unknown":
            return None
        answer = find_answer_before(
            connection, thread.conversation_id, turn.id, number=turn.number, from_seq=thread.memory_from_seq
        )
    language = situation.language or guess_language(composed.text)
    if answer is None:
        return FixedAnswer(nothing_to_explain(language))
    words = Explaining(answer, situation, toolbox.tools, language, thread.timezone).words()
    return FixedAnswer(tame_links(words), taint=_kept(answer))


def _kept(answer: RecordedAnswer) -> frozenset[Taint]:
    taint = read_taint(answer.taint)
    return frozenset({"remembered"}) if has_others_words(taint) else frozenset({"names"} if taint else ())
