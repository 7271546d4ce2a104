"""Short-term memory: the last whole turns that fit a token budget. Pure, so every worker remembers the same."""

from collections.abc import Iterable

from agent.base import ChatMessage
from agent.tokens import estimate_prompt
from models.history import PastTurn


def recall_window(newest_first: Iterable[PastTurn], token_budget: int) -> list[ChatMessage]:
    """Oldest first. A turn is taken whole or not at all; the first that does not fit ends the window."""
    window: list[ChatMessage] = []
    left = token_budget
    for turn in newest_first:
        lines = [
            ChatMessage("user", turn.asked, at=turn.asked_at),
            ChatMessage("assistant", turn.replied, at=turn.replied_at),
        ]
        left -= estimate_prompt(lines)
        if left < 0:
            break
        window[:0] = [line for line in lines if line.content]
    return window
