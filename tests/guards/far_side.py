"""The far side of the small world: a platform, a shop and an LLM, each with a history of its own to judge by.

Nothing here knows the database. The platform takes no key, lists with a lag, and answers as it was told to.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Literal
from uuid import UUID

from agent.base import Completion, CompletionRequest, Cost, EngineKind, Tool, ToolContext, ToolResult, ToolSpec, Usage
from channels.base import Account, Capabilities, InboundRequest
from models.errors import ProviderError
from models.faultpoint import faultpoint
from models.inbound import InboundMessage, Receipt
from models.reply import (
    Absent,
    Accepted,
    OutboundPart,
    ReconcileOutcome,
    Rejected,
    RenderedPart,
    Reply,
    SendOutcome,
    Unknown,
)
from tests.fakes import FixedClock, wish

# What the platform does with a send. "kept" and "lost" both leave us in doubt: it has the part, or it has not.
Fate = Literal["accept", "kept", "lost", "later", "never"]
MESSAGE = re.compile(r"\bm\d+\b")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A part as the platform took it, at `at` by the world's clock."""

    sid: str
    part: OutboundPart
    at: float


@dataclass
class Platform:
    """Where replies arrive. `lag` seconds pass before its listing shows one; `misses` listings show nothing at all."""

    clock: FixedClock
    arrivals: list[Arrival] = field(default_factory=list)
    refused: dict[UUID, int] = field(default_factory=dict)  # for good, by turn: how many parts had arrived before
    fates: list[Fate] = field(default_factory=list)  # one a send, then everything is accepted
    lag: float = 0.0
    misses: int = 0
    is_blind: bool = False  # cannot say what it has

    def take(self, part: OutboundPart) -> SendOutcome:
        fate = self.fates.pop(0) if self.fates else "accept"
        faultpoint("platform.asked")
        if fate == "later":
            return Rejected("429", "slow down", permanent=False)
        if fate == "never":
            self.refused.setdefault(part.turn_id, len(self.arrivals))
            return Rejected("21211", "no such number", permanent=True)
        if fate == "lost":
            return Unknown("the connection broke")
        arrival = Arrival(f"SM{len(self.arrivals)}", part, self.clock.monotonic())
        self.arrivals.append(arrival)
        faultpoint("platform.accepted")
        return Accepted(arrival.sid) if fate == "accept" else Unknown("no answer in time")

    def find(self, part: OutboundPart) -> ReconcileOutcome:
        """By address and words since the attempt, as Twilio's listing is searched."""
        if self.is_blind:
            return Unknown("no listing today")
        if self.misses:
            self.misses -= 1
            return Absent()
        assert part.attempted_at is not None, "nobody asks for what was never tried"
        oldest = (datetime.now(UTC) - part.attempted_at + timedelta(seconds=5)).total_seconds()
        for arrival in self.arrivals:
            age = self.clock.monotonic() - arrival.at
            same = (arrival.part.to, arrival.part.body) == (part.to, part.body)
            if same and self.lag <= age <= oldest and arrival.sid not in part.taken:
                return Accepted(arrival.sid)
        return Absent()


@dataclass
class FarChannel:
    """The adapter to that platform. Its webhooks are JSON: messages, or receipts by part."""

    name: ClassVar[str] = "fake"
    capabilities: ClassVar[Capabilities] = Capabilities(400, "plain", "push", coalesces=True)
    platform: Platform
    account: Account = field(default_factory=lambda: Account("fake", "default"))

    def verify(self, request: InboundRequest) -> None:
        """Everybody is welcome."""

    def parse(self, request: InboundRequest) -> Sequence[InboundMessage | Receipt]:
        item = json.loads(request.body)
        if "status" in item:
            return [Receipt(item["status"], item["sid"], UUID(item["part"]))]
        return [InboundMessage(item["id"], item["from"], item["text"])]

    def render(self, reply: Reply) -> list[RenderedPart]:
        return [RenderedPart(words) for words in reply.text.split("|")]

    def send(self, part: OutboundPart) -> SendOutcome:
        return self.platform.take(part)

    def reconcile(self, part: OutboundPart) -> ReconcileOutcome:
        return self.platform.find(part)


@dataclass(frozen=True, slots=True)
class Order:
    """What the shop did: `asked` are the messages that asked for it."""

    key: str
    asked: tuple[str, ...]
    amount: int


@dataclass
class Shop:
    """The far side of the tool that writes: the same key takes effect once, and tells what it told before."""

    orders: list[Order] = field(default_factory=list)
    calls: list[tuple[str, ...]] = field(default_factory=list)

    def tool(self) -> Tool:
        spec = ToolSpec("order", "Orders.", {"type": "object", "properties": {}})
        return Tool(spec, "external_write", frozenset({"manager"}), self._order)

    def _order(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        asked = tuple(arguments["asked"])
        self.calls.append(asked)
        known = [order for order in self.orders if context.key and order.key == context.key]
        if not known:
            known = [Order(context.key, asked, int(arguments["amount"]))]
            self.orders += known
        faultpoint("shop.ordered")
        return ToolResult(True, {"amount": known[0].amount}, arguments)


@dataclass(frozen=True, slots=True)
class Call:
    """An LLM call that was answered, and so paid: for which messages, which step, and what was remembered then."""

    asked: tuple[str, ...]
    step: int
    remembered: str


@dataclass
class Scribe:
    """An LLM that never says the same twice. It orders where the question says "buy", and says what the tool said.

    `failures` are raised one a call; `deadly` kills whoever asks about those messages.
    """

    name: str = "scribe"
    engine: EngineKind = "llm"
    sees: bool = False
    calls: list[Call] = field(default_factory=list)
    failures: list[ProviderError] = field(default_factory=list)
    is_terse: bool = False  # the same words every time, to every question

    def stream(self, request: CompletionRequest) -> Iterator[str | Completion]:
        completion = self.complete(request)
        yield completion.text
        yield completion

    def complete(self, request: CompletionRequest) -> Completion:
        faultpoint("llm.asked")
        if self.failures:
            raise self.failures.pop(0)
        question = [line for line in request.messages if line.role == "user"][-1].content
        results = [line.content for line in request.messages if line.role == "tool"]
        asked = tuple(MESSAGE.findall(question))
        said = " ".join(line.content for line in request.messages if line.role == "assistant")
        self.calls.append(Call(asked, len(results), said))
        faultpoint("llm.paid")
        number = len(self.calls)
        if "buy" in question and not results and request.tool_choice != "none":
            return wish("order", amount=number, asked=list(asked))
        if self.is_terse:
            return Completion("ok", usage=Usage(10, 5), llm="scribe-1")
        bought = f" bought={json.loads(results[-1])['amount']}" if results else ""
        about = " ".join(asked)
        words = f"first {about}{bought} n{number}|second {about} n{number}"
        return Completion(words, usage=Usage(10, 5), llm="scribe-1")

    def price(self, completion: Completion, llm: str) -> Cost:
        return Cost(Decimal("0.001"), "price_table")

    def preload(self) -> None:
        """Nothing to load."""

    def close(self) -> None:
        """Nothing to close."""
