"""An agent as its file says it: one checked, frozen value that all the rest of the program reads.

Where there is no file, the settings of the environment become such a value too: one way to say what an agent is.
"""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from agent.base import PersonRole
from agent.mcp.spec import McpServerSpec
from agent.spec.budgets import BudgetSpec
from agent.spec.chain import ChainSpec
from agent.spec.changes import ChangesSpec
from agent.spec.frozen import Frozen, shaped
from agent.spec.hours import HoursSpec
from agent.spec.llm import LlmSpec
from agent.system_text import newest_prompt
from agent.toolbox import ToolRule
from agent.tools.http.spec import HttpToolSpec
from agent.tools.openapi.spec import OpenApiSpec
from agent.tools.sql.spec import SqlSpec
from models.language import Language
from models.secret_reference import SecretReference

_A_NAME = "a name is up to 40 small letters, digits and hyphens, a letter first: aurora, equipe-sul"
_AN_ACCOUNT = "an account is its channel, a slash and its name, in small letters, digits and hyphens: whatsapp/default"
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", examples=["aurora"]), shaped(_A_NAME)]
AccountName = Annotated[
    str, Field(pattern=r"^[a-z]+/[a-z0-9][a-z0-9-]{0,39}$", examples=["whatsapp/default"]), shaped(_AN_ACCOUNT)
]
AskingRole = Literal["rep", "manager", "customer"]


class LimitsSpec(Frozen):
    """What one turn may take at most; at a limit the agent answers with what it has."""

    steps: Annotated[int, Field(ge=1, le=50)] = 8
    """Calls of the LLM that answers; those of a chain that route and polish come on top, one each."""
    tool_calls: Annotated[int, Field(ge=0, le=200)] = 24
    seconds: Annotated[float, Field(gt=0, le=1800)] = 180
    """Wall clock."""
    tokens: Annotated[int, Field(ge=1000)] | None = None
    """In and out, over all calls of the turn."""
    usd: Annotated[Decimal, Field(gt=0)] | None = None


class ToolUseSpec(Frozen):
    """Who may use a tool, where, and how often. What is left out is the tool's own rule; it can be narrowed only."""

    roles: Annotated[tuple[AskingRole, ...], Field(min_length=1)] | None = None
    channels: Annotated[tuple[str, ...], Field(min_length=1, examples=[["whatsapp", "chat"]])] | None = None
    calls_per_turn: Annotated[int, Field(ge=1, le=50)] | None = None

    def as_rule(self) -> ToolRule:
        """As the toolbox keeps to it."""
        roles = None if self.roles is None else frozenset[PersonRole](self.roles)
        return ToolRule(self.calls_per_turn, roles, None if self.channels is None else frozenset(self.channels))


class SourceSpec(Frozen):
    """A company's sales data: where they are, and what they mean."""

    file: Annotated[str, Field(min_length=1, examples=["sources/aurora.yaml"])] | None = None
    """Says what the tables mean; left out, they are the nine relations of docs/sales-schema.md."""
    url: SecretReference | None = None


class QuietWindowSpec(Frozen):
    """How long a person must be silent before her messages are answered together."""

    seconds: Annotated[float, Field(ge=0, le=60)] = 1.5
    longest_seconds: Annotated[float, Field(ge=0, le=300)] = 8
    """However much she goes on writing."""


class HandoverSpec(Frozen):
    """When a person takes over, beside the words that always call one."""

    words: Annotated[tuple[str, ...], Field(max_length=50, examples=[["quero falar com o Paulo"]])] = ()
    """Further phrases that call a person, whole messages; upper and lower case and accents do not count."""


