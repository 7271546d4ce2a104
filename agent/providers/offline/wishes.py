"""The plainest wishes for a note or a task: an order at the very beginning, a customer, the words, a day. Pure.

Whatever is not just so is no wish, and is read as a question like everything else.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from agent.periods.coming import find_coming_day
from agent.periods.words import Token, tokens_of
from agent.providers.offline.names import NameHit, Names
from agent.providers.offline.phrasing import phrase
from agent.providers.offline.plan import Step, View
from agent.providers.offline.wording import say
from models.language import Language

_POLITE: Final = r"\s*(?:por favor|please)?,?\s*"
_NOTE: Final = re.compile(
    _POLITE + r"(?:anot[ae](?:\s+a[ií])?|registr[ae]|apunt[ae]|note|(?:make|add) a note)"
    r"\s+(?:na|no|em|pr[ao]|para|sobre|en|on|for|about)\s+(?:[oa]\s+|el\s+|la\s+|the\s+)?(?:cliente\s+|customer\s+)?"
    r"(?P<customer>[^:;\n]{2,80}?)(?:\s*:\s*|,?\s+(?:que|that)\s+)(?P<text>\S.{2,1500})",
    re.IGNORECASE | re.DOTALL,
)
_TASK: Final = re.compile(
    _POLITE
    + r"(?:me lembr[ae]|lembr[ae]-me|recu[eé]rdame|remind me|cri[ae] uma tarefa|crea una tarea|(?:create|add) a task)"
    r"\s*(?::|\b(?:de|para|pra|to|que)\b)?\s+(?P<text>\S.{2,300})",
    re.IGNORECASE,
)
_EDGES: Final = " ,.;:!-–"
_LOOSE_END: Final = re.compile(r"[\s,;]+(?:para|pra|no|na|em|en|on|el|for)$", re.IGNORECASE)


def read_wish(text: str, names: Names, today: date) -> Step | None:
    """The call that would fulfil it; who and what is resolved by the tool, within what the person may see."""
    if "?" in text:
        return None
    if (found := _NOTE.fullmatch(text.strip())) is not None:
        return Step("crm_note", {"customer": found["customer"].strip(_EDGES), "text": found["text"].strip()})
    found = _TASK.fullmatch(text.strip())
    return None if found is None else _read_task(found["text"], names, today)


def _read_task(text: str, names: Names, today: date) -> Step | None:
    """One customer, and a day to come at the end, or it is none."""
    found = find_coming_day(text, today)
    if found is None:
        return None
    day, begin = found
    words = _LOOSE_END.sub("", text[:begin].strip(_EDGES))
    tokens = tokens_of(words)
    hits = [hit for hit in names.find(tokens) if all(entry.kind == "customer" for entry in hit.candidates)]
    if len(hits) != 1:
        return None
    hit = hits[0]
    written = words[tokens[hit.first].start : tokens[hit.last].end]
    named = _whole_name(words, tokens, hit)
    customer = hit.candidates[0].name if len(hit.candidates) == 1 and named == written else named
    return Step("crm_task", {"customer": customer, "text": words, "due": day.isoformat()})


def _whole_name(words: str, tokens: Sequence[Token], hit: NameHit) -> str:
    """With the capitalised words right beside it: "Mercado Central" is not the "Mercearia Central"."""
    first, last = hit.first, hit.last
    while first > 1 and words[tokens[first - 1].start].isupper():
        first -= 1
    while last + 1 < len(tokens) and words[tokens[last + 1].start].isupper():
        last += 1
    return words[tokens[first].start : tokens[last].end]


def answer_wish(step: Step, result: Mapping[str, Any], language: Language) -> str:
    """What is said above the change that code shows, or why there is none."""
    if result.get("ok"):
        return say("prepared", language)
    error = result.get("error")
    code = error.get("code") if isinstance(error, Mapping) else None
    if code in ("unknown_name", "ambiguous_name"):
        return phrase(step.tool, result, step.arguments, View(), language)
    return say("not_prepared", language)
