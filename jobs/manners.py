"""What is answered by fixed words before any LLM is asked, as the agent's file says: greetings, a wish for a person,
closed doors. Pure."""

from dataclasses import dataclass
from datetime import datetime

from agent.phrases import is_reset, phrase, says_one_of, wants_person
from agent.spec.agent_spec import AgentSpec
from jobs.compose import Composed
from models.language import Language, guess_language
from models.taint import Taint
from models.turns import Thread


@dataclass(frozen=True, slots=True)
class FixedAnswer:
    """Words of ours; `calls_person` where somebody is to be told, `taint` where they repeat what others said."""

    words: str
    outcome: str = "answered"
    calls_person: bool = False
    taint: frozenset[Taint] = frozenset()


def language_of(spec: AgentSpec, text: str) -> Language:
    """That of the text where the agent speaks it, else the agent's first."""
    guessed = guess_language(text)
    return guessed if guessed in spec.languages else spec.languages[0]


def greet(spec: AgentSpec, thread: Thread, composed: Composed) -> FixedAnswer | None:
    """What comes before everything else; None for words to be thought about."""
    language = language_of(spec, composed.text)
    if is_reset(composed.text):
        return FixedAnswer(phrase("reset_done", language), "reset")
    if not composed.text and not composed.pictures:
        return FixedAnswer(phrase(composed.instead, spec.languages[0]))
    if not composed.is_verified:
        return FixedAnswer(phrase("greeting_unverified", language, company=spec.company or thread.company))
    return None


def divert(spec: AgentSpec, thread: Thread, composed: Composed, now: datetime) -> FixedAnswer | None:
    """What a person is called for, or is left for the hours in which the agent works; None where it answers."""
    language = language_of(spec, composed.text)
    if wants_person(composed.text) or says_one_of(composed.text, spec.handover.words):
        return FixedAnswer(phrase("person_called", language), calls_person=True)
    hours = spec.hours
    if hours is None or hours.outside == "answer" or hours.are_open(now, thread.timezone):
        return None
    return FixedAnswer(hours.message or phrase("closed_now", language), calls_person=hours.outside == "person")
