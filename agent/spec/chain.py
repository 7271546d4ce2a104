"""A chain as an agent's file says it: who passes a question on, who answers it, who rewrites the answer."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from agent.spec.frozen import Frozen, shaped
from agent.spec.llm import LlmSpec
from agent.system_text import newest_prompt

_A_NAME = "a specialist's name is small letters and digits, a letter first, parted by single hyphens: pos-venda"
StepName = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40, examples=["vendas"]), shaped(_A_NAME)
]
Tokens = Annotated[int, Field(ge=64, le=16_000)]
Seconds = Annotated[float, Field(gt=0, le=600)]
Share = Annotated[Decimal, Field(gt=0, le=1, allow_inf_nan=False)]


class StepSpec(Frozen):
    """Who is asked in a step of the chain, and what it may use."""

    llm: LlmSpec | None = None
    """Left out, the agent's own."""
    max_output_tokens: Tokens | None = None
    """The longest answer of one call, where that of the LLM is too long for this step."""
    timeout_seconds: Seconds | None = None
    """How long one call may take, where that of the LLM is too long for this step."""
    share: Share | None = None
    """How much of the turn's `limits.tokens` and `limits.usd` the step may use at most: 0.1 is a tenth."""


class RouteSpec(StepSpec):
    """One call that chooses a specialist. Should nobody be found, the default one answers."""

    by: Literal["llm", "words"] = "llm"
    """`words`: by the specialists' words alone, without a call."""
    instructions: Annotated[str, Field(max_length=4000)] = ""
    """What helps to choose, beside the specialists' descriptions."""
    prompt: Annotated[str, Field(examples=["route-1"])] = newest_prompt("route")
    max_output_tokens: Tokens | None = 512
    timeout_seconds: Seconds | None = 20
    share: Share | None = Decimal("0.1")


class SpecialistSpec(StepSpec):
    """Answers as the agent would, with instructions, tools and an LLM of its own."""

    description: Annotated[str, Field(min_length=1, max_length=500, examples=["Revenue, goals, pipeline"])]
    """What it is for, as whoever chooses is told."""
    words: Annotated[tuple[str, ...], Field(max_length=50, examples=[["boleto", "segunda via"]])] = ()
    """A question that holds one of these, and none of another specialist's, is passed on without a call."""
    instructions: Annotated[str, Field(max_length=20_000)] = ""
    """Added to the agent's own."""
    tools: tuple[str, ...] | None = None
    """Those of the agent's tools that it may use; left out, all of them."""


class PolishSpec(StepSpec):
    """One call that rewrites an answer. What changes a figure is thrown away, and the answer goes out as it was."""

    instructions: Annotated[str, Field(max_length=4000, examples=["A greeting first, our address at the end."])] = ""
    """How it is to be written."""
    channels: Annotated[tuple[str, ...], Field(min_length=1, examples=[["email"]])] | None = None
    """Where; left out, on each channel."""
    prompt: Annotated[str, Field(examples=["polish-1"])] = newest_prompt("polish")


class ChainSpec(Frozen):
    """What happens round and in place of the agent's single loop."""

    route: RouteSpec = RouteSpec()
    specialists: Annotated[dict[StepName, SpecialistSpec], Field(max_length=12)] = {}
    """By name. Without any, the agent itself answers."""
    default: Annotated[str, Field(examples=["vendas"])] = ""
    """The specialist who answers what fits nobody."""
    polish: PolishSpec | None = None

    def llms(self, own: LlmSpec) -> tuple[LlmSpec, ...]:
        """All that a turn may ask, the agent's `own` among them where a step has none."""
        calls_route = self.specialists and self.route.by == "llm"
        steps = [*self.specialists.values(), self.route if calls_route else None, self.polish]
        return tuple(step.llm or own for step in steps if step is not None)

    @model_validator(mode="after")
    def _check_as_a_whole(self) -> Self:
        if not self.specialists and self.polish is None:
            raise ValueError("says nothing: name two or more specialists, or how to polish, or remove it")
        if len(self.specialists) == 1:
            raise ValueError("one specialist is no choice: name another, or say it in the agent's own instructions")
        if self.specialists and self.default not in self.specialists:
            names = ", ".join(self.specialists)
            raise ValueError(f"default must name the specialist who answers what fits nobody, one of: {names}")
        if not self.specialists and (self.default or self.route != RouteSpec()):
            raise ValueError("route and default need specialists to choose from: name them, or remove the two")
        if self.route.by == "words" and not any(one.words for one in self.specialists.values()):
            raise ValueError("route by words needs words: give some to the specialists")
        return self
