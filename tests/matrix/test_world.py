"""The world of the matrix itself: quiet when nothing strikes, the same every time, and deadly to whoever it strikes."""

import pytest

from tests.matrix.judge import judge
from tests.matrix.runs import run
from tests.matrix.scenarios import SCENARIOS
from tests.matrix.stage import Stage
from tests.matrix.watch import MODES, Mode, Strike
from tests.matrix.world import opened_world


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_run_that_nothing_strikes_violates_nothing_and_goes_the_same_way_twice(stage: Stage, scenario: str) -> None:
    first, second = run(stage, scenario), run(stage, scenario)
    assert (first.violations, second.violations) == ((), ())
    assert first.hits == second.hits


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_strikes_once_and_the_run_recovers(stage: Stage, mode: Mode) -> None:
    place = run(stage, "crm").hits.index("llm.answered")
    outcome = run(stage, "crm", [Strike(place, mode)])
    assert [(struck.point, struck.hit, struck.mode) for struck in outcome.struck] == [("llm.answered", 1, mode)]
    assert outcome.violations == ()


def test_the_dead_do_nothing_more(stage: Stage) -> None:
    with opened_world(stage) as world:
        worker = world.worker
        world.post(world.senders.crm("m1 oi"))
        world.kill(worker.life)
        assert not world.act(worker.life, worker.take_rings)
        assert not world.act(worker.life, worker.sweep)
        assert world.worker is not worker
        world.finish()
        assert judge(world) == []


def test_the_judge_sees_a_reply_too_many_and_a_message_that_was_never_answered(stage: Stage) -> None:
    with opened_world(stage) as world:
        world.post(world.senders.whatsapp("m1 oi"))
        world.finish()
        [message] = stage.twilio.history.messages
        stage.twilio.history.messages.append(message)
        assert "I2: whatsapp:+5511900000001: m1 was answered 2 times" in map(str, judge(world))
        stage.twilio.history.messages.clear()
        assert "I2: whatsapp:+5511900000001: no answer to m1" in map(str, judge(world))


def test_the_judge_sees_a_neighbour_touched_a_secret_logged_and_an_effect_repeated(stage: Stage) -> None:
    with opened_world(stage) as world:
        world.post(world.senders.crm("m1 anote isto"))
        world.finish()
        stage.ledger.write("another key", "m1", "again")
        stage.log.lines.append(f"it is {stage.twilio.auth_token}")
        world.rows("UPDATE message SET text = 'touched' WHERE text = 'not yours' RETURNING 1")
        try:
            assert [violation.invariant for violation in judge(world)] == ["I5", "I9", "I9"]
        finally:
            world.rows("UPDATE message SET text = 'not yours' WHERE text = 'touched' RETURNING 1")
