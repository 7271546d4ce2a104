"""What becomes of a conversation when code, the database or the settings fail under it."""

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from agent.base import Completion, CompletionRequest, Usage
from agent.spec.agent_spec import LimitsSpec
from channels.base import Capabilities
from jobs.alarms import Alarms
from jobs.leases import LeaseKeeper
from jobs.runtime import set_services
from models.errors import ProviderError
from models.lease import Lease, check_lease
from models.outbox import mark_again
from models.session import build_engine, session_scope
from tests.fakes import OneAgent
from tests.jobs.house import House
from tests.models.test_delivery import part_of, receive
from tests.waiting import eventually

_AWAY = OperationalError("SELECT 1", {}, Exception("the server went away"))


def test_a_bug_is_tried_again_later_and_ends_in_an_apology_after_three_tries(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.provider.script = [KeyError("a bug"), KeyError("a bug"), KeyError("a bug")]
    stored = house.say("oi", "m1")
    for tries in (1, 2, 3):
        began = house.now()
        house.advance(stored)
        [(crashes, error, again_at)] = house.rows("SELECT crashes, error, next_try_at FROM turn")
        assert (crashes, error, again_at >= began + timedelta(seconds=3)) == (tries, "KeyError", True)
        assert house.rows("SELECT lease_owner FROM conversation") == [(None,)], "nobody has to wait for a lease to end"
        house.make_due()
    house.advance(stored)
    assert len(house.sent) == 1
    assert "Não consegui" in house.sent[0]
    assert house.rows("SELECT status, outcome FROM turn") == [("settled", "apologised")]
    traces = [record.exc_info for record in caplog.records if record.exc_info]
    assert len(traces) == 3, "a bug can be found by its traces"


@pytest.mark.parametrize("error", [_AWAY, PoolTimeout("the pool is empty")])
def test_a_database_that_is_away_is_nobodys_crash(house: House, error: Exception) -> None:
    stored = house.say("oi", "m1")
    for _ in range(5):
        house.provider.script = [error]
        house.advance(stored)
        house.make_due()
    assert house.rows("SELECT crashes, running, status FROM turn") == [(0, 0, "open")]
    house.advance(stored)
    assert house.sent == ["echo: oi"]


def test_a_database_that_fails_one_turn_for_too_long_ends_in_an_apology(house: House) -> None:
    house.provider.script = [_AWAY, _AWAY]
    stored = house.say("oi", "m1")
    house.advance(stored)
    house.run("UPDATE turn SET first_failed_at = now() - interval '16 minutes'")
    house.make_due()
    house.advance(stored)
    assert house.rows("SELECT outcome FROM turn") == [("apologised",)]


def test_patience_is_measured_by_the_databases_clock_alone(house: House) -> None:
    house.clock.move(365 * 86_400)  # this machine's clock is wrong
    stored = house.say("oi", "m1")
    for _ in range(2):
        house.provider.script = [ProviderError("down", kind="server")]
        house.advance(stored)
        house.make_due()
    house.advance(stored)
    assert house.sent == ["echo: oi"]


def test_an_adapter_that_stumbles_over_sending_is_taken_for_unknown(house: House) -> None:
    house.channel.outcomes = [KeyError("a bug")]
    stored = house.say("oi", "m1")
    house.advance(stored)
    assert house.rows("SELECT status, error FROM outbox") == [("unknown", "KeyError in the adapter")]
    assert house.rows("SELECT lease_owner FROM conversation") == [(None,)]


def test_an_adapter_that_stumbles_over_every_question_does_not_block_the_conversation_for_ever(house: House) -> None:
    house.channel.outcomes = [KeyError("a bug")]
    house.channel.findings = [ValueError("a bug"), ValueError("a bug")]
    stored = house.say("oi", "m1")
    house.advance(stored)
    house.make_due()
    house.advance(stored)
    assert house.rows("SELECT status, error FROM outbox") == [("unknown", "ValueError in the adapter")]
    house.run("UPDATE outbox SET created_at = now() - interval '2 hours'")
    house.make_due()
    house.advance(stored)
    assert house.rows("SELECT status FROM outbox") == [("held",)]
    house.advance(house.say("e agora?", "m2"))
    assert house.sent[-1] == "echo: e agora?"


def test_a_conversation_whose_channel_was_taken_away_waits_without_keeping_others_waiting(house: House) -> None:
    stored = house.say("oi", "m1")
    set_services(replace(house.services, channel_for=lambda name, account: None))
    house.advance(stored)
    assert house.rows("SELECT lease_owner, due_at > now() + interval '30 seconds' FROM conversation") == [(None, True)]
    set_services(house.services)
    house.make_due()
    house.advance(stored)
    assert house.sent == ["echo: oi"]
    house.make_due()
    set_services(replace(house.services, channel_for=lambda name, account: None))
    house.run("UPDATE conversation SET due_at = now()")
    house.advance(stored)
    assert house.rows("SELECT due_at FROM conversation") == [(None,)], "nothing is left to do"


def test_what_waits_behind_a_reset_is_answered_without_memory_of_what_came_before(house: House) -> None:
    house.channel.capabilities = Capabilities(40, "plain", "push", coalesces=False)
    house.advance(house.say("um", "m1"))
    house.say("Esquece tudo!", "m2")
    stored = house.say("dois", "m3")
    house.advance(stored)
    lines = [line.content for line in house.provider.requests[-1].messages if line.role != "system"]
    assert lines == ["dois"]
    house.advance(house.say("tres", "m4"))
    lines = [line.content for line in house.provider.requests[-1].messages if line.role != "system"]
    assert lines == ["dois", "echo: dois", "tres"], "what was said after the reset is remembered"


def test_a_worker_that_stops_finishes_the_turn_in_flight_and_leaves_the_next_to_others(house: House) -> None:
    stopping = threading.Event()
    set_services(replace(house.services, is_stopping=stopping.is_set))
    house.channel.capabilities = Capabilities(40, "plain", "push", coalesces=False)

    def stop(request: CompletionRequest) -> Completion:
        stopping.set()
        return Completion("um", usage=Usage(1, 1))

    house.provider.script = [stop]
    house.say("oi", "m1")
    stored = house.say("e ontem?", "m2")
    house.advance(stored)
    assert house.sent == ["um"]
    assert house.rows("SELECT lease_owner, due_at <= now() FROM conversation") == [(None, True)]
    stopping.clear()
    house.advance(stored)
    assert house.sent == ["um", "echo: e ontem?"]


def test_a_receipt_and_a_stage_that_meet_do_not_wait_for_each_other(house: House) -> None:
    stored = house.say("oi", "m1")
    house.channel.outcomes = [KeyError("a bug")]
    house.advance(stored)
    part_id, lease = part_of(house), house.services.leases.acquire(stored.conversation_id)
    assert lease is not None
    platform = threading.Thread(
        target=receive, args=(house,), kwargs={"status": "delivered", "external_id": "SM1", "part_id": part_id}
    )
    with session_scope(house.engine) as connection:
        check_lease(connection, lease)
        platform.start()
        _wait_for_a_waiter(house)
        mark_again(connection, part_id, status="unknown", wait=timedelta(0), code="", error="")
    platform.join()
    assert house.rows("SELECT status, provider_id FROM outbox") == [("delivered", "SM1")]


def test_leases_are_renewed_while_the_work_uses_up_every_connection(house: House) -> None:
    work = build_engine(_url(house), application_name="recado-tests", pool_size=1, patience=0.1)
    keeper = LeaseKeeper(work, "worker-1", pulse=house.engine)
    assert keeper.acquire(house.say("oi", "m1").conversation_id) is not None
    house.run("UPDATE conversation SET lease_until = now()")
    with work.connect():
        keeper.renew()
    work.dispose()
    assert house.rows("SELECT lease_until > now() + interval '5 seconds' FROM conversation") == [(True,)]


def test_one_slow_stage_does_not_keep_the_other_leases_from_being_renewed(house: House) -> None:
    keeper = house.services.leases
    slow = keeper.acquire(house.say("oi", "m1").conversation_id)
    other = keeper.acquire(house.say("oi", "m2", sender="+5511999990001").conversation_id)
    assert slow is not None
    assert other is not None
    house.run("UPDATE conversation SET lease_until = now()")
    with session_scope(house.engine) as connection:
        check_lease(connection, slow)
        keeper.renew()
    renewed = house.rows("SELECT id FROM conversation WHERE lease_until > now() + interval '5 seconds'")
    assert renewed == [(other.conversation_id,)]
    keeper.renew()
    assert house.rows("SELECT count(*) FROM conversation WHERE lease_until > now() + interval '5 seconds'") == [(2,)]


def test_a_thread_that_hangs_does_not_hold_its_conversation_for_ever(house: House) -> None:
    hanging = LeaseKeeper(house.engine, "worker-2", longest=timedelta(minutes=9), clock=house.clock)
    stored = house.say("oi", "m1")
    lease = hanging.acquire(stored.conversation_id)
    assert lease is not None
    house.clock.move(400)
    hanging.note_progress(lease)
    house.clock.move(400)
    house.let_leases_expire()
    hanging.renew()
    house.advance(stored)
    assert house.sent == [], "it moved a moment ago"
    house.clock.move(400)
    house.let_leases_expire()
    hanging.renew()
    house.advance(stored)
    assert house.sent == ["echo: oi"]


def test_an_agent_whose_file_allows_it_may_take_long_and_keeps_its_conversation_meanwhile(house: House) -> None:
    keeper = LeaseKeeper(house.engine, "worker-2", clock=house.clock)
    held: list[int] = []

    def think(request: CompletionRequest) -> Completion:
        house.clock.move(1500)
        keeper.renew()
        held.append(keeper.in_flight)
        return Completion("feito", usage=Usage(1, 1))

    house.provider.script = [think]
    slow = OneAgent(house.agent, limits=LimitsSpec(seconds=1200))
    set_services(replace(house.services, leases=keeper, agents=slow))
    house.advance(house.say("oi", "m1"))
    assert (house.sent, held) == (["feito"], [1])


def test_who_rings_right_after_the_release_is_not_refused(house: House) -> None:
    class RingsAtOnce(Alarms):
        def set(self, conversation_id: UUID, wait: timedelta) -> None:
            leases.append(house.services.leases.acquire(conversation_id))

    leases: list[Lease | None] = []
    set_services(replace(house.services, alarms=RingsAtOnce(lambda _: None, house.clock)))
    house.provider.script = [ProviderError("down", kind="server")]
    house.advance(house.say("oi", "m1"))
    assert None not in leases
    assert len(leases) == 1


def _url(house: House) -> str:
    return house.engine.url.render_as_string(hide_password=False)


def _wait_for_a_waiter(house: House) -> None:
    """Until another transaction of this database waits for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    eventually(lambda: house.rows(waiting) != [(0,)])
