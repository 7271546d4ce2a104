"""What is said in a run: every message bears a mark, and every reply the marks that it answers.

So it can be told from outside which message a reply answers, whether it came twice, and what the LLM had seen before.
"""

import json
import re
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Literal

from tests.chaos.orders import NAME
from tests.standins.llm_wires import Asked, Says, Wish

Errand = Literal["words", "read", "write", "long", "photo"]
PHRASE = "conversa sigilosa"  # in every message: no log line may hold it
PARAGRAPHS = 9  # of a long answer, which WhatsApp takes in several parts

_MARK = re.compile(r"zq\d+z")
_ANSWERED = re.compile(r"Resposta a ((?:zq\d+z ?)+)\.")
_EFFECT = re.compile(r"(zq\d+z)n(\d+)")
_PARAGRAPH = re.compile(r"(zq\d+z) item (\d+):")


def mark_of(number: int) -> str:
    return f"zq{number}z"


def text_of(number: int, errand: Errand) -> str:
    """The words of a message."""
    return f"{mark_of(number)} {errand}, {PHRASE}"


def marks_in(text: str) -> tuple[str, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(_MARK.findall(text)))


def marks_answered(reply: str) -> tuple[str, ...]:
    """The marks that a reply says it answers; none for our own fixed phrases."""
    found = _ANSWERED.search(reply)
    return tuple(found[1].split()) if found else ()


def effects_told(reply: str) -> dict[str, int]:
    """The number of the order that a reply names, by mark."""
    return {mark: int(number) for mark, number in _EFFECT.findall(reply)}


def paragraphs_in(reply: str) -> list[int]:
    """The numbers of a long answer's paragraphs, as they come."""
    return [int(number) for _, number in _PARAGRAPH.findall(reply)]


def answer(asked: Asked) -> Says:
    """First the tools that the errands need, then words that name every mark and every effect."""
    lines = [line for line in asked.text.splitlines() if marks_in(line)]
    if not asked.results:
        wishes = [Wish(NAME, {"what": marks_in(line)[0]}) for line in lines if " write" in line and NAME in asked.tools]
        if any(" read" in line for line in lines) and "sales_summary" in asked.tools:
            arguments = {"period": "mês passado", "metric": "revenue", "group_by": "none", "filters": None}
            wishes.append(Wish("sales_summary", arguments))
        if wishes:
            return Says(wishes=tuple(wishes))
    effects = [effect for result in asked.results if (effect := json.loads(result).get("effect"))]
    words = [f"Resposta a {' '.join(marks_in(asked.text))}.", *(f"Efeito {effect}." for effect in effects)]
    if any(" long" in line for line in lines):
        mark = marks_in(asked.text)[0]
        words += [f"{mark} item {number}: " + "palavra " * 40 for number in range(1, PARAGRAPHS + 1)]
    return Says("\n\n".join(words))


@dataclass(frozen=True)
class Call:
    """One request that the LLM got: the marks of the question, and those of each earlier answer in the prompt."""

    marks: tuple[str, ...]
    seen: tuple[tuple[str, ...], ...]
    at: float


class CallLog(deque[Asked]):
    """Takes the place of the stand-in's history: keeps what is judged, not whole prompts."""

    def __init__(self) -> None:
        super().__init__(maxlen=1)
        self.calls: list[Call] = []
        self._lock = threading.Lock()

    def append(self, asked: Asked) -> None:
        lines = [line for line in asked.body["messages"] if line["role"] == "assistant" and line.get("content")]
        seen = tuple(marks for line in lines if (marks := marks_answered(line["content"])))
        with self._lock:
            self.calls.append(Call(marks_in(asked.text), seen, time.time()))
