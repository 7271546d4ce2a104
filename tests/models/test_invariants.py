"""What must never be: nothing of it after ordinary work, and each kind is found when it is there."""

import pytest

from agent.base import Completion, CompletionRequest, Usage
from models.errors import ProviderError
from models.invariants import OVERDUE, find_violations
from models.operators.drafts import reject_draft
from models.operators.handoff import take_conversation
from models.operators.troubles import Troubles, count_troubles
from models.reply import Rejected, Unknown
from models.session import session_scope
from tests.fakes import wish
from tests.jobs.house import House, house
from tests.jobs.test_retention import AT_ONCE

__all__ = ["house"]


def broken(house: House) -> dict[str, int]:
    with session_scope(house.engine) as connection:
        return find_violations(connection)


def test_ordinary_work_and_ordinary_trouble_break_nothing(house: House) -> None:
    seen = []

    def look(request: CompletionRequest) -> Completion:
        seen.append(broken(house))
        return Completion("42", usage=Usage(1, 1))

    assert broken(house) == {}
    house.provider.script = [wish("count_up"), look]
    house.advance(house.say("oi", "m1"))
    house.provider.script = [ProviderError("down", kind="server")]
    house.advance(house.say("oi", "m2", sender="+551100000001"))  # put off
    house.channel.outcomes = [Unknown("cut off"), Rejected("1", "no", permanent=True)]
    house.advance(house.say("oi", "m3", sender="+551100000002"))  # asked for later
    house.advance(house.say("oi", "m4", sender="+551100000003"))  # given up
    held = house.say("oi", "m5", sender="+551100000004")
    with session_scope(house.engine) as connection:
        take_conversation(connection, house.account.tenant_id, held.conversation_id, "Bia")
    house.advance(held)  # a person is to answer
    assert seen == [{}]
    assert broken(house) == {}


def test_a_draft_that_waits_is_no_stuck_turn(house: House) -> None:
    stored = house.say("oi", "m1")
    house.advance(stored)
    house.run("UPDATE outbox SET status = 'draft', settled_at = NULL")
    house.run("UPDATE turn SET status = 'answered', settled_at = NULL")
    house.say("e ontem?", "m2")
    house.run("UPDATE conversation SET due_at = NULL")
    assert broken(house) == {}
    [[part_id]] = house.rows("SELECT id FROM outbox")
    with session_scope(house.engine) as connection:
        reject_draft(connection, house.account.tenant_id, part_id)
    house.advance(stored)
    assert broken(house) == {}


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE conversation SET due_at = now() - interval '2 minutes'", OVERDUE),
        ("UPDATE turn SET status = 'answered'", "turns under way that nobody"),
        ("UPDATE message SET turn_id = NULL WHERE direction = 'in'", "messages that wait"),
        ("UPDATE outbox SET status = 'sending', attempted_at = now() - interval '11 minutes'", "sends under way"),
        ("UPDATE outbox SET status = 'pending'", "parts of settled turns"),
        ("UPDATE completion SET status = 'started'", "LLM calls of settled turns"),
        ("UPDATE run SET status = 'started'", "executions of settled turns"),
        ("DELETE FROM message WHERE direction = 'out'", "answered turns without a reply"),
        (
            "INSERT INTO budget_hold (turn_id, step, attempt, tenant_id, subject, day)"
            " SELECT id, 0, 1, tenant_id, '', now() FROM turn",
            "sums held back",
        ),
        (
            "INSERT INTO search_space (tenant_id, kind, owner_id, lexicon_version)"
            " SELECT tenant_id, 'turns', id, 1 FROM turn",
            "memories of what was said with somebody",
        ),
    ],
)
def test_each_thing_that_must_never_be_is_found(house: House, statement: str, words: str) -> None:
    house.advance(house.say("oi", "m1"))
    assert broken(house) == {}
    house.run(statement)
    found = broken(house)
    assert {count for name, count in found.items() if name.startswith(words)} == {1}


def test_a_conversation_under_lease_is_not_overdue(house: House) -> None:
    stored = house.say("oi", "m1")
    assert house.services.leases.acquire(stored.conversation_id) is not None
    house.run("UPDATE conversation SET due_at = now() - interval '2 minutes'")
    assert broken(house) == {}
    house.let_leases_expire()
    assert broken(house) == {OVERDUE: 1}


def test_troubles_are_counted_for_a_person_to_look_at(house: House) -> None:
    house.provider.script = [ProviderError("no", kind="auth"), ProviderError("down", kind="server")]
    house.advance(house.say("oi", "m1"))
    house.advance(house.say("oi", "m2", sender="+551100000001"))
    house.channel.outcomes = [Rejected("1", "no", permanent=True)]
    house.advance(house.say("oi", "m3", sender="+551100000002"))
    with session_scope(house.engine) as connection:
        assert count_troubles(connection, -AT_ONCE) == Troubles(1, 0, 1, 1, 0, 0, 0)
        assert count_troubles(connection, AT_ONCE) == Troubles(0, 0, 1, 0, 0, 0, 0), "what is long ago is known"
