"""What becomes of a draft with untraceable figures: sent back once with the reason, then sent without them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from agent.base import ChatMessage, ToolUse, TurnInput
from agent.grounding.catalogued import set_names_aside
from agent.grounding.evidence import Evidence, gather_evidence
from agent.grounding.report import Finding, GroundingReport, Reason, scope_of
from agent.grounding.striking import strike
from agent.grounding.tracing import check
from agent.phrases import phrase
from models.language import Language, guess_language

_MOST_NAMED: Final = 20
_ROUNDS: Final = 3  # what is left may have rested on what was taken out
_REASONS: Final[dict[Reason, str]] = {
    "unknown": "in no tool result, nor said by the person",
    "other_name": "belongs to somebody or something else than the name beside it",
    "other_period": "belongs to another period than the one beside it",
    "other_unit": "is of another unit or currency",
    "other_direction": "goes the other way than you say",
    "third_party": "only a third party's words tell it: say in the same sentence whose they are",
    "wrong_weekday": "that day is another day of the week",
}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """`text` may go out; `struck` is what it had to leave behind."""

    text: str
    report: GroundingReport
    struck: tuple[str, ...] = ()
    sent_back: tuple[str, ...] = ()
    scope: Mapping[str, str | None] = field(default_factory=dict)  # the rights under which the tools were asked

    def as_json(self) -> Mapping[str, Any]:
        told = {**self.report.as_json(), "scope": dict(self.scope)}
        if self.struck:
            told["struck"] = list(self.struck)
        if self.sent_back:
            told["sent_back"] = list(self.sent_back)
        return told


@dataclass(slots=True)
class Review:
    """Of one run's drafts."""

    turn: TurnInput
    names: Callable[[], Sequence[str]] = tuple  # of the catalogue; asked for only where something is suspected
    draft: str = ""  # that was sent back: better than nothing, where no other comes
    _sent_back: list[str] = field(default_factory=list)
    _near: Evidence | None = None  # of the tool calls made so far, and the question
    _whole: Evidence | None = None  # of the conversation too
    _latest: tuple[str, int, GroundingReport] | None = None  # most drafts are looked at twice, and go out as they are

    def object_to(self, draft: str, tools: Sequence[ToolUse]) -> ChatMessage | None:
        """What the LLM is to be told of its draft; None if it may go out, or was sent back before."""
        if self._sent_back or not draft.strip():
            return None
        findings = self._check(draft, tools).untraceable
        if not findings:
            return None
        self.draft = draft
        self._sent_back = [finding.text for finding in findings]
        return ChatMessage("user", _objection(findings), is_context=True)

    def settle(self, draft: str, tools: Sequence[ToolUse]) -> Reviewed:
        """The reply that goes out: without the sentences and list items that hold what cannot be traced, and saying
        so."""
        report, text, struck = self._check(draft, tools), draft, list[str]()
        sent_back = tuple(self._sent_back)
        if not report.untraceable:
            return Reviewed(draft, report, sent_back=sent_back, scope=scope_of(self.turn.situation))
        latest = report
        for _ in range(_ROUNDS):
            struck += [finding.text for finding in latest.untraceable]
            text = strike(text, latest.untraceable)
            latest = self._check(text, tools)
            if not latest.untraceable:
                break
        else:
            text = ""
        language = self._language(draft)
        note = phrase("figure_left_out" if text else "figures_unknown", language)
        words, scope = f"{text}\n\n{note}" if text else note, scope_of(self.turn.situation)
        return Reviewed(words, report, tuple(struck), sent_back, scope)

    def _check(self, draft: str, tools: Sequence[ToolUse]) -> GroundingReport:
        """Most drafts rest on what was just looked up; a long conversation is read only for the others."""
        if self._latest is not None and self._latest[:2] == (draft, len(tools)):
            return self._latest[2]
        is_spanish = self._language(draft) == "es"
        if self._near is None or self._near.results != len(tools):
            self._near, self._whole = gather_evidence(self.turn, tools, with_history=False), None
        report = check(draft, self._near, is_spanish=is_spanish)
        if report.untraceable and self.turn.history:
            self._whole = self._whole or gather_evidence(self.turn, tools)
            report = check(draft, self._whole, is_spanish=is_spanish)
        if report.untraceable:
            report = set_names_aside(report, draft, self.names())
        self._latest = draft, len(tools), report
        return report

    def _language(self, draft: str) -> Language:
        return self.turn.situation.language or guess_language(self.turn.text or draft)


def _objection(findings: Sequence[Finding]) -> str:
    named = "\n".join(f'- "{one.text}": {_REASONS[one.reason or "unknown"]}' for one in findings[:_MOST_NAMED])
    return (
        "[Check before sending, not written by the person] Your answer was not sent. These figures cannot be traced "
        f"to the tool results of this turn:\n{named}\n"
        "Write the whole answer again, in the same language, with figures from tool results only. Call a tool if one "
        "is missing. Leave out what no tool tells, and say that you do not know it. Do not mention this check."
    )
