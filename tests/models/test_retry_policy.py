"""What follows from each kind of failure, as a table, and how long is waited."""

from datetime import timedelta
from typing import get_args

import pytest

from models.errors import ProviderError
from models.retry_policy import RETRY_POLICIES, ProviderErrorKind, wait_as_told, wait_before

# kind: again, elsewhere, counts against the provider, may have been billed
TABLE = {
    "auth": ("never", True, False, False),
    "billing": ("never", True, False, False),
    "model_not_found": ("never", True, False, False),
    "bad_request": ("never", True, False, False),
    "context_overflow": ("never", True, False, False),
    "content_refused": ("never", False, False, True),
    "rate_limit": ("later", True, True, False),
    "overloaded": ("later", True, True, False),
    "connection": ("later", True, True, False),
    "server": ("later", True, True, False),
    "timeout": ("later", True, True, True),
    "truncated": ("later", True, False, True),
    "unknown": ("later", True, False, True),
    "tool_call_invalid": ("corrected", True, False, True),
}


def test_every_kind_has_its_row() -> None:
    assert set(RETRY_POLICIES) == set(get_args(ProviderErrorKind)) == set(TABLE)


@pytest.mark.parametrize("kind", get_args(ProviderErrorKind))
def test_what_follows_from_a_kind(kind: ProviderErrorKind) -> None:
    policy = RETRY_POLICIES[kind]
    assert (policy.again, policy.elsewhere, policy.is_silence, policy.may_be_billed) == TABLE[kind]
    assert ProviderError("no", kind=kind).permanent == (policy.again == "never")


def test_waits_double_from_three_seconds_to_five_minutes() -> None:
    waits = [wait_before(attempt).total_seconds() for attempt in (1, 2, 3, 7, 8, 1000)]
    assert waits == [3, 6, 12, 192, 300, 300]


@pytest.mark.parametrize(("retry_after", "seconds"), [(None, 3), (0, 3), (2.5, 3), (40, 40), (86_400, 900)], ids=str)
def test_a_provider_that_names_a_time_is_asked_not_sooner_and_not_after_everybody_has_left(
    retry_after: float | None, seconds: float
) -> None:
    assert wait_as_told(1, retry_after, timedelta(minutes=15)) == timedelta(seconds=seconds)
