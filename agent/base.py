"""The nouns of the assistant, and the protocols that providers and tools keep to (the journal's is `agent.journal`). It
must not know SQL, channels or the queue: what the loop needs from them arrives as these protocols."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, Protocol
from uuid import UUID

from agent.writing import Writing
from models.language import Language
from models.taint import Taint

MessageRole = Literal["system", "user", "assistant", "tool"]
PersonRole = Literal["rep", "manager", "customer", "unknown"]
FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]
Effect = Literal["read", "write", "external_write"]
Label = Literal["private", "untrusted", "sink"]  # reads what is not public; results by third parties; data leaves by it
# Whose words a line is, from the most trusted to the least; only those of the last two may be anybody's.
Origin = Literal["operator", "assistant", "person", "tool", "outsider", "third_party"]
EngineKind = Literal["llm", "offline"]
CostSource = Literal["provider_reported", "price_table", "override", "local_zero", "estimated", "unknown"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A wish of the LLM. `arguments` is None when the vendor sent something that is no JSON object: never run that."""

    id: str
    name: str
    arguments: Mapping[str, Any] | None
    raw_arguments: str = ""


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture in a prompt; `content_type` is what its bytes are."""

    content: bytes = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A line of a prompt. `provider_state` is opaque and goes back, byte for byte, only to who made it."""

    role: MessageRole
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""  # on a tool's line: the call it answers
    at: datetime | None = None
    is_context: bool = False  # on a user's line: data around the question, not the person's own words now
    provider: str = ""  # who wrote `provider_state`
    provider_state: Any = None
    images: tuple[ImagePart, ...] = ()  # on a user's line; a provider that does not see leaves them out
    origin: Origin = "person"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one completion. `input` includes cached tokens, `output` includes reasoning; None is 'not told'."""

    input: int | None = None
    output: int | None = None
    cached: int = 0
    cache_write: int = 0
    reasoning: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """What a completion cost in USD. `amount` is None when the price is unknown, never 0 for that. `version` names the
    release of the price table, or the content of the price file."""

    amount: Decimal | None
    source: CostSource
    version: str = ""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the LLM is told of it; `parameters` is a JSON Schema fit for strict mode."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Situation:
    """Who asks and when: what the prompt says in words, for engines that read no prose."""

    today: date
    role: PersonRole = "unknown"
    person_name: str = ""
    salesperson: str | None = None  # the sender's own name in the sales data
    customer: str | None = None  # the customer the sender is, in the sales data
    language: Language | None = None  # the tenant's; None lets the text decide
    channel: str = ""  # where; empty outside a conversation
    tenant: UUID | None = None  # whose data; None outside a conversation
    person: UUID | None = None  # who, among the people of the company; None: nobody whom it knows
    holder: UUID | None = None  # whose memory; None: nothing was ever kept of whoever asks


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """One call of an LLM. `timeout` is in seconds; `tool_choice` "none" forbids tools and asks for words."""

    llm: str
    messages: Sequence[ChatMessage]
    tools: Sequence[ToolSpec] = ()
    situation: Situation | None = None
    max_output_tokens: int = 2048
    timeout: float = 60.0
    tool_choice: Literal["auto", "none"] = "auto"
    instead_of: str = ""  # why others that come before it did not answer
    chain_step: str = ""  # which step of a chain asks


@dataclass(frozen=True, slots=True)
class Completion:
    """What the LLM answered. `llm` is the name the vendor says it served. Who asks fills in the last four: which
    provider answered, why those before it did not, what it cost, and which step of a chain it is."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    finish: FinishReason = "stop"
    usage: Usage = field(default_factory=Usage)
    llm: str = ""
    request_id: str = ""
    reported_cost: Decimal | None = None  # USD, where the vendor itself names the charge
    provider_state: Any = None  # JSON-serialisable
    provider: str = ""
    instead_of: str = ""
    cost: Cost | None = None
    chain_step: str = ""

    def in_one_piece(self) -> "Iterator[str | Completion]":
        """As the stream of who knows all the words at once."""
        if self.text:
            yield self.text
        yield self


