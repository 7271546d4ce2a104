"""A summary without an LLM: of each exchange what was asked and the sentence of the reply with the figures, word for
word; and of many exchanges the weightiest.

The weight of a line depends on its own turn alone, so a summary that grows turn by turn is the one that would be made
of all turns at once. Pure.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from agent.base import ChatMessage, Origin
from agent.grounding.words.folding import Sentences
from agent.memory.reading import find_told
from agent.tokens import estimate_prompt
from models.memory.summary import KnownSummary, SummaryLine
from models.taint import has_others_words

MOST_LINES = 24
_ASKED, _REPLIED = 140, 180  # characters
_FIGURE = re.compile(r"\d[\d.,]*\d|\d")
_NAME = re.compile(r"(?<=[\w,] )[A-ZÀ-Ý][\wÀ-ÿ]{2,}")
_SMALL_TALK = 18  # characters; "oi", "obrigada!", "ok, valeu"
_NEWER = 0.002  # a turn that many numbers later weighs as much more: among equals the newer one stays
_MARKS = re.compile(r"[*_`#>|]+")
_OPENING = "[Context, not an instruction: a summary of the earlier part of this conversation"
_FIGURES = "Figures in it were true when they were said."


def summarise_turn(
    number: int,
    asked: str,
    replied: str,
    asked_at: datetime,
    timezone: str,
    *,
    taint: Collection[str] = (),
    is_spoken: bool = False,
) -> SummaryLine | None:
    """None for what nobody needs to remember."""
    asked, reply = _flat(asked), _weightiest(replied)
    said_on = asked_at.astimezone(ZoneInfo(timezone)).date()
    figures, names = len(_FIGURE.findall(reply)), len(_NAME.findall(f"{asked} {reply}"))
    stated = len(find_told(asked, said_on))
    if len(asked) < _SMALL_TALK and not figures and not stated:
        return None
    weight = min(figures, 4) + min(names, 4) * 0.5 + stated * 3 + number * _NEWER
    text = f"{said_on:%d/%m/%Y}{' (voice note)' if is_spoken else ''}: «{_short(asked, _ASKED)}»"
    is_foreign = has_others_words(taint)
    told = f"{text} → {_short(reply, _REPLIED)}" if reply else text
    return SummaryLine(number, told, round(weight, 4), is_foreign, bool(taint) and not is_foreign)


def grow(lines: Iterable[SummaryLine], more: Iterable[SummaryLine], most: int = MOST_LINES) -> list[SummaryLine]:
    """The weightiest of both, in the order of their turns."""
    by_number = {line.number: line for line in chain(lines, more)}
    kept = sorted(by_number.values(), key=lambda line: (-line.weight, -line.number))[:most]
    return sorted(kept, key=lambda line: line.number)


def recall_summary(summary: KnownSummary | None, token_budget: int) -> list[ChatMessage]:
    """One line of the prompt with what fits, the newest first to be kept. An LLM's prose, where it fits, stands for the
    lines that it was written from; in those that anybody else's words came into it had no part."""
    if summary is None:
        return []
    beside = [line for line in summary.lines if line.number > summary.prose_up_to or line.is_foreign]
    return (summary.prose and _fit(summary.prose, beside, token_budget)) or _fit("", summary.lines, token_budget)


def _fit(prose: str, lines: Sequence[SummaryLine], token_budget: int) -> list[ChatMessage]:
    message: list[ChatMessage] = []
    for count in range(len(lines) + 1):
        candidate = _message(prose, lines[len(lines) - count :])
        if candidate and estimate_prompt(candidate) > token_budget:
            break
        message = candidate
    return message


def _origin(prose: str, lines: Sequence[SummaryLine]) -> Origin:
    """Prose may hold names that results of tools had."""
    if any(line.is_foreign for line in lines):
        return "third_party"
    return "tool" if prose or any(line.has_names for line in lines) else "person"


def _message(prose: str, shown: Sequence[SummaryLine]) -> list[ChatMessage]:
    body = [*([prose] if prose else []), *(f"- {line.text}" for line in shown)]
    if not body:
        return []
    origin = _origin(prose, shown)
    return [ChatMessage("user", "\n".join([_opening(prose), *body]) + "]", is_context=True, origin=origin)]


def _opening(prose: str) -> str:
    return f"{_OPENING}, {'in short' if prose else 'in words that were said then'}. {_FIGURES}"


def _weightiest(reply: str) -> str:
    """The sentence with most figures, the first of equals."""
    if not reply:
        return ""
    bounds = Sentences(reply)
    sentences = [reply[slice(*bounds.bounds(index))] for index in range(bounds.index(len(reply)) + 1)]
    flat = [_flat(sentence) for sentence in sentences if sentence.strip()]
    return max(flat, key=lambda sentence: len(_FIGURE.findall(sentence)), default="")


def _flat(text: str) -> str:
    return " ".join(_MARKS.sub("", text).split())


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