class AgentSpec(Frozen):
    """The file of an agent."""

    agent: Name
    """The agent's name, unique in its tenant."""
    tenant: Name = "default"
    """The tenant (company) it works for."""
    serves: Annotated[tuple[AccountName, ...], Field(max_length=100)] = ()
    """The channel accounts it answers on, as channel/account. One agent per account; an account that no file names is
    served by the agent that the environment describes."""
    company: Annotated[str, Field(max_length=200)] = ""
    """The company's name as people know it; left out, the tenant's."""
    persona: Annotated[str, Field(max_length=4000, examples=["You are Aurora, warm and brief."])] = ""
    """Who the agent is and how it speaks."""
    instructions: Annotated[str, Field(max_length=20_000)] = ""
    """What it must know and do beside the rules that always hold."""
    prompt: Annotated[str, Field(examples=["sales-1"])] = newest_prompt()
    """The template of the rules that always hold, with its version; left out, the newest when the file is applied."""
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=3)] = ("pt", "en", "es")
    """What it speaks; the first where nothing tells the language of the person."""
    llm: LlmSpec = LlmSpec()
    chain: ChainSpec | None = None
    """Several LLM calls with a part each: who passes a question on, who answers it, who rewrites the answer."""
    limits: LimitsSpec = LimitsSpec()
    budgets: BudgetSpec = BudgetSpec()
    """What it may cost in a day and a month; what the settings allow the company holds as well."""
    source: SourceSpec | None = None
    """The company's sales data. Left out, an agent of the tenant `default` reads those that the environment names, or
    the demo's; an agent of another tenant reads none."""
    tools: Annotated[dict[str, ToolUseSpec], Field(examples=[{"sales_summary": {"roles": ["manager"]}}])] | None = None
    """The built-in tools it may use, each with its rule ({} for the tool's own); left out, all of them. A rule may
    stand here for a tool described below as well."""
    http: Annotated[tuple[HttpToolSpec, ...], Field(max_length=30)] = ()
    """Tools that ask an API by one request each (docs/tools.md)."""
    openapi: Annotated[tuple[OpenApiSpec, ...], Field(max_length=10)] = ()
    """Tools that an API's own OpenAPI document describes."""
    mcp: Annotated[tuple[McpServerSpec, ...], Field(max_length=10)] = ()
    """Tools of MCP servers, each approved by its pin (docs/mcp.md)."""
    sql: SqlSpec | None = None
    """A tool that runs SELECTs of the LLM's own, over listed tables alone."""
    changes: ChangesSpec = ChangesSpec()
    """How changes are asked for, and where they go (docs/safety.md)."""
    quiet_window: QuietWindowSpec = QuietWindowSpec()
    hours: HoursSpec | None = None
    """Left out, it works always."""
    handover: HandoverSpec = HandoverSpec()
    memory_tokens: Annotated[int, Field(ge=200, le=200_000)] = 3000
    """How much of what is remembered the LLM is shown."""
    memory_llm: bool = True
    """Whether the LLM reads what people told of themselves, beside the rules (docs/memory.md)."""

    @property
    def llms(self) -> tuple[LlmSpec, ...]:
        """All that a turn may ask, each with those that stand in for it."""
        return (self.llm,) if self.chain is None else (self.llm, *self.chain.llms(self.llm))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Without one of which nobody can answer; those who only route or polish are done without."""
        if self.chain is None or not self.chain.specialists:
            return self.llm.addresses
        answering = [one.llm or self.llm for one in self.chain.specialists.values()]
        return tuple(dict.fromkeys(address for llm in answering for address in llm.addresses))

    @property
    def longest_call(self) -> float:
        """Seconds that whichever of them is asked may take."""
        return max(llm.longest_call for llm in self.llms)

    @property
    def longest_run(self) -> float:
        """Seconds that a run may take at most: its own limit, and a call begun just before it that nobody answers."""
        calls = [sum(one.timeout_seconds for one in (llm, *llm.fallbacks)) for llm in self.llms]
        return self.limits.seconds + max(calls)

    @model_validator(mode="after")
    def _check_as_a_whole(self) -> Self:
        if len(set(self.serves)) != len(self.serves):
            raise ValueError("serves names an account twice: keep one of them")
        if len(set(self.languages)) != len(self.languages):
            raise ValueError("languages names one twice: keep one of them")
        return self