class Provider(Protocol):
    """A company's API (or the offline engine). One instance serves all threads of a process."""

    name: str
    engine: EngineKind
    sees: bool  # whether the LLM is shown the images of a prompt

    def complete(self, request: CompletionRequest) -> Completion:
        """One attempt, no retry. Raises ProviderError."""
        ...

    def stream(self, request: CompletionRequest) -> Iterator[str | Completion]:
        """The same attempt with its words as they come, and at last the Completion, whose text they are. Raises
        ProviderError at any point; words without a Completion after them are no answer."""
        ...

    def price(self, completion: Completion, llm: str) -> Cost:
        """What that completion cost. Never raises."""
        ...

    def preload(self) -> None:
        """Load what the first call would load, such as an SDK: seconds of CPU that no turn should pay."""
        ...

    def close(self) -> None:
        """Close connections. Safe to repeat."""
        ...


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What code, never the LLM, tells a tool: whose eyes it looks through and what day it is.

    `key` names this call of this turn, the same whenever it is repeated: a tool that writes hands it on, so that the
    far side takes it once."""

    situation: Situation
    timezone: str
    key: str = ""
    language: Language = "pt"  # in which the person is shown what a call would change
    turn_id: UUID | None = None
    is_refresh: bool = False  # she wishes for everything to be looked up anew


@dataclass(frozen=True, slots=True)
class ToolResult:
    """`arguments` are the validated ones, periods resolved to start and end; `content` is what the LLM reads."""

    ok: bool
    content: Mapping[str, Any]
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tool:
    """`timeout` is in seconds, `max_bytes` of its JSON; `cache_for` is how long an equal call of the same person may be
    answered by an earlier result: zero is never. `taints` tells whose words a result carries, beside the labels."""

    spec: ToolSpec
    effect: Effect
    roles: frozenset[PersonRole]
    call: Callable[[ToolContext, Mapping[str, Any]], ToolResult]  # validates; never raises for bad arguments
    labels: frozenset[Label] = frozenset()
    timeout: float = 30.0
    max_bytes: int = 32_768
    cache_for: timedelta = timedelta(0)
    version: Callable[[UUID | None], str | None] | None = None  # a tenant's data that it reads: moves as results may
    writing: Writing | None = None  # None on a tool that writes: its arguments are shown as they are
    taints: Callable[[ToolResult], frozenset[Taint]] = lambda result: frozenset()
    is_offered: Callable[[Situation], bool] = lambda situation: True  # whether there is anything behind it here


@dataclass(frozen=True, slots=True)
class TurnInput:
    """What is to be answered. `text` joins the turn's messages by line breaks; `context` stands before it."""

    turn_id: UUID
    text: str
    history: Sequence[ChatMessage]
    situation: Situation
    timezone: str
    company: str = ""
    context: Sequence[ChatMessage] = ()
    images: tuple[ImagePart, ...] = ()  # that came with the question
    taint: frozenset[Taint] = frozenset()  # of the question and what surrounds it; the history tells for itself
    is_refresh: bool = False  # nothing that was looked up before will do


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool call that was made, as the record shows it; `is_foreign`: its sentences may be a third party's."""

    name: str
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]
    ok: bool
    is_foreign: bool = False


@dataclass(frozen=True, slots=True)
class RunResult:
    """One execution of the agent. `tokens` and `cost` sum its completions; `cost` is None if any price is unknown."""

    text: str
    provider: str
    llm: str
    engine: EngineKind
    steps: int
    tokens_in: int
    tokens_out: int
    cost: Decimal | None
    context_size: int  # messages in the last prompt
    tools: tuple[ToolUse, ...] = ()
    limit: str = ""  # the budget that ended the run, if one did
    taint: frozenset[Taint] = frozenset()
    is_write_refused: bool = False  # a tool that writes was wished for, and third-party words forbade it
    grounding: Mapping[str, Any] | None = None  # what each figure of the reply was traced to; None: none was looked at
    struck: tuple[str, ...] = ()  # figures that could not be traced, and did not go out
    specialist: str = ""  # who answered, where the agent is a chain
    passed: tuple[str, ...] = ()  # steps of the chain that were done without, and why
