"""What is remembered in a prompt, in a fixed order within a fixed budget: facts, what was told of customers, summary,
then the last whole turns.

Pure: the same rows, the same budget and the same day give the same lines, whichever worker asks.
"""

from collections.abc import Sequence
from dataclasses import replace

from agent.base import ChatMessage
from agent.memory.customer_telling import recall_told
from agent.memory.summarising import recall_summary
from agent.memory.telling import recall_facts
from agent.memory.window import count_fitting, recall_window
from agent.tokens import estimate_prompt
from models.history import PastTurn
from models.language import Language
from models.memory.customer_fact import KnownCustomerFact
from models.memory.fact import KnownFact
from models.memory.summary import KnownSummary

_SHARE = 4  # facts and summary have a quarter each at most, so that the conversation itself always has room
_SHARE_OF_CUSTOMERS = 8


def recall(
    facts: Sequence[KnownFact],
    summary: KnownSummary | None,
    newest_first: Sequence[PastTurn],
    token_budget: int,
    *,
    is_all: bool,
    asker: str,
    language: Language,
    timezone: str,
    of_customers: Sequence[KnownCustomerFact] = (),
) -> list[ChatMessage]:
    """Never more than the budget. `is_all`: before these turns there are no others. The summary is told only of what
    the window has no room for."""
    told = recall_facts(facts, token_budget // _SHARE, language=language, timezone=timezone)
    told += recall_told(of_customers, token_budget // _SHARE_OF_CUSTOMERS, language=language, timezone=timezone)
    left = token_budget - estimate_prompt(told)
    if not is_all or count_fitting(newest_first, left) < len(newest_first):
        summed = _recall_earlier(summary, newest_first, left, token_budget // _SHARE)
        told, left = [*told, *summed], left - estimate_prompt(summed)
    return [*told, *recall_window(newest_first, left, asker=asker)]


def _recall_earlier(
    summary: KnownSummary | None, newest_first: Sequence[PastTurn], left: int, share: int
) -> list[ChatMessage]:
    """Not of turns that stand in the window anyway."""
    if summary is None:
        return []
    kept = count_fitting(newest_first, left - share)
    begins = newest_first[kept - 1].number if kept else newest_first[0].number if newest_first else None
    lines = tuple(line for line in summary.lines if begins is None or line.number < begins)
    return recall_summary(replace(summary, lines=lines), share)
