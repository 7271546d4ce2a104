"""The key of an answer: two questions share one only if nothing that the answer hangs on differs, but for the data that
it was read from. Pure."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from agent.base import Situation
from agent.cache.canonical import CanonicalQuestion
from models.language import Language

_GENERATION = 3  # raise it when the canonical spelling changes


@dataclass(frozen=True, slots=True)
class AnswerScope:
    """For whom an answer was given, and by whom.

    `agent` names the agent's version with its content; `tools` are those that this person has here.
    """

    tenant_id: UUID
    company: str
    timezone: str
    situation: Situation
    language: Language
    agent: str
    tools: tuple[str, ...]


def answer_key(scope: AnswerScope, question: CanonicalQuestion) -> str:
    """Hexadecimal. The day is the tenant's own, so that "ontem" never means two days."""
    who = scope.situation
    parts: dict[str, Any] = {
        "generation": _GENERATION,
        "tenant": str(scope.tenant_id),
        "company": scope.company,
        "timezone": scope.timezone,
        "today": who.today.isoformat(),
        "who": [who.role, who.person_name, who.salesperson, who.customer],
        "language": [scope.language, who.language],
        "agent": scope.agent,
        "tools": sorted(scope.tools),
        "question": asdict(question),
    }
    written = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(written.encode()).hexdigest()
