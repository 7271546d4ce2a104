"""What an examination finds, line by line."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`cure` says what to do when the state is not "ok". Neither text ever holds a secret."""

    subject: str
    state: State
    words: str
    cure: str = ""


def well(subject: str, words: str) -> Finding:
    return Finding(subject, "ok", words)


def doubtful(subject: str, words: str, cure: str) -> Finding:
    return Finding(subject, "warn", words, cure)


def broken(subject: str, words: str, cure: str) -> Finding:
    return Finding(subject, "fail", words, cure)
