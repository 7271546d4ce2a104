"""Whether a question may share an answer where it was asked: nothing said before may be able to change it. Pure."""

from typing import Literal

from agent.base import TurnInput
from agent.cache.canonical import CanonicalQuestion, canonical, is_idle
from agent.cache.refreshing import read_refresh
from models.language import Language
from models.taint import has_others_words

Reuse = Literal["keep", "read", "never"]  # its answer may be kept for others; it may be answered by a kept one; neither


def reuse_of(turn: TurnInput, question: CanonicalQuestion, language: Language) -> Reuse:
    """What is remembered of the person, quoted words and pictures always count; of the conversation only greetings and
    this very question do not, nor what our replies quoted, since they are left out. Who repeats a question to the
    letter means what she meant before, so a kept answer may serve her among other whole questions, though none that is
    given there is kept."""
    if not question.is_whole or turn.context or turn.images or has_others_words(turn.taint):
        return "never"
    said = [line for line in turn.history if line.role == "user"]
    if any(line.is_context for line in turn.history) or any(line.origin == "third_party" for line in said):
        return "never"
    asked = [line.content for line in said]
    others = [words for words in asked if not _is_idle(words)]
    known = [canonical(read_refresh(words).question, turn.situation.today, language) for words in others]
    same = [one is not None and one.words == question.words for one in known]
    if all(same):
        return "keep"
    if any(same) and all(one is not None and one.is_whole for one in known):
        return "read"
    return "never"


def _is_idle(words: str) -> bool:
    return is_idle(words) or read_refresh(words).is_alone
