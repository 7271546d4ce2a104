"""The loop: ask the LLM, run the tools it wishes for, ask again, until it answers in words or a limit is reached."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from agent.asking import Asking
from agent.base import ChatMessage, Completion, CompletionRequest, Provider, RunResult, Situation, Tool, TurnInput
from agent.chain import NO_CHAIN, Chain, Part, Specialist
from agent.citing import with_sources
from agent.grounding.review import Review, Reviewed
from agent.instructions import build_prompt
from agent.journal import Journal
from agent.phrases import phrase
from agent.policy import Policy, Proposer, decide
from agent.polishing import is_polished, rewrite
from agent.providers.fallback import Breaker, Link, RunBreaker
from agent.providers.heard import Listener
from agent.routing import choose
from agent.scope import is_off_topic
from agent.spending import Spending, SpentUp
from agent.system_text import Brief
from agent.toolbox import OpenToolbox, Toolbox, ToolRule
from models.catalogue import Catalogue
from models.clock import Clock
from models.errors import ToolError
from models.language import guess_language
from models.money.assumed_price import AssumedPrice
from models.taint import has_others_words

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

    specialist: Specialist
    tools: OpenToolbox
    asking: Asking
    review: Review
    listener: Listener | None
    messages: list[ChatMessage] = field(default_factory=list)
    name: str = ""  # of the specialist, in a chain
    passed: list[str] = field(default_factory=list)
    context_size: int = 0
    limit: str = ""
    reviewed: Reviewed | None = None


def _no_catalogue(situation: Situation) -> Catalogue:
    return Catalogue()


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
        chain: Chain = NO_CHAIN,
        catalogue: Callable[[Situation], Catalogue] = _no_catalogue,
    ) -> None:
        """`catalogue` holds the names that somebody in that situation may know; it may raise ToolError."""
        self.provider = provider
        self.llm = llm
        self.toolbox = Toolbox(tools, clock, policy=policy, rules=rules)
        self._own = Specialist(Part(provider, llm), brief)
        self.chain = chain
        self._limits = limits
        self._clock = clock
        self._catalogue = catalogue

    @property
    def links(self) -> tuple[Link, ...]:
        """Whom the agent's own LLM is asked of, in their order."""
        return self._own.part.links

    @property
    def sees(self) -> bool:
        """Whether whoever answers is shown pictures: in a chain all of them must."""
        return all(one.part.provider.sees for one in self.chain.specialists.values() or (self._own,))

    def customers_seen(self, situation: Situation) -> tuple[str, ...]:
        """Whom somebody in that situation may know; nobody where the sales data cannot be asked."""
        return self.names_seen(situation).customers

    def names_seen(self, situation: Situation) -> Catalogue:
        """All names that somebody in that situation may know; none where the sales data cannot be asked."""
        try:
            return self._catalogue(situation)
        except ToolError:
            return Catalogue()

    def get_customers(self, situation: Situation) -> tuple[str, ...]:
        """The same; raises ToolError where the sales data cannot be asked."""
        return self._catalogue(situation).customers

    def preload(self) -> None:
        """Load what the first calls would load."""
        for part in (self._own.part, *self.chain.parts):
            part.provider.preload()

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
        hears the words of the last step as they come, before anybody has checked them."""
        limits = self._limits
        deadline = self._clock.monotonic() + limits.seconds
        spending = Spending(limits.tokens, limits.usd, limits.assumed_price)
        asking = Asking(journal, breaker or RunBreaker(), spending, self._clock)

        def open_tools(only: Specialist) -> OpenToolbox:
            most = limits.tool_calls
            return self.toolbox.open(turn, journal, proposer, most=most, deadline=deadline, only=only.tools)

        review = Review(turn, lambda: self._names(turn.situation))
        progress = _Progress(self._own, open_tools(self._own), asking, review, listener)
        if turn.situation.role == "unknown":
            return self._result(progress, phrase("greeting_unknown", guess_language(turn.text), company=turn.company))
        if not (has_others_words(turn.taint) or turn.images) and is_off_topic(turn.text):
            return self._result(progress, phrase("refused", turn.situation.language or guess_language(turn.text)))
        if self.chain.specialists:
            progress.name, trouble = choose(self.chain, turn, asking)
            progress.passed += filter(None, [trouble])
            progress.specialist = self.chain.specialists[progress.name]
            progress.tools = open_tools(progress.specialist)
        completion = self._answer(turn, progress)
        if draft := completion.text.strip() or progress.review.draft:
            progress.reviewed = progress.review.settle(draft, progress.tools.uses)
        self._polish(turn, progress)
        return self._result(progress, self._words(turn, completion, progress))

    def _names(self, situation: Situation) -> Sequence[str]:
        """None where the sales data cannot be asked: a figure too many is struck then."""
        return self.names_seen(situation).names

    def _answer(self, turn: TurnInput, progress: _Progress) -> Completion:
        """The specialist's last one."""
        tools, specialist = progress.tools, progress.specialist
        progress.messages += build_prompt(turn, specialist.brief, may_write=tools.may_write)
        for step in range(self._limits.steps):
            is_last = step == self._limits.steps - 1 or self._is_exhausted(progress)
            completion = self._complete(turn, progress, is_last)
            if is_last or progress.limit or completion.finish in ("length", "content_filter"):
                break  # the calls of an answer that was cut or refused are not to be run
            if completion.finish == "tool_calls":
                answers = tools.run(progress.asking.step - 1, completion.tool_calls)
            elif (objection := self._object(progress, completion)) is not None:
                answers, completion = [objection], _without_calls(completion)
            else:
                break
            progress.messages += [_as_message(completion), *answers]
        if completion.finish == "tool_calls":
            progress.limit = progress.limit or "steps"
        elif completion.finish == "length":
            progress.limit = "output_tokens"
        return completion

    def _object(self, progress: _Progress, completion: Completion) -> ChatMessage | None:
        """The offline engine would only say the same again."""
        if progress.specialist.part.provider.engine == "offline":
            return None
        return progress.review.object_to(completion.text.strip(), progress.tools.uses)

    def _is_exhausted(self, progress: _Progress) -> bool:
        if len(progress.tools.uses) >= self._limits.tool_calls:
            progress.limit = "tool_calls"
        elif self._clock.monotonic() >= progress.tools.deadline:
            progress.limit = "seconds"
        return bool(progress.limit)

    def _complete(self, turn: TurnInput, progress: _Progress, is_last: bool) -> Completion:
        """What stands at this step; nothing at all where the run may not pay for a call any more."""
        progress.context_size = len(progress.messages)
        part, asking = progress.specialist.part, progress.asking
        request = CompletionRequest(
            llm=part.llm,
            messages=tuple(progress.messages),
            tools=progress.tools.specs,
            situation=turn.situation,
            max_output_tokens=self._limits.output_tokens,
            timeout=self._limits.call_seconds,
            tool_choice="none" if is_last else "auto",
        )
        calls, limit = asking.room(part, request)
        progress.limit = progress.limit or limit
        if not calls and asking.standing is None:
            return Completion("")
        if calls == 1:
            request = replace(request, tool_choice="none")
        is_heard = not is_polished(self.chain.polish, turn)
        try:
            return asking.ask(part, request, progress.listener if is_heard else None)
        except SpentUp as spent:
            progress.limit = spent.limit
            return Completion("")

    def _polish(self, turn: TurnInput, progress: _Progress) -> None:
        polish, reviewed = self.chain.polish, progress.reviewed
        if polish is None or reviewed is None or reviewed.struck or progress.limit or not is_polished(polish, turn):
            return
        if self._clock.monotonic() >= progress.tools.deadline:
            progress.passed.append("polish: seconds")
            return
        progress.reviewed, trouble = rewrite(
            polish, turn, progress.asking, progress.review, reviewed, progress.tools, progress.listener
        )
        progress.passed += filter(None, [trouble])

    def _words(self, turn: TurnInput, completion: Completion, progress: _Progress) -> str:
        """The offline engine cites by itself."""
        language, reviewed = turn.situation.language or guess_language(turn.text), progress.reviewed
        if reviewed is not None:
            if progress.specialist.part.provider.engine == "offline":
                return reviewed.text
            return with_sources(reviewed.text, turn.text, progress.tools.uses, reviewed.report.findings, language)
        return phrase("refused" if completion.finish == "content_filter" else "limit_reached", language)

    def _result(self, progress: _Progress, words: str) -> RunResult:
        part, completions = progress.specialist.part, [one for one, _ in progress.asking.completions]
        answers = [one for one in completions if one.chain_step == part.name]
        usages = [completion.usage for completion in completions]
        reviewed, tools = progress.reviewed, progress.tools
        return RunResult(
            text=words,
            provider=next((one.provider for one in reversed(answers) if one.provider), part.provider.name),
            llm=next((one.llm for one in reversed(answers) if one.llm), part.llm),
            engine=part.provider.engine,
            steps=len(completions),
            tokens_in=sum(usage.input or 0 for usage in usages),
            tokens_out=sum(usage.output or 0 for usage in usages),
            cost=progress.asking.cost,
            context_size=progress.context_size,
            tools=tuple(tools.uses),
            limit=progress.limit,
            taint=frozenset(tools.taint),
            is_write_refused=tools.is_write_refused,
            grounding=None if reviewed is None else reviewed.as_json(),
            struck=() if reviewed is None else reviewed.struck,
            specialist=progress.name,
            passed=tuple(progress.passed),
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
