"""What is remembered in a prompt, in a fixed order within a fixed budget: facts, then the last whole turns.

Pure: the same rows, the same budget and the same day give the same lines, whichever worker asks.
"""

from collections.abc import Sequence

from agent.base import ChatMessage, Language
from agent.memory.telling import recall_facts
from agent.memory.window import recall_window
from agent.tokens import estimate_prompt
from models.fact import KnownFact
from models.history import PastTurn

_SHARE_OF_FACTS = 4  # a quarter at most, so that the conversation itself always has room


def recall(
    facts: Sequence[KnownFact],
    newest_first: Sequence[PastTurn],
    token_budget: int,
    *,
    asker: str,
    language: Language,
    timezone: str,
) -> list[ChatMessage]:
    """Never more than the budget; what facts leave is the turns'."""
    told = recall_facts(facts, token_budget // _SHARE_OF_FACTS, language=language, timezone=timezone)
    return [*told, *recall_window(newest_first, token_budget - estimate_prompt(told), asker=asker)]
