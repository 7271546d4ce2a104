"""A sender or an LLM that asked for a pause, or does not answer, is left alone as a whole; nobody loses a message."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from jobs.breaker import sender_of
from models.errors import ProviderError
from models.faultpoint import set_fault_hook
from models.inbox import Stored
from models.reply import Accepted, OutboundPart, Rejected, SendOutcome, Unknown
from models.session import session_scope
from tests.jobs.house import House

_LIMIT = Rejected("63018", "the number's limit", permanent=False, retry_after=60.0, rests_sender=True)
_REFUSED = Rejected("connection", "refused", permanent=False)


def people(house: House, count: int) -> list[Stored]:
    return [house.say("oi", f"m{number}", sender=f"+55119999900{number:02}") for number in range(count)]


def let_rests_end(house: House) -> None:
    house.run("UPDATE rest SET rests_until = now() - interval '1 second'")
    house.make_due()


def test_a_limit_of_the_sender_makes_all_its_parts_wait_and_then_go(house: House) -> None:
    first, second, third = people(house, 3)
    house.channel.outcomes, began = [_LIMIT], house.now()
    house.advance(first)
    house.advance(second)
    house.advance(third)
    assert house.sent == [], "only the first has asked the platform"
    assert house.rows("SELECT status, tries FROM outbox ORDER BY tries") == [
        ("pending", 0), ("pending", 0), ("pending", 1)
    ]  # fmt: skip
    tries_at = [at for (at,) in house.rows("SELECT next_try_at FROM outbox")]
    assert began + timedelta(seconds=60) <= min(tries_at)
    assert max(tries_at) < house.now() + timedelta(seconds=80)
    assert house.rows("SELECT count(*) FROM conversation WHERE lease_owner IS NULL AND due_at > now()") == [(3,)]
    let_rests_end(house)
    for stored in (first, second, third):
        house.advance(stored)
    assert house.sent == ["echo: oi"] * 3
    assert house.rows("SELECT count(*) FROM rest") == [(0,)]


def test_a_part_that_the_platform_refuses_for_its_own_sake_makes_nobody_else_wait(house: House) -> None:
    first, second = people(house, 2)
    house.channel.outcomes = [Rejected("21211", "no such number", permanent=True)]
    house.advance(first)
    house.advance(second)
    assert house.sent == ["echo: oi"]


@pytest.mark.parametrize("silence", [_REFUSED, Unknown("ReadTimeout")])
def test_a_platform_that_does_not_answer_is_left_alone_after_some_tries(house: House, silence: SendOutcome) -> None:
    stored = people(house, 6)
    house.channel.outcomes, began = [silence] * 6, house.now()
    for one in stored:
        house.advance(one)
    assert house.rows("SELECT count(*) FROM outbox WHERE tries > 0") == [(3,)]
    [(until,)] = house.rows("SELECT rests_until FROM rest")
    assert began + timedelta(seconds=5) <= until <= house.now() + timedelta(seconds=5)


def test_one_part_finds_out_whether_it_answers_again_and_the_others_hold_no_thread(house: House) -> None:
    stored = people(house, 6)
    house.channel.outcomes = [_REFUSED] * 4
    for one in stored[:3]:
        house.advance(one)
    let_rests_end(house)
    for one in stored:
        house.advance(one)
    assert len(house.channel.outcomes) == 0, "one of them tried, in vain"
    assert house.rows("SELECT failures FROM rest") == [(4,)]
    let_rests_end(house)
    for one in stored:
        house.advance(one)
    assert house.sent == ["echo: oi"] * 6, "the first success opens the way for all"
    assert house.rows("SELECT count(*) FROM rest") == [(0,)]


def test_rests_grow_up_to_half_a_minute(house: House) -> None:
    stored = people(house, 2)
    house.channel.outcomes = [_REFUSED] * 12
    longest = timedelta(seconds=30)
    for number in range(12):
        began = house.now()
        house.advance(stored[number % 2])
        [(until,)] = house.rows("SELECT rests_until FROM rest")
        assert until <= house.now() + longest
        assert number < 5 or until >= began + longest
        let_rests_end(house)


def test_who_tries_may_die_and_another_tries_after_it(house: House) -> None:
    stored = people(house, 4)
    house.channel.outcomes = [_REFUSED] * 3
    for one in stored[:3]:
        house.advance(one)
    let_rests_end(house)
    house.channel.outcomes = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        house.advance(stored[0])
    house.advance(stored[3])
    assert len(house.sent) == 1, "the fake keeps what a dying process had handed over"
    let_rests_end(house)
    house.advance(stored[3])
    assert len(house.sent) == 2


def test_an_unknown_part_is_not_asked_for_while_the_platform_is_left_alone(house: House) -> None:
    stored = people(house, 3)
    house.channel.outcomes = [Unknown("ReadTimeout")] * 3
    for one in stored:
        house.advance(one)
    house.run("UPDATE outbox SET next_try_at = now()")
    house.run("UPDATE conversation SET due_at = now()")
    for one in stored:
        house.advance(one)
    assert house.channel.asked == []
    let_rests_end(house)
    for one in stored:
        house.advance(one)
    assert len(house.channel.asked) == 3


def test_a_limit_outlasts_the_success_of_a_part_that_was_on_its_way(house: House) -> None:
    first, second = people(house, 2)

    class Busy:
        def send(self, part: OutboundPart) -> SendOutcome:
            with session_scope(house.engine) as connection:
                connection.execute(
                    text("INSERT INTO rest (name, rests_until) VALUES ('fake/default', now() + interval '1 minute')")
                )
            house.channel.sent.append(part)
            return Accepted("id")

    house.channel.send = Busy().send  # type: ignore[method-assign]
    house.advance(first)
    house.advance(second)
    assert house.rows("SELECT count(*) FROM rest") == [(1,)]
    assert len(house.sent) == 1


def test_a_turn_that_is_too_much_for_the_llm_makes_nobody_else_wait(house: House) -> None:
    heavy, other = people(house, 2)
    house.provider.script = [ProviderError("no answer", kind="timeout") for _ in range(5)]
    for _ in range(5):
        house.advance(heavy)
        house.make_due()
    house.advance(other)
    assert house.sent == ["echo: oi"]


def test_an_llm_that_does_not_answer_is_asked_by_one_turn_at_a_time(house: House) -> None:
    stored = people(house, 6)
    house.provider.script = [ProviderError("no answer", kind="timeout") for _ in range(4)]
    for one in stored:
        house.advance(one)
    assert len(house.provider.requests) == 3
    assert house.rows("SELECT count(*) FROM turn WHERE next_try_at > now() AND crashes = 0") == [(6,)]
    let_rests_end(house)
    for one in stored:
        house.advance(one)
    assert len(house.provider.requests) == 4, "one of them tried, in vain"
    let_rests_end(house)
    for one in stored:
        house.advance(one)
    assert len(house.sent) == 6, "the first answer opens the way for all"
    assert house.rows("SELECT count(*) FROM rest") == [(0,)]


def test_an_llm_that_says_when_to_come_back_is_left_alone_until_then(house: House) -> None:
    first, second = people(house, 2)
    house.provider.script = [ProviderError("too many", kind="rate_limit", retry_after=40)]
    began = house.now()
    house.advance(first)
    house.advance(second)
    assert len(house.provider.requests) == 1
    tries_at = [at for (at,) in house.rows("SELECT next_try_at FROM turn")]
    assert began + timedelta(seconds=40) <= min(tries_at)
    assert max(tries_at) < house.now() + timedelta(seconds=55)
    let_rests_end(house)
    house.advance(first)
    house.advance(second)
    assert len(house.sent) == 2


def test_a_prompt_that_the_llm_cannot_take_makes_nobody_else_wait(house: House) -> None:
    stored = people(house, 5)
    house.provider.script = [ProviderError("too long", kind="context_overflow") for _ in range(4)]
    for one in stored:
        house.advance(one)
    assert len(house.provider.requests) == 5


def test_whoever_waits_for_an_llm_at_rest_for_too_long_is_told_so(house: House) -> None:
    [stored] = people(house, 1)
    house.provider.script = [ProviderError("no answer", kind="timeout")]
    house.advance(stored)
    house.run("UPDATE rest SET failures = 9, rests_until = now() + interval '20 seconds'")
    house.run("UPDATE turn SET next_try_at = now(), first_failed_at = now() - interval '16 minutes'")
    house.run("UPDATE conversation SET due_at = now()")
    house.advance(stored)
    assert house.rows("SELECT outcome FROM turn") == [("apologised",)]
    assert len(house.provider.requests) == 1


def test_a_part_that_the_adapter_stumbles_over_makes_nobody_else_wait(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(part: OutboundPart) -> SendOutcome:
        raise UnicodeEncodeError("ascii", "é", 0, 1, "a bug of ours")

    *poisoned, healthy = people(house, 5)
    with monkeypatch.context() as patched:
        patched.setattr(house.channel, "send", stumble)
        for stored in poisoned:
            house.advance(stored)
    house.advance(healthy)
    assert house.sent == ["echo: oi"]


def test_a_rest_that_ends_while_a_part_is_looked_at_lets_go_of_it(house: House) -> None:
    looks: list[str] = []

    def end_the_rest_meanwhile(point: str) -> None:
        if point == "answer.committed":
            name = sender_of(house.channel)
            house.run(f"INSERT INTO rest (name, rests_until) VALUES ('{name}', now() + interval '1.5 s')")
        if point == "send.due":
            looks.append(point)
            assert len(looks) < 5, "it looks again and again"
            # as late as the part may be due: a quarter of the rest is spread among those who waited
            while house.rows("SELECT rests_until + interval '0.5 s' > clock_timestamp() FROM rest") == [(True,)]:
                pass

    stored = house.say("oi", "m1")
    set_fault_hook(end_the_rest_meanwhile)
    try:
        house.advance(stored)
    finally:
        set_fault_hook(None)
    assert house.sent == []
    assert house.rows("SELECT lease_owner, due_at <= now() FROM conversation") == [(None, True)]
    house.advance(stored)
    assert house.sent == ["echo: oi"]
