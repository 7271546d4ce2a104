"""The last step of a chain: an answer rewritten for its channel, sent only if every figure came through unchanged.

Whatever goes wrong here costs nobody an answer: then the specialist's own words go out.
"""

import logging
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from agent.asking import Asking
from agent.base import ChatMessage, CompletionRequest, TurnInput
from agent.chain import Polish
from agent.grounding.claims import Claim
from agent.grounding.reading import find_claims
from agent.grounding.review import Review, Reviewed
from agent.providers.heard import Listener
from agent.spending import SpentUp
from agent.system_text import render_polish
from agent.toolbox import OpenToolbox
from models.errors import BudgetExceeded, ProviderError

_Mark = tuple[str, frozenset[Decimal | str]]
_MOST_TIMES_LONGER: Final = 3
_log = logging.getLogger("recado.polishing")


def is_polished(polish: Polish | None, turn: TurnInput) -> bool:
    """Whether what is answered there is rewritten, as far as one can know before. Pure."""
    if polish is None or polish.part.provider.engine == "offline":
        return False
    return polish.channels is None or turn.situation.channel in polish.channels


def rewrite(
    polish: Polish,
    turn: TurnInput,
    asking: Asking,
    review: Review,
    reviewed: Reviewed,
    tools: OpenToolbox,
    listener: Listener | None,
) -> tuple[Reviewed, str]:
    """What goes out, and why it is the specialist's own words, where it is."""
    request = CompletionRequest(
        llm=polish.part.llm,
        messages=build_polish_prompt(polish, turn, reviewed.text, is_tainted=bool(tools.taint)),
        situation=turn.situation,
        tool_choice="none",
    )
    calls, limit = asking.room(polish.part, request)
    if not calls and asking.standing is None:
        return reviewed, f"polish: {limit}"
    try:
        completion = asking.ask(polish.part, request, listener)
    except (ProviderError, BudgetExceeded, SpentUp) as error:
        kind = error.kind if isinstance(error, ProviderError) else error.limit
        _log.warning("an answer goes out unpolished: %s", kind)
        return reviewed, f"polish: {kind}"
    words = completion.text.strip()
    if completion.finish != "stop" or not words or len(words) > _MOST_TIMES_LONGER * len(reviewed.text) + 500:
        return reviewed, "polish: no reply"
    polished = review.settle(words, tools.uses)
    if polished.struck or not keeps_figures(reviewed.text, words):
        return reviewed, "polish: figures changed"
    return polished, ""


def build_polish_prompt(polish: Polish, turn: TurnInput, draft: str, *, is_tainted: bool) -> tuple[ChatMessage, ...]:
    """The rules, then the message and its reply as data, in which third-party words may stand. Pure."""
    system = render_polish(polish.brief, turn.company, turn.situation.channel)
    asked = f"[The message]\n{turn.text}\n\n[The reply to rewrite]\n{draft}"
    return (
        ChatMessage("system", system, origin="operator"),
        ChatMessage("user", asked, origin="third_party" if is_tainted else "person"),
    )


def keeps_figures(before: str, after: str) -> bool:
    """Whether both claim the same figures, codes and days; how often each is said does not count. A day may be left
    out, but none comes in. Pure."""
    old, new = find_claims(before), find_claims(after)
    return _are_among(new, old) and _are_among([claim for claim in old if claim.kind != "date"], new)


def _are_among(some: Sequence[Claim], others: Sequence[Claim]) -> bool:
    known = [_mark(claim) for claim in others]
    return all(any(kind == other and marks & found for other, found in known) for kind, marks in map(_mark, some))


def _mark(claim: Claim) -> _Mark:
    """What a figure is, however it is written: the ways to read its digits; else its text."""
    if claim.kind == "date":
        return claim.kind, frozenset(str(day) for day in claim.days)
    return claim.kind, frozenset(claim.values) or frozenset({claim.text.casefold()})
