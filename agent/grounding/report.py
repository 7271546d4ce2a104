"""What was found out about the figures of a reply, as it is stored with the run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from agent.base import Situation

Reason = Literal[
    "unknown", "other_name", "other_period", "other_unit", "other_direction", "wrong_weekday", "third_party"
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim. `operation` is how it follows from what stands at `paths`; an untraceable one has a `reason`."""

    text: str
    start: int
    end: int
    kind: str
    operation: str = ""
    paths: tuple[str, ...] = ()
    reason: Reason | Literal[""] = ""

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"text": self.text, "at": [self.start, self.end], "kind": self.kind}
        if self.reason:
            return told | {"reason": self.reason}
        return told | {"by": self.operation, "from": list(self.paths)}


@dataclass(frozen=True, slots=True)
class GroundingReport:
    """Of one draft."""

    findings: tuple[Finding, ...] = ()

    @property
    def untraceable(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.reason)

    def as_json(self) -> Mapping[str, Any]:
        return {"claims": [finding.as_json() for finding in self.findings], "untraceable": len(self.untraceable)}


def scope_of(person: Situation) -> dict[str, str | None]:
    """The rights under which an answer was given, as its report keeps them."""
    return {"role": person.role, "salesperson": person.salesperson, "customer": person.customer}
