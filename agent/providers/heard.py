"""A provider whose words are heard while it speaks; whoever asks it gets the whole completion as ever."""

from typing import Protocol

from agent.base import Completion, CompletionRequest, Provider
from agent.providers.wrapped import Wrapped
from models.errors import ProviderError


class Listener(Protocol):
    """Hears an answer being made. It must not raise, and must not be slow."""

    def begin(self) -> None:
        """An LLM is about to speak; what was said before was not the answer."""
        ...

    def say(self, words: str) -> None:
        """Some more of it."""
        ...


class Heard(Wrapped):
    """Streams from the provider inside, tells the listener, and gives the completion."""

    def __init__(self, inner: Provider, listener: Listener) -> None:
        super().__init__(inner)
        self._listener = listener

    def complete(self, request: CompletionRequest) -> Completion:
        self._listener.begin()
        for piece in self.inner.stream(request):
            if isinstance(piece, Completion):
                return piece
            self._listener.say(piece)
        raise ProviderError(f"{self.name}: the stream ended before the answer did", kind="truncated")
