"""The base of what is put around a provider: it behaves as the one inside, but for what a subclass changes."""

from collections.abc import Iterator

from agent.base import Completion, CompletionRequest, Cost, Provider


class Wrapped:
    """A provider that hands everything on."""

    def __init__(self, inner: Provider) -> None:
        self.inner = inner
        self.name = inner.name
        self.engine = inner.engine
        self.sees = inner.sees

    def complete(self, request: CompletionRequest) -> Completion:
        return self.inner.complete(request)

    def stream(self, request: CompletionRequest) -> Iterator[str | Completion]:
        """Piece by piece where the subclass leaves `complete` alone, else whole: what it does there holds here too."""
        if type(self).complete is Wrapped.complete:
            yield from self.inner.stream(request)
            return
        yield from self.complete(request).in_one_piece()

    def price(self, completion: Completion, llm: str) -> Cost:
        return self.inner.price(completion, llm)

    def preload(self) -> None:
        self.inner.preload()

    def close(self) -> None:
        self.inner.close()
