"""The bucket that keeps us below a CRM's limit."""

from channels.crm.rate import TokenBucket
from tests.fakes import FixedClock


def test_no_span_of_time_sees_more_than_the_limit() -> None:
    clock = FixedClock()
    bucket = TokenBucket(120, 60, clock.monotonic)
    taken_at: list[float] = []
    for _ in range(3_000):
        if not bucket.take():
            taken_at.append(clock.monotonic())
        clock.move(0.1)
    assert max(sum(1 for at in taken_at if start <= at < start + 60) for start in taken_at) <= 120
    assert len(taken_at) > 350, "and the limit is made use of"


def test_who_comes_too_early_is_told_how_long_to_wait_and_waiting_so_long_is_enough() -> None:
    clock = FixedClock()
    bucket = TokenBucket(4, 10, clock.monotonic)
    assert [bucket.take(), bucket.take()] == [0, 0]
    wait = bucket.take()
    assert 0 < wait <= 10
    clock.move(wait - 0.01)
    assert bucket.take() > 0
    clock.move(0.02)
    assert bucket.take() == 0


def test_a_limit_of_one_lets_one_through_at_a_time() -> None:
    clock = FixedClock()
    bucket = TokenBucket(1, 2, clock.monotonic)
    assert bucket.take() == 0
    assert bucket.take() == 2
    clock.move(2)
    assert bucket.take() == 0
