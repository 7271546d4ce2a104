"""The recorded retrieval set: 309 Portuguese passages, 452 questions with the passages that answer them."""

import json
import random
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.knowledge.chunk import Chunk

RECORDING = Path(__file__).resolve().parents[3] / "shared/recordings/retrieval/pira-pt.jsonl"
_MISTYPED = 0.35  # of the words over five letters


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    relevant: frozenset[int]


def read_recording() -> tuple[list[Chunk], list[Question]]:
    rows = [json.loads(line) for line in RECORDING.read_text(encoding="utf-8").splitlines()]
    passages = [Chunk(row["text"], row["text"], given_id=row["id"]) for row in rows if row["kind"] == "passage"]
    questions = [Question(row["text"], frozenset(row["relevant"])) for row in rows if row["kind"] == "question"]
    return passages, questions


def recall(found: Callable[[str], Sequence[object]], questions: Sequence[Question]) -> float:
    """The share of the relevant passages among those found, as a mean over the questions."""
    shares = [len(q.relevant.intersection(found(q.text))) / len(q.relevant) for q in questions]  # type: ignore[arg-type]
    return sum(shares) / len(shares)


def mistyped(questions: Sequence[Question], seed: int) -> list[Question]:
    """Without accents and capitals, and with a wrong letter in a third of the longer words."""
    dice = random.Random(seed)
    return [Question(" ".join(_mistype(word, dice) for word in _fold(q.text).split()), q.relevant) for q in questions]


def _fold(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(char))


def _mistype(word: str, dice: random.Random) -> str:
    if len(word) <= 5 or dice.random() > _MISTYPED:
        return word
    at = dice.randrange(1, len(word) - 2)
    ways = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + dice.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :],
    )
    return dice.choice(ways)
