"""One call of an LLM, written down before it is made and after it: whatever dies, what was paid is on record."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from agent.base import Completion, CompletionRequest, Provider, Usage
from agent.journal import Journal, Reckoning
from agent.providers.fallback import Link
from agent.providers.wrapped import Wrapped
from agent.spending import Spending, SpentUp
from agent.tokens import estimate_prompt, estimate_tools
from models.clock import Clock
from models.errors import ProviderError
from models.faultpoint import faultpoint
from models.retry_policy import RETRY_POLICIES


class Journalled(Wrapped):
    """A provider whose calls of one step are in the turn's journal, each try with its own row.

    `complete` returns what stands, which may be another execution's answer; raises BudgetExceeded where the call may
    not be paid for, and SpentUp where the run's own limits say so: failed tries before it count as dear as they may be.
    """

    def __init__(
        self, inner: Provider, journal: Journal, step: int, clock: Clock, purses: Sequence[Spending] = ()
    ) -> None:
        super().__init__(inner)
        self._purses = [purse for purse in purses if purse.is_limited]
        self._journal = journal
        self._step = step
        self._clock = clock

    def complete(self, request: CompletionRequest) -> Completion:
        tokens_in = estimate_prompt(request.messages)
        for purse in self._purses:
            calls, limit = purse.calls_left(reckon_worst_case(self.inner, request))
            if not calls:
                raise SpentUp(limit)
        self._journal.open_completion(
            self._step, self.name, request, tokens_in, lambda: reckon_worst_case(self.inner, request)
        )
        faultpoint("llm.opened")
        started = self._clock.monotonic()
        try:
            completion = self.inner.complete(request)
        except ProviderError as error:
            self._journal.record_failure(self._step, error.kind, self._elapsed_ms(started))
            for purse in self._purses if RETRY_POLICIES[error.kind].may_be_billed else ():
                purse.add_lost(reckon_worst_case(self.inner, request))
            raise
        faultpoint("llm.answered")
        cost = self.inner.price(completion, request.llm)
        completion = replace(
            completion,
            provider=self.name,
            instead_of=request.instead_of,
            cost=cost,
            chain_step=request.chain_step,
        )
        standing = self._journal.record_completion(self._step, completion, cost, self._elapsed_ms(started))
        faultpoint("llm.journalled")
        return standing

    def _elapsed_ms(self, started: float) -> int:
        return round((self._clock.monotonic() - started) * 1000)


def reckon_dearest(links: Sequence[Link], request: CompletionRequest) -> Reckoning:
    """The worst case of whoever in a chain may answer. An unknown price counts as the dearest: it may be anything."""
    found = [reckon_worst_case(link.provider, link.address_to(request)) for link in links]
    return max(found, key=lambda one: Decimal("Infinity") if one.cost.amount is None else one.cost.amount)


def reckon_worst_case(provider: Provider, request: CompletionRequest) -> Reckoning:
    """Every token that we may be charged for: the tools are part of the prompt, and the answer is as long as it may
    be."""
    tokens_in = estimate_prompt(request.messages) + estimate_tools(request.tools)
    usage = Usage(input=tokens_in, output=request.max_output_tokens)
    return Reckoning(usage, provider.price(Completion("", usage=usage), request.llm))
