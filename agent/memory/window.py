"""Short-term memory: the last whole turns that fit a token budget. Pure, so every worker remembers the same."""

from collections.abc import Iterable

from agent.base import ChatMessage, Origin
from agent.tokens import estimate_prompt
from models.history import PastTurn
from models.taint import has_others_words, has_strangers_words, read_taint

_SPOKEN = "[voice note] "


def recall_window(newest_first: Iterable[PastTurn], token_budget: int, *, asker: str = "") -> list[ChatMessage]:
    """Oldest first. A turn is taken whole or not at all; the first that does not fit ends the window. Where others
    than the asker spoke, or their words were shown, both lines are third-party ones: our reply may repeat them. A reply
    that may hold no more than names of the records is our tools', and one out of documents leaves the question hers."""
    turns = list(newest_first)
    kept = turns[: count_fitting(turns, token_budget)]
    return [line for turn in reversed(kept) for line in _lines_of(turn, asker) if line.content]


def count_fitting(newest_first: Iterable[PastTurn], token_budget: int) -> int:
    """How many of the newest turns fit."""
    count, left = 0, token_budget
    for turn in newest_first:
        left -= estimate_prompt(_lines_of(turn))
        if left < 0:
            break
        count += 1
    return count


def _lines_of(turn: PastTurn, asker: str = "") -> list[ChatMessage]:
    taint = read_taint(turn.taint)
    is_others = has_strangers_words(taint) or any(asker and sender != asker for sender in turn.senders)
    ours: Origin = "third_party" if is_others or has_others_words(taint) else "tool" if taint else "assistant"
    asked = _SPOKEN + turn.asked if turn.is_spoken else turn.asked
    return [
        ChatMessage("user", asked, at=turn.asked_at, origin="third_party" if is_others else "person"),
        ChatMessage("assistant", turn.replied, at=turn.replied_at, origin=ours),
    ]
