"""A chain of providers behind the one protocol: when one fails, the next is asked, and it stays on record why.

Whom to leave alone is the breaker's to know. The offline engine is never in a chain: rules that answer in the place of
an LLM would be taken for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from agent.base import ChatMessage, Completion, CompletionRequest, Cost, Provider
from models.errors import ConfigurationError, ProviderError
from models.retry_policy import RETRY_POLICIES

_CORRECTION = (
    "[The call of a tool that you just wrote could not be used and was not run: {reason}. Write a valid call that "
    "keeps to the tool's schema, or answer in words.]"
)


@dataclass(frozen=True, slots=True)
class Link:
    """One provider of a chain, the LLM it is asked for, and the address by which the breaker knows it. `call_seconds`
    and `output_tokens` are its own limits of one call; None: those of the request."""

    provider: Provider
    llm: str
    address: str
    call_seconds: float | None = None
    output_tokens: int | None = None

    def address_to(self, request: CompletionRequest) -> CompletionRequest:
        """The request as this one is asked it."""
        return replace(
            request,
            llm=self.llm,
            timeout=self.call_seconds or request.timeout,
            max_output_tokens=self.output_tokens or request.max_output_tokens,
        )


class Breaker(Protocol):
    """Who is to be left alone, as one run sees it."""

    def pause(self, address: str) -> float | None:
        """For how many seconds it is to be left alone; None if it may be asked now."""
        ...

    def note_failure(self, address: str, error: ProviderError) -> None: ...

    def note_answer(self, address: str) -> None: ...


class RunBreaker:
    """Knows of one run only: who failed in it is not asked again, unless nobody else is left."""

    def __init__(self) -> None:
        self.failed: dict[str, ProviderError] = {}

    def pause(self, address: str) -> float | None:
        return self.failed[address].retry_after or 0.0 if address in self.failed else None

    def note_failure(self, address: str, error: ProviderError) -> None:
        self.failed[address] = error

    def note_answer(self, address: str) -> None:
        """It may be asked in any case."""


def links_of(provider: Provider, llm: str) -> tuple[Link, ...]:
    """The links of a chain; any other provider is a chain of one."""
    return provider.links if isinstance(provider, Fallback) else (Link(provider, llm, provider.name),)


class Fallback:
    """Asks each of `links` in turn; bears the first one's name. One instance serves all threads of a process."""

    def __init__(self, links: Sequence[Link], breaker: Breaker | None = None) -> None:
        """`breaker` belongs to one run; without one, each call begins at the first link. Raises ConfigurationError."""
        if any(link.provider.engine == "offline" for link in links[1:]):
            raise ConfigurationError("offline stands among the fallbacks: rules must not answer in an LLM's place")
        if len({link.address for link in links}) < len(links):
            raise ConfigurationError("a provider stands twice in a chain of fallbacks: name each server once")
        self.links = tuple(links)
        self._breaker = breaker
        first = links[0].provider
        self.name, self.engine, self.sees = first.name, first.engine, first.sees

    def complete(self, request: CompletionRequest) -> Completion:
        """The first answer; raises the ProviderError that says best when to come back."""
        breaker = self._breaker or RunBreaker()
        passed = _Passed()
        for link in self.links:
            pause = breaker.pause(link.address)
            if pause is not None:
                passed.add_resting(link, pause)
                continue
            try:
                asked = replace(link.address_to(request), instead_of=passed.reasons)
                completion = _ask(link.provider, asked)
            except ProviderError as error:
                breaker.note_failure(link.address, error)
                if not RETRY_POLICIES[error.kind].elsewhere:
                    raise
                passed.add_failed(link, error)
                continue
            breaker.note_answer(link.address)
            return completion if completion.provider else replace(completion, provider=link.provider.name)
        raise passed.conclude()

    def stream(self, request: CompletionRequest) -> Iterator[str | Completion]:
        """Whole: words of one that fails in mid-answer must not stand before those of the next."""
        yield from self.complete(request).in_one_piece()

    def price(self, completion: Completion, llm: str) -> Cost:
        named = (link for link in self.links if link.provider.name == completion.provider)
        link = next(named, self.links[0])
        return link.provider.price(completion, link.llm)

    def preload(self) -> None:
        for link in self.links:
            link.provider.preload()

    def close(self) -> None:
        for link in self.links:
            link.provider.close()


def _ask(provider: Provider, request: CompletionRequest) -> Completion:
    """A call that the vendor itself threw away is the LLM's mistake: it is told once what was wrong."""
    try:
        return provider.complete(request)
    except ProviderError as error:
        if RETRY_POLICIES[error.kind].again != "corrected":
            raise
        correction = ChatMessage("user", _CORRECTION.format(reason=str(error)), is_context=True)
        return provider.complete(replace(request, messages=(*request.messages, correction)))


class _Passed:
    """Those who did not answer, and why."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._errors: list[ProviderError] = []
        self._pauses: list[float] = []

    def add_resting(self, link: Link, pause: float) -> None:
        self._said.append(f"{link.address}: left alone")
        self._pauses.append(pause)

    def add_failed(self, link: Link, error: ProviderError) -> None:
        self._said.append(f"{link.address}: {error.kind}")
        self._errors.append(error)

    @property
    def reasons(self) -> str:
        return "; ".join(self._said)

    def conclude(self) -> ProviderError:
        """What may pass comes before what cannot, and what passes sooner before what passes later."""
        passing = [error for error in self._errors if not error.permanent]
        soonest = min(passing, key=_wait_of, default=None)
        pause = min(self._pauses, default=None)
        if pause is not None and (soonest is None or pause < _wait_of(soonest)):
            return ProviderError(f"nobody may be asked now: {self.reasons}", kind="overloaded", retry_after=pause)
        chosen = soonest or self._errors[0]
        if len(self._said) == 1:
            return chosen
        text = f"{self.reasons}. {chosen}"
        return ProviderError(text, kind=chosen.kind, retry_after=chosen.retry_after, status=chosen.status)


def _wait_of(error: ProviderError) -> float:
    return error.retry_after or 0.0
