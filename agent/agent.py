"""The loop: ask the LLM, run the tools it wishes for, ask again, until it answers in words or a limit is reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from agent.base import (
    ChatMessage,
    Completion,
    CompletionRequest,
    Cost,
    Journal,
    Proposer,
    Provider,
    RunResult,
    Tool,
    TurnInput,
    Usage,
)
from agent.instructions import build_prompt
from agent.phrases import guess_language, phrase
from agent.policy import Policy, decide
from agent.tokens import estimate_prompt, estimate_tools
from agent.toolbox import OpenToolbox, Toolbox
from models.clock import Clock
from models.errors import ProviderError
from models.faultpoint import faultpoint


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` is wall clock for the run; `call_seconds` for one LLM call."""

    steps: int = 8
    tool_calls: int = 24
    seconds: float = 180.0
    call_seconds: float = 60.0
    output_tokens: int = 2048


@dataclass(slots=True)
class _Progress:
    """What a run has gathered so far."""

    messages: list[ChatMessage]
    tools: OpenToolbox
    completions: list[tuple[Completion, Cost]] = field(default_factory=list)
    context_size: int = 0
    limit: str = ""


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
    ) -> None:
        self.provider = provider
        self.llm = llm
        self._toolbox = Toolbox(tools, clock, policy=policy)
        self._limits = limits
        self._clock = clock

    def run(self, turn: TurnInput, journal: Journal, proposer: Proposer | None = None) -> RunResult:
        """Always ends with words for the person, or raises ProviderError or BudgetExceeded; a step that the journal
        holds is not paid again. Without a proposer nobody can be asked for a yes, and nothing is written."""
        deadline = self._clock.monotonic() + self._limits.seconds
        tools = self._toolbox.open(turn, journal, proposer, most=self._limits.tool_calls, deadline=deadline)
        if turn.situation.role == "unknown":
            words = phrase("greeting_unknown", guess_language(turn.text), company=turn.company)
            return self._result(_Progress([], tools), words)
        progress = _Progress(build_prompt(turn, may_write=tools.may_write), tools)
        for step in range(self._limits.steps):
            is_last = step == self._limits.steps - 1 or self._is_exhausted(progress)
            completion = self._complete(turn, journal, progress, step, is_last)
            if completion.finish != "tool_calls" or is_last:
                break  # the calls of an answer that was cut or refused are not to be run
            progress.messages.append(self._as_message(completion))
            progress.messages += tools.run(step, completion.tool_calls)
        if completion.finish == "tool_calls":
            progress.limit = progress.limit or "steps"
        elif completion.finish == "length":
            progress.limit = "output_tokens"
        return self._result(progress, self._words(turn, completion))

    def _is_exhausted(self, progress: _Progress) -> bool:
        if len(progress.tools.uses) >= self._limits.tool_calls:
            progress.limit = "tool_calls"
        elif self._clock.monotonic() >= progress.tools.deadline:
            progress.limit = "seconds"
        return bool(progress.limit)

    def _complete(self, turn: TurnInput, journal: Journal, progress: _Progress, step: int, is_last: bool) -> Completion:
        progress.context_size = len(progress.messages)
        standing = journal.find_completion(step)
        if standing is None:
            request = CompletionRequest(
                llm=self.llm,
                messages=tuple(progress.messages),
                tools=progress.tools.specs,
                situation=turn.situation,
                max_output_tokens=self._limits.output_tokens,
                timeout=self._limits.call_seconds,
                tool_choice="none" if is_last else "auto",
            )
            standing = self._pay(request, journal, step)
        completion = standing
        progress.completions.append((completion, self.provider.price(completion, self.llm)))
        return completion

    def _pay(self, request: CompletionRequest, journal: Journal, step: int) -> Completion:
        tokens_in = estimate_prompt(request.messages)
        journal.open_completion(
            step, self.provider.name, request.llm, tokens_in, lambda: self._worst_case(request, tokens_in)
        )
        faultpoint("llm.opened")
        started = self._clock.monotonic()
        try:
            completion = self.provider.complete(request)
        except ProviderError as error:
            journal.record_failure(step, error.kind, self._elapsed_ms(started))
            raise
        faultpoint("llm.answered")
        cost = self.provider.price(completion, request.llm)
        standing = journal.record_completion(step, completion, cost, self._elapsed_ms(started))
        faultpoint("llm.journalled")
        return standing

    def _worst_case(self, request: CompletionRequest, tokens_in: int) -> Decimal | None:
        """Every token that we may be charged for: the tools are part of the prompt, and the answer is as long as it
        may be."""
        usage = Usage(input=tokens_in + estimate_tools(request.tools), output=request.max_output_tokens)
        return self.provider.price(Completion("", usage=usage), request.llm).amount

    def _as_message(self, completion: Completion) -> ChatMessage:
        return ChatMessage(
            "assistant",
            completion.text,
            tool_calls=completion.tool_calls,
            provider=self.provider.name,
            provider_state=completion.provider_state,
        )

    def _words(self, turn: TurnInput, completion: Completion) -> str:
        language = turn.situation.language or guess_language(turn.text)
        if completion.text.strip():
            return completion.text.strip()
        return phrase("refused" if completion.finish == "content_filter" else "limit_reached", language)

    def _result(self, progress: _Progress, words: str) -> RunResult:
        served = [completion.llm for completion, _ in progress.completions if completion.llm]
        usages = [completion.usage for completion, _ in progress.completions]
        return RunResult(
            text=words,
            provider=self.provider.name,
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
        )

    def _elapsed_ms(self, started: float) -> int:
        return round((self._clock.monotonic() - started) * 1000)


def _total(costs: Sequence[Cost]) -> Decimal | None:
    amounts = [cost.amount for cost in costs]
    return None if any(amount is None for amount in amounts) else sum((a for a in amounts if a is not None), Decimal(0))
