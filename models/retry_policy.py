"""What each kind of an LLM's failure means for the next try: the one table that loop, breaker, books and queue read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

ProviderErrorKind = Literal[
    "auth",
    "billing",
    "rate_limit",
    "overloaded",
    "timeout",
    "connection",
    "context_overflow",
    "content_refused",
    "bad_request",
    "tool_call_invalid",
    "model_not_found",
    "truncated",
    "server",
    "unknown",
]
Again = Literal["never", "later", "corrected"]


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`again`: whether the same provider is asked the same once more, at once and only once where the LLM is told what
    was wrong with its call. `elsewhere`: whether the next provider of a chain is asked. `is_silence`: it counts against
    the provider for everybody. `may_be_billed`: tokens were made, or nobody knows."""

    again: Again
    elsewhere: bool
    is_silence: bool = False
    may_be_billed: bool = False


_BROKEN = RetryPolicy("never", elsewhere=True)  # the key, the account or the request must be mended by a person
_AWAY = RetryPolicy("later", elsewhere=True, is_silence=True)

RETRY_POLICIES: Mapping[ProviderErrorKind, RetryPolicy] = {
    "auth": _BROKEN,
    "billing": _BROKEN,
    "model_not_found": _BROKEN,
    "bad_request": _BROKEN,
    "context_overflow": _BROKEN,  # another LLM may hold more
    # Looking for an LLM that does not refuse would go round the refusal.
    "content_refused": RetryPolicy("never", elsewhere=False, may_be_billed=True),
    "rate_limit": _AWAY,
    "overloaded": _AWAY,
    "connection": _AWAY,
    "server": _AWAY,
    "timeout": RetryPolicy("later", elsewhere=True, is_silence=True, may_be_billed=True),
    "truncated": RetryPolicy("later", elsewhere=True, may_be_billed=True),
    "unknown": RetryPolicy("later", elsewhere=True, may_be_billed=True),
    "tool_call_invalid": RetryPolicy("corrected", elsewhere=True, may_be_billed=True),
}

_FIRST_WAIT = timedelta(seconds=3)
_LONGEST_WAIT = timedelta(minutes=5)


def wait_before(attempt: int) -> timedelta:
    """Until the next try of something that failed for the `attempt`th time, counted from 1. Pure."""
    wait: timedelta = min(_FIRST_WAIT * 2 ** min(attempt - 1, 10), _LONGEST_WAIT)
    return wait


def wait_as_told(attempt: int, retry_after: float | None, patience: timedelta) -> timedelta:
    """The same where the provider may have said how many seconds it wants: not sooner than it says, and not later than
    anybody would wait. Pure."""
    wait = wait_before(attempt)
    return wait if retry_after is None else min(max(timedelta(seconds=retry_after), wait), patience)
