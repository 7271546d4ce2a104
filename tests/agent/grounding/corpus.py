"""The corpus: realistic replies, true and fabricated, each with what the tools said."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from agent.base import ChatMessage, Situation, ToolUse, TurnInput
from agent.grounding.catalogued import set_names_aside
from agent.grounding.evidence import Evidence, gather_evidence
from agent.grounding.report import GroundingReport
from agent.grounding.tracing import check
from models.ids import new_id

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Specimen:
    """`fabricated` says in what way the reply is false, and `at` where; `part` is the set it came with.

    The code was tuned on the open set, and had not seen the others when they were first measured: docs/grounding.md.
    """

    id: str
    scene: str
    language: str
    reply: str
    part: str
    fabricated: str = ""
    at: tuple[int, int] = (0, 0)

    def report(self) -> GroundingReport:
        scene = scenes()[self.scene]
        report = check(self.reply, evidence_of(scene), is_spanish=self.language == "es")
        return set_names_aside(report, self.reply, scene.get("names", ()))  # of the catalogue, as a review knows them

    def is_caught(self) -> bool:
        """Whether something is untraceable in the lines that were falsified."""
        first = self.reply.rfind("\n", 0, self.at[0]) + 1
        last = self.reply.find("\n", self.at[1])
        last = len(self.reply) if last < 0 else last
        return any(finding.start < last and first < finding.end for finding in self.report().untraceable)


@cache
def scenes() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_HERE / "evidence.json").read_text(encoding="utf-8"))
    return found


@cache
def specimens() -> tuple[Specimen, ...]:
    lines = [json.loads(line) for line in (_HERE / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    return tuple(
        Specimen(
            line["id"],
            line["scene"],
            line["language"],
            line["reply"],
            line["part"],
            line.get("fabricated", ""),
            tuple(line.get("at", (0, 0))),
        )
        for line in lines
    )


def turn_of(scene: dict[str, Any]) -> TurnInput:
    history = [
        ChatMessage(line["role"], line["content"], origin=line.get("origin", "person")) for line in scene["history"]
    ]
    person = scene.get("person", {"role": "manager", "person_name": "Marta"})
    situation = Situation(date.fromisoformat(scene["today"]), **person)
    zone = "America/Sao_Paulo"
    return TurnInput(new_id(), scene["question"], history, situation, zone, "Aurora Distribuidora")


def evidence_of(scene: dict[str, Any]) -> Evidence:
    uses = [
        ToolUse(use["name"], use["arguments"], use["result"], use.get("ok", True), use.get("is_foreign", False))
        for use in scene["tools"]
    ]
    return gather_evidence(turn_of(scene), uses)
