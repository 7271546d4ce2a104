"""The ways things can fail, as one tree.

RecadoError
├── ConfigurationError      start-up only; names the variable and the cure
├── ChannelError
│   ├── VerificationError   not from who it claims        -> 401/403, nothing stored but a counter
│   ├── PayloadError        genuine but unreadable        -> 400 or stored for replay, never 500
│   └── DeliveryError       the platform refused (.permanent decides retry)
├── AgentError
│   ├── ProviderError       the LLM failed (.kind, .permanent, .retry_after) -> retry, fallback, reschedule
│   ├── ToolError           shown to the model, which may adapt
│   └── BudgetExceeded      steps, tokens, time or money  -> a polite reply, the operator alerted
├── StorageError            the place for files failed (.permanent decides retry)
│   └── StoredFileMissing   no file under that key: deleted, or never there
├── UnreadableDocument      a file that cannot be taken in -> said to who gave it; trying again cannot help
├── IdempotencyConflict     the same key with another body -> 422
└── LeaseLost               another worker owns the conversation now: stop, write nothing
"""

from models.retry_policy import RETRY_POLICIES
from models.retry_policy import ProviderErrorKind as ProviderErrorKind


class RecadoError(Exception):
    """Base of every error that Recado raises on purpose."""


class ConfigurationError(RecadoError):
    """A setting is missing or wrong; the message names the variable and the cure. Start-up only."""


class ChannelError(RecadoError):
    """Something went wrong between us and a platform."""


class VerificationError(ChannelError):
    """The request does not come from who it claims to come from."""


class PayloadError(ChannelError):
    """The request is genuine but cannot be read; the message may be shown to the sender."""


class DeliveryError(ChannelError):
    """The platform refused; `permanent` says that trying again cannot help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class AgentError(RecadoError):
    """The assistant could not do its work."""


class ProviderError(AgentError):
    """An LLM call failed. `retry_after` is in seconds and None when the vendor did not say."""

    def __init__(
        self, message: str, *, kind: ProviderErrorKind, retry_after: float | None = None, status: int | None = None
    ) -> None:
        super().__init__(message)
        self.kind: ProviderErrorKind = kind
        self.retry_after = retry_after
        self.status = status

    @property
    def permanent(self) -> bool:
        """The same request will meet it again however often it is sent."""
        return RETRY_POLICIES[self.kind].again == "never"


class ToolError(AgentError):
    """A tool could not do what was asked; the message is for the LLM, the stable `code` for engines without prose."""

    def __init__(self, message: str, *, code: str = "failed", **details: object) -> None:
        super().__init__(message)
        self.code = code
        self.details = details


class BudgetExceeded(AgentError):
    """A limit of steps, tokens, time or money was reached; `limit` names it."""

    def __init__(self, message: str, *, limit: str) -> None:
        super().__init__(message)
        self.limit = limit


class StorageError(RecadoError):
    """The place for files failed or refused; `permanent` says that trying again cannot help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class StoredFileMissing(StorageError):
    """There is no file under that key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no file is stored under {key[:60]!r}", permanent=True)


class UnreadableDocument(RecadoError):
    """A file that the assistant cannot read; the message says why, and what to do."""


class IdempotencyConflict(RecadoError):
    """An idempotency key came back with another body."""


class LeaseLost(RecadoError):
    """The conversation's lease passed to another worker; whoever sees this must stop and write nothing."""
