"""Fakes of our own protocols: a channel whose far end is a list, a provider that follows a script, a clock to set."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from agent.agent import Agent
from agent.base import Completion, CompletionRequest, Cost, EngineKind, PersonRole, Tool, ToolCall, Usage
from agent.policy import Verdict
from agent.spec.agent_spec import AgentSpec, QuietWindowSpec
from agent.spec.llm import LlmSpec
from channels.base import Account, Capabilities, FetchedMedia, InboundRequest
from jobs.agents import Terms
from models.inbound import InboundMedia, InboundMessage, Receipt
from models.reply import Absent, Accepted, OutboundPart, ReconcileOutcome, RenderedPart, Reply, SendOutcome
from models.tenant import AccountKey


class FixedClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = datetime(2026, 3, 2, 12, tzinfo=UTC)) -> None:
        self._now = now
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def today(self, timezone: str) -> date:
        return self._now.astimezone(ZoneInfo(timezone)).date()

    def move(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def set_by(self, seconds: float) -> None:
        """Somebody corrects the machine's clock: no time passes."""
        self._now += timedelta(seconds=seconds)


class Killed(BaseException):
    """A process dying: nothing in the program may catch it."""


_COALESCING = Capabilities(max_text=40, markup="plain", delivery="push", coalesces=True)


@dataclass
class FakeChannel:
    """Sends into `sent`; `outcomes` are played one per send (or reconciliation), then everything is accepted."""

    name: ClassVar[str] = "fake"
    capabilities: Capabilities = _COALESCING  # type: ignore[misc]  # a ClassVar in the protocol, varied by tests
    account: Account = field(default_factory=lambda: Account("fake", "default"))
    sent: list[OutboundPart] = field(default_factory=list)
    outcomes: list[SendOutcome | BaseException] = field(default_factory=list)
    findings: list[ReconcileOutcome | BaseException] = field(default_factory=list)
    asked: list[OutboundPart] = field(default_factory=list)
    rendered: list[Reply] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    files: list[FetchedMedia | BaseException] = field(default_factory=list)  # one per fetch
    template: str = ""  # what `as_template` says instead; empty: there is none

    def verify(self, request: InboundRequest) -> None:
        """Everybody is welcome."""

    def parse(self, request: InboundRequest) -> Sequence[InboundMessage | Receipt]:
        return []

    def render(self, reply: Reply) -> list[RenderedPart]:
        self.rendered.append(reply)
        return [RenderedPart(line) for line in reply.text.split("|")]

    def send(self, part: OutboundPart) -> SendOutcome:
        outcome = self.outcomes.pop(0) if self.outcomes else Accepted(f"id-{len(self.sent)}")
        if isinstance(outcome, Accepted | BaseException):
            self.sent.append(part)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def reconcile(self, part: OutboundPart) -> ReconcileOutcome:
        self.asked.append(part)
        finding = self.findings.pop(0) if self.findings else Absent()
        if isinstance(finding, BaseException):
            raise finding
        return finding


@dataclass
class FullFakeChannel(FakeChannel):
    """The fake with what only some channels can: files, typing, templates."""

    def fetch(self, media: InboundMedia) -> FetchedMedia:
        found = self.files.pop(0)
        if isinstance(found, BaseException):
            raise found
        return found

    def show_typing(self, external_id: str) -> None:
        self.typed.append(external_id)

    def needs_template(self, error_code: str) -> bool:
        return error_code == "63016"

    def as_template(self, part: OutboundPart) -> OutboundPart | None:
        if part.extra.get("template"):
            return part
        return replace(part, body=self.template, extra={"template": True}) if self.template else None


Step = str | Completion | BaseException | Callable[[CompletionRequest], Completion]


@dataclass
class ScriptedProvider:
    """Plays its script, one entry per call; words become an answer, and an empty script echoes the question."""

    script: list[Step] = field(default_factory=list)
    requests: list[CompletionRequest] = field(default_factory=list)
    name: str = "scripted"
    engine: EngineKind = "llm"
    sees: bool = False

    def complete(self, request: CompletionRequest) -> Completion:
        self.requests.append(request)
        step = self.script.pop(0) if self.script else f"echo: {request.messages[-1].content}"
        if isinstance(step, BaseException):
            raise step
        if callable(step):
            return step(request)
        return Completion(step, usage=Usage(10, 5), llm="scripted-1") if isinstance(step, str) else step

    def stream(self, request: CompletionRequest) -> Iterator[str | Completion]:
        """Word by word."""
        completion = self.complete(request)
        yield from re.findall(r"\S+\s*|\s+", completion.text)
        yield completion

    def price(self, completion: Completion, llm: str) -> Cost:
        return Cost(Decimal("0.001"), "price_table")

    def preload(self) -> None:
        """Nothing to load."""

    def close(self) -> None:
        """Nothing to close."""


def allow_all(tool: Tool, is_tainted: bool, role: PersonRole) -> Verdict:
    """A policy for tests of what tools do once they may."""
    return "allow"


def wish(name: str, call_id: str = "call00001", **arguments: object) -> Completion:
    """A completion that asks for one tool."""
    call = ToolCall(call_id, name, arguments)
    return Completion("", tool_calls=(call,), finish="tool_calls", usage=Usage(10, 5), llm="scripted-1")


class OneAgent:
    """The same agent for every account, as if the environment described it; nobody need be quiet for it."""

    def __init__(self, agent: Agent, *, quiet: float = 0.0, quiet_longest: float = 0.0, **spec: Any) -> None:
        self.agent = agent
        window = QuietWindowSpec(seconds=quiet, longest_seconds=quiet_longest)
        llm = LlmSpec(provider=agent.provider.name, model=agent.llm)
        self.spec = AgentSpec(**{"agent": "default", "llm": llm, "quiet_window": window, **spec})

    def find_terms(self, connection: Connection, account: AccountKey, version_id: UUID | None) -> Terms:
        return Terms(version_id, self.spec, tuple(link.address for link in self.agent.links))

    @contextmanager
    def at_work(self, terms: Terms) -> Iterator[Agent]:
        yield self.agent
