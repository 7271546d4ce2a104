"""The LLM calls of one run, step after step: read back where they stand, paid for where they may be, and added up."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from agent.base import Completion, CompletionRequest, Cost
from agent.chain import Part
from agent.journal import Journal
from agent.paying import Journalled, reckon_dearest
from agent.providers.fallback import Breaker, Fallback, RunBreaker
from agent.providers.heard import Heard, Listener
from agent.spending import Spending
from models.clock import Clock
from models.errors import ProviderError


@dataclass(slots=True)
class _Lenient:
    """The breaker as a step sees it that can be done without: that it failed keeps nobody else from asking the same
    server, who may be answered, and will find out and tell if not."""

    inner: Breaker
    own: RunBreaker = field(default_factory=RunBreaker)

    def pause(self, address: str) -> float | None:
        found = self.own.pause(address)
        return self.inner.pause(address) if found is None else found

    def note_failure(self, address: str, error: ProviderError) -> None:
        self.own.note_failure(address, error)

    def note_answer(self, address: str) -> None:
        self.inner.note_answer(address)


@dataclass(slots=True)
class Asking:
    """`step` is the number of the next call; a step that is done without leaves its number free."""

    journal: Journal
    breaker: Breaker
    spending: Spending
    clock: Clock
    step: int = 0
    completions: list[tuple[Completion, Cost]] = field(default_factory=list)
    _shares: dict[str, Spending] = field(default_factory=dict)

    def room(self, part: Part, request: CompletionRequest) -> tuple[int, str]:
        """How many such calls the run may still pay for, counted up to two, and the limit that says so."""
        if not self.spending.is_limited:
            return 2, ""
        worst = reckon_dearest(part.links, request)
        return min(purse.calls_left(worst) for purse in self._purses(part))

    @property
    def standing(self) -> Completion | None:
        """What an earlier execution was answered at the present step."""
        return self.journal.find_completion(self.step)

    def ask(
        self, part: Part, request: CompletionRequest, listener: Listener | None = None, *, is_spare: bool = False
    ) -> Completion:
        """What stands at this step. Each provider is asked in the journal's sight. `is_spare`: the run goes on without
        it. Raises ProviderError, BudgetExceeded, SpentUp."""
        request = replace(request, chain_step=part.name)
        completion = self.standing
        if completion is None:
            completion = self._pay(part, request, listener, _Lenient(self.breaker) if is_spare else self.breaker)
        self.step += 1
        if self.spending.is_limited:
            worst = reckon_dearest(part.links, request)
            for purse in self._purses(part):
                purse.add(completion, worst)
        self.completions.append((completion, completion.cost or part.provider.price(completion, part.llm)))
        return completion

    def _pay(self, part: Part, request: CompletionRequest, listener: Listener | None, breaker: Breaker) -> Completion:
        links = []
        for link in part.links:
            provider = Heard(link.provider, listener) if listener else link.provider
            paid = Journalled(provider, self.journal, self.step, self.clock, self._purses(part))
            links.append(replace(link, provider=paid))
        return Fallback(links, breaker).complete(request)

    def _purses(self, part: Part) -> list[Spending]:
        """The run's, and the part's own where it may use but a share."""
        if part.share is None:
            return [self.spending]
        if part.name not in self._shares:
            tokens, usd = self.spending.tokens, self.spending.usd
            self._shares[part.name] = Spending(
                None if tokens is None else int(tokens * part.share),
                None if usd is None else usd * part.share,
                self.spending.assumed,
            )
        return [self.spending, self._shares[part.name]]

    @property
    def cost(self) -> Decimal | None:
        """Of all calls; None if the price of one is unknown."""
        amounts = [cost.amount for _, cost in self.completions]
        known = [amount for amount in amounts if amount is not None]
        return sum(known, Decimal(0)) if len(known) == len(amounts) else None
