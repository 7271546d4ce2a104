"""What stands in results about a company's own records: figures and fixed words are ours, a name is a name, and what
could be read as a sentence may be anybody's. Pure.

A customer may have typed his own name. This is no search for attacks: `agent.policy` holds whatever is let through
here, since a name closes what would reach outside unasked, and every change is shown to the person.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from agent.base import ToolResult
from agent.links import find_links, without_unseen
from agent.tools.crm.fields import FREE_TEXT
from agent.tools.names import fold
from models.taint import Taint

_LONGEST_NAME: Final = 80  # characters
_MOST_WORDS: Final = 12
_FIGURE: Final = re.compile(r"[\d.,:/%+ TZ-]*\d[\d.,:/%+ TZ-]*")
_NAME: Final = re.compile(r"[\w .,'’&/()ºª°+%#:–-]*")
_SENTENCE_ENDS: Final = re.compile(r"[^\W\d_]{5,}\.\s+[^\W\d_]")  # behind a word too long to be cut short, as in Ltda.
# What nobody is called, and whoever gives orders to an assistant hardly does without.
_ORDER_WORDS: Final = """
ignore ignora ignorar ignorem esqueca esquecer desconsidere forget disregard instrucao instrucoes instruction prompt
instructions instruccion instrucciones chame execute responda envie mande mostre diga repita revele anote registre
apague transfira confirme confirmo obedeca obedece reply answer reveal repeat send delete transfer obey olvida llame
ejecute envia revela borra anota confirma
"""
_ORDERS: Final = frozenset(_ORDER_WORDS.split())
# Under these keys results hold our own words, those of the source's file, or names of the company's own staff.
_OUR_KEYS: Final = """
source as_of period period_a period_b metric unit group_by of status currency bulletin salesperson stage truncated
"""
_OURS: Final = frozenset(_OUR_KEYS.split())
# What stands here is keyed by the company's dimensions, and a file may call one "source": ours are only those whose
# names `models.sales.words.RESERVED` keeps from every file.
_BY_DIMENSION: Final = frozenset({"details", "filters"})
_OURS_AMONG_DIMENSIONS: Final = frozenset({"salesperson", "status"})
_ASKED_BACK: Final = ("candidates", "suggestions")  # what a refusal quotes out of the records


def taint_of_records(result: ToolResult) -> frozenset[Taint]:
    """Whose words a result of a tool over the company's own records carries."""
    error = result.content.get("error")
    if result.ok or not isinstance(error, Mapping):
        return judge_texts(_texts(result.content))
    return judge_texts(_texts([error.get(key) for key in _ASKED_BACK]))


def taint_of_change(result: ToolResult) -> frozenset[Taint]:
    """Of a change that was proposed: what the tool itself put in, out of the records it would change."""
    if not result.ok:
        return taint_of_records(result)
    stood = result.arguments.get("before") or {}
    before = {name: stood[name] for name in stood if name not in FREE_TEXT}
    found = [result.arguments.get("customer"), result.arguments.get("deal"), before]
    return judge_texts(_texts(found))


def judge_texts(texts: Iterable[str]) -> frozenset[Taint]:
    """`tool` where one of them could be a sentence, `names` where there are names."""
    strange = [text for text in texts if not is_figure(text)]
    if not strange:
        return frozenset()
    return frozenset({"names"}) if all(map(is_name, strange)) else frozenset({"names", "tool"})


def is_figure(text: str) -> bool:
    """A number, a date, a time; empty text as well."""
    return not text.strip() or _FIGURE.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Short, on one line, of letters, digits and the marks that names have; no sentence, no address, no order."""
    if len(text) > _LONGEST_NAME or not _NAME.fullmatch(text) or "_" in text or without_unseen(text) != text:
        return False
    words = fold(text).split()
    is_short = len(words) <= _MOST_WORDS and not _SENTENCE_ENDS.search(text)
    return is_short and _ORDERS.isdisjoint(words) and not find_links(text)


def _texts(node: Any, ours: frozenset[str] = _OURS) -> Iterator[str]:
    """Every text but what stands under keys of ours."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key not in ours:
                yield from _texts(value, _OURS_AMONG_DIMENSIONS if key in _BY_DIMENSION else ours)
    elif isinstance(node, list | tuple):
        for entry in node:
            yield from _texts(entry, ours)
