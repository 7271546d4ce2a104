"""Short-term memory: the last whole turns that fit a token budget. Pure, so every worker remembers the same."""

from collections.abc import Iterable

from agent.base import ChatMessage, Origin
from agent.tokens import estimate_prompt
from models.history import PastTurn
from models.taint import has_others_words, read_taint


def recall_window(newest_first: Iterable[PastTurn], token_budget: int, *, asker: str = "") -> list[ChatMessage]:
    """Oldest first. A turn is taken whole or not at all; the first that does not fit ends the window. Where others
    than the asker spoke, or their words were shown, both lines are third-party ones: our reply may repeat them. A reply
    that may hold no more than names of the records is our tools'."""
    window: list[ChatMessage] = []
    left = token_budget
    for turn in newest_first:
        taint = read_taint(turn.taint)
        is_foreign = has_others_words(taint) or any(asker and sender != asker for sender in turn.senders)
        ours: Origin = "third_party" if is_foreign else "tool" if taint else "assistant"
        lines = [
            ChatMessage("user", turn.asked, at=turn.asked_at, origin="third_party" if is_foreign else "person"),
            ChatMessage("assistant", turn.replied, at=turn.replied_at, origin=ours),
        ]
        left -= estimate_prompt(lines)
        if left < 0:
            break
        window[:0] = [line for line in lines if line.content]
    return window
