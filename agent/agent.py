"""The loop: ask the LLM, run the tools it wishes for, ask again, until it answers in words or a limit is reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from agent.base import (
    ChatMessage,
    Completion,
    CompletionRequest,
    Cost,
    Journal,
    Provider,
    RunResult,
    Tool,
    TurnInput,
)
from agent.grounding.review import Review, Reviewed
from agent.instructions import build_prompt
from agent.paying import Journalled, reckon_dearest
from agent.phrases import guess_language, phrase
from agent.policy import Policy, Proposer, decide
from agent.providers.fallback import Breaker, Fallback, Link, RunBreaker, links_of
from agent.providers.heard import Heard, Listener
from agent.scope import is_off_topic
from agent.spending import Spending
from agent.system_text import Brief
from agent.toolbox import OpenToolbox, Toolbox, ToolRule
from models.assumed_price import AssumedPrice
from models.clock import Clock

_PLAIN = Brief()
_NO_RULES: Mapping[str, ToolRule] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` is wall clock for the run; `call_seconds` for one LLM call."""

    steps: int = 8
    tool_calls: int = 24
    seconds: float = 180.0
    call_seconds: float = 60.0
    output_tokens: int = 2048
    tokens: int | None = None  # in and out, over all calls of the run
    usd: Decimal | None = None
    assumed_price: AssumedPrice = field(default_factory=AssumedPrice)  # where nobody knows what an LLM costs


@dataclass(slots=True)
class _Progress:
    """What a run has gathered so far."""

    messages: list[ChatMessage]
    tools: OpenToolbox
    spending: Spending
    breaker: Breaker
    listener: Listener | None
    completions: list[tuple[Completion, Cost]] = field(default_factory=list)
    context_size: int = 0
    limit: str = ""
    reviewed: Reviewed | None = None


