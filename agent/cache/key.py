"""The key of an answer: two questions share one only if nothing that the answer hangs on differs. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from agent.base import Language, Situation
from agent.cache.canonical import CanonicalQuestion

_GENERATION = 1  # raise it when the canonical spelling changes


@dataclass(frozen=True, slots=True)
class AnswerScope:
    """For whom an answer was given, by whom, and over which state of the data.

    `agent` names the agent's version with its content; `tools` are those that this person has here; `versions` are the
    states of all sources that they may read.
    """

    tenant_id: UUID
    company: str
    timezone: str
    situation: Situation
    language: Language
    agent: str
    tools: tuple[str, ...]
    versions: Mapping[str, str]


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
        "versions": dict(scope.versions),
        "question": asdict(question),
    }
    written = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(written.encode()).hexdigest()
