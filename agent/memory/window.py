"""Short-term memory: the last whole turns that fit a token budget. Pure, so every worker remembers the same."""

from collections.abc import Iterable

from agent.base import ChatMessage
from agent.tokens import estimate_prompt
from models.history import PastTurn


def recall_window(newest_first: Iterable[PastTurn], token_budget: int, *, asker: str = "") -> list[ChatMessage]:
    """Oldest first. A turn is taken whole or not at all; the first that does not fit ends the window. Where others
    than the asker spoke, or their words were shown, both lines are third-party ones: our reply may repeat them."""
    window: list[ChatMessage] = []
    left = token_budget
    for turn in newest_first:
        is_foreign = turn.taint != "" or any(asker and sender != asker for sender in turn.senders)
        lines = [
            ChatMessage("user", turn.asked, at=turn.asked_at, origin="third_party" if is_foreign else "person"),
            ChatMessage(
                "assistant", turn.replied, at=turn.replied_at, origin="third_party" if is_foreign else "assistant"
            ),
        ]
        left -= estimate_prompt(lines)
        if left < 0:
            break
        window[:0] = [line for line in lines if line.content]
    return window