class Agent:
    """Answers turns. One instance serves all threads; whatever belongs to a run lives in the run."""

    def __init__(
        self,
        provider: Provider,
        llm: str,
        tools: Mapping[str, Tool],
        limits: Limits,
        clock: Clock,
        policy: Policy = decide,
        *,
        brief: Brief = _PLAIN,
        rules: Mapping[str, ToolRule] = _NO_RULES,
    ) -> None:
        self.provider = provider
        self.llm = llm
        self.toolbox = Toolbox(tools, clock, policy=policy, rules=rules)
        self._brief = brief
        self._limits = limits
        self._clock = clock

    @property
    def links(self) -> tuple[Link, ...]:
        """Who may be asked, in their order."""
        return links_of(self.provider, self.llm)

    def run(
        self,
        turn: TurnInput,
        journal: Journal,
        proposer: Proposer | None = None,
        breaker: Breaker | None = None,
        listener: Listener | None = None,
    ) -> RunResult:
        """Always ends with words for the person, or raises ProviderError or BudgetExceeded; a step that the journal
        holds is not paid again. Without a proposer nobody can be asked for a yes, and nothing is written. A listener
        hears the words as they come, before anybody has checked them."""
        limits = self._limits
        deadline = self._clock.monotonic() + limits.seconds
        tools = self.toolbox.open(turn, journal, proposer, most=limits.tool_calls, deadline=deadline)
        spending = Spending(limits.tokens, limits.usd, limits.assumed_price)
        progress = _Progress([], tools, spending, breaker or RunBreaker(), listener)
        if turn.situation.role == "unknown":
            return self._result(progress, phrase("greeting_unknown", guess_language(turn.text), company=turn.company))
        if not (turn.taint or turn.images) and is_off_topic(turn.text):
            return self._result(progress, phrase("refused", turn.situation.language or guess_language(turn.text)))
        progress.messages += build_prompt(turn, self._brief, may_write=tools.may_write)
        review = Review(turn)
        for step in range(limits.steps):
            is_last = step == limits.steps - 1 or self._is_exhausted(progress)
            completion = self._complete(turn, journal, progress, step, is_last)
            if is_last or progress.limit or completion.finish in ("length", "content_filter"):
                break  # the calls of an answer that was cut or refused are not to be run
            if completion.finish == "tool_calls":
                answers = tools.run(step, completion.tool_calls)
            elif (objection := self._object(review, completion, tools)) is not None:
                answers, completion = [objection], _without_calls(completion)
            else:
                break
            progress.messages += [_as_message(completion), *answers]
        if completion.finish == "tool_calls":
            progress.limit = progress.limit or "steps"
        elif completion.finish == "length":
            progress.limit = "output_tokens"
        if draft := completion.text.strip() or review.draft:
            progress.reviewed = review.settle(draft, tools.uses)
        return self._result(progress, self._words(turn, completion, progress.reviewed))

    def _object(self, review: Review, completion: Completion, tools: OpenToolbox) -> ChatMessage | None:
        """The offline engine would only say the same again."""
        return None if self.provider.engine == "offline" else review.object_to(completion.text.strip(), tools.uses)

    def _is_exhausted(self, progress: _Progress) -> bool:
        if len(progress.tools.uses) >= self._limits.tool_calls:
            progress.limit = "tool_calls"
        elif self._clock.monotonic() >= progress.tools.deadline:
            progress.limit = "seconds"
        return bool(progress.limit)

    def _complete(self, turn: TurnInput, journal: Journal, progress: _Progress, step: int, is_last: bool) -> Completion:
        """What stands at this step; nothing at all where the run may not pay for a call any more."""
        progress.context_size = len(progress.messages)
        standing = journal.find_completion(step)
        request = CompletionRequest(
            llm=self.llm,
            messages=tuple(progress.messages),
            tools=progress.tools.specs,
            situation=turn.situation,
            max_output_tokens=self._limits.output_tokens,
            timeout=self._limits.call_seconds,
            tool_choice="none" if is_last else "auto",
        )
        if progress.spending.is_limited:
            worst = reckon_dearest(self.links, request)
            calls, limit = progress.spending.calls_left(worst)
            progress.limit = progress.limit or limit
            if not calls and standing is None:
                return Completion("")
            if calls == 1:
                request = replace(request, tool_choice="none")
        if standing is None:
            standing = self._pay(request, journal, progress, step)
        if progress.spending.is_limited:
            progress.spending.add(standing, worst)
        progress.completions.append((standing, standing.cost or self.provider.price(standing, self.llm)))
        return standing

    def _pay(self, request: CompletionRequest, journal: Journal, progress: _Progress, step: int) -> Completion:
        """Each provider of the chain is asked in the journal's sight."""
        links = []
        for link in self.links:
            provider = Heard(link.provider, progress.listener) if progress.listener else link.provider
            links.append(replace(link, provider=Journalled(provider, journal, step, self._clock)))
        return Fallback(links, progress.breaker).complete(request)

    def _words(self, turn: TurnInput, completion: Completion, reviewed: Reviewed | None) -> str:
        language = turn.situation.language or guess_language(turn.text)
        if reviewed is not None:
            return reviewed.text
        return phrase("refused" if completion.finish == "content_filter" else "limit_reached", language)

    def _result(self, progress: _Progress, words: str) -> RunResult:
        served = [completion.llm for completion, _ in progress.completions if completion.llm]
        answered = [completion.provider for completion, _ in progress.completions if completion.provider]
        usages = [completion.usage for completion, _ in progress.completions]
        return RunResult(
            text=words,
            provider=answered[-1] if answered else self.provider.name,
            llm=served[-1] if served else self.llm,
            engine=self.provider.engine,
            steps=len(progress.completions),
            tokens_in=sum(usage.input or 0 for usage in usages),
            tokens_out=sum(usage.output or 0 for usage in usages),
            cost=_total([cost for _, cost in progress.completions]),
            context_size=progress.context_size,
            tools=tuple(progress.tools.uses),
            limit=progress.limit,
            taint=frozenset(progress.tools.taint),
            is_write_refused=progress.tools.is_write_refused,
            grounding=None if progress.reviewed is None else progress.reviewed.as_json(),
            struck=() if progress.reviewed is None else progress.reviewed.struck,
        )


def _without_calls(completion: Completion) -> Completion:
    """Calls that are not run must not stand in the prompt unanswered, nor what a vendor wants back along with them."""
    return replace(completion, tool_calls=(), provider_state=None) if completion.tool_calls else completion


def _as_message(completion: Completion) -> ChatMessage:
    return ChatMessage(
        "assistant",
        completion.text,
        tool_calls=completion.tool_calls,
        provider=completion.provider,
        provider_state=completion.provider_state,
    )


def _total(costs: Sequence[Cost]) -> Decimal | None:
    amounts = [cost.amount for cost in costs]
    return None if any(amount is None for amount in amounts) else sum((a for a in amounts if a is not None), Decimal(0))
