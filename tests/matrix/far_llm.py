"""The LLM of the matrix: it never says the same twice, so whoever decides anew what was decided is seen to do so.

A reply names the messages it answers (`m1`), a number of its own (`nh`, in letters: nobody told it a figure) and the
receipt of what was written (`r3`).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from tests.standins.llm_wires import Asked, Says, Wish

TAG = re.compile(r"\bm\d+\b")
_MARK = re.compile(r"\binicio n([a-j]+) re((?: m\d+)+)(?: recibo (r\d+))?|\bfim n([a-j]+)")
_LETTERS = str.maketrans("0123456789", "abcdefghij")
_DIGITS = str.maketrans("abcdefghij", "0123456789")
_FILLER = "palavra " * 220  # longer than a WhatsApp message may be


@dataclass(frozen=True)
class Mark:
    """Where in a reply a part begins or ends; `answers` and `receipt` stand at the beginning."""

    kind: str
    number: int
    answers: tuple[str, ...] = ()
    receipt: str = ""


@dataclass(frozen=True)
class Call:
    """One request to the LLM: the messages it was about, the prompt, and the number of its reply, 0 for a tool call."""

    answers: tuple[str, ...]
    prompt: str
    number: int


@dataclass
class Oracle:
    """Decides what the stand-in LLM says. Who writes `anote` wants something written down, `longo` a long reply."""

    calls: list[Call] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def clear(self) -> None:
        self.calls.clear()

    def answer(self, asked: Asked) -> Says:
        tags = tags_of(asked.text)
        number = next(self._numbers)
        prompt = json.dumps(asked.body["messages"], ensure_ascii=False)
        if "anote" in asked.text and not asked.results and "write_down" in asked.tools:
            self.calls.append(Call(tags, prompt, 0))
            what = {"what": " ".join(tags), "thought": f"t{number}"}
            return Says(wishes=(Wish("look_up", {"what": f"t{number}"}), Wish("write_down", what)))
        receipts = [f"recibo {json.loads(result)['receipt']}" for result in asked.results if "receipt" in result]
        self.calls.append(Call(tags, prompt, number))
        name = name_of(number)
        begin = " ".join([f"inicio {name} re", *tags, *receipts])
        return Says("\n\n".join([begin, *([_FILLER] if "longo" in asked.text else []), f"fim {name}"]))


def name_of(number: int) -> str:
    """How a reply names its number."""
    return "n" + str(number).translate(_LETTERS)


def tags_of(text: str) -> tuple[str, ...]:
    """The messages named in a text, each once, in order."""
    return tuple(dict.fromkeys(TAG.findall(text)))


def marks_of(body: str) -> list[Mark]:
    """The marks in one accepted message, in order."""
    found = []
    for start, tags, receipt, end in _MARK.findall(body):
        number = int((start or end).translate(_DIGITS))
        found.append(Mark("inicio", number, tags_of(tags), receipt) if start else Mark("fim", number))
    return found


def calls_about(calls: Sequence[Call], tags: tuple[str, ...]) -> list[Call]:
    """The calls whose question named exactly these messages."""
    return [call for call in calls if call.answers == tags]
