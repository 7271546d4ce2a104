"""The questions of an evaluation, and the tool calls that answer each."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from models.errors import ConfigurationError
from models.yaml_document import spell_mistakes

DAY = date(2026, 11, 18)  # that the shipped questions are asked on, and that the demo company is pinned to
SHIPPED = Path(__file__).with_name("questions.jsonl")


class ExpectedCall(BaseModel):
    """`arguments` as the tool resolves them; a period is written start/end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    arguments: dict[str, Any]


class Question(BaseModel):
    """Answered by all of `calls`, or all of `or_else`; without calls no tool may answer, and no figure may be given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: str
    text: str
    calls: tuple[ExpectedCall, ...] = ()
    or_else: tuple[ExpectedCall, ...] = ()

    @model_validator(mode="after")
    def _alternative_needs_calls(self) -> "Question":
        if self.or_else and not self.calls:
            raise ValueError("or_else stands beside calls")
        return self


def read_questions(path: Path = SHIPPED) -> list[Question]:
    """One from each line of JSON that is not empty. Raises ConfigurationError."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"--questions: {path} cannot be read ({error})") from None
    questions = [_read_question(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not questions:
        raise ConfigurationError(f"--questions: {path} holds no question")
    return questions


def _read_question(path: Path, number: int, line: str) -> Question:
    try:
        return Question.model_validate_json(line)
    except ValidationError as error:
        raise ConfigurationError(f"--questions: {path}, line {number}: {spell_mistakes(error)}") from None


def choose(questions: Sequence[Question], only: Sequence[str], limit: int | None) -> list[Question]:
    """Those whose kind or id is named (all without names), at most `limit`, spread over the whole."""
    chosen = [one for one in questions if not only or one.kind in only or one.id in only]
    if limit is None or limit >= len(chosen):
        return chosen
    return [chosen[n * len(chosen) // limit] for n in range(limit)]
