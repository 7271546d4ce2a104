"""`outbox`: drafts approved or rejected, and what did not arrive sent again where that cannot say it twice."""

import json

import pytest
from redis import Redis
from sqlalchemy import Engine

from tests.bot.commands.conftest import Cli
from tests.bot.commands.stored import Stored, store_in

ANA = "whatsapp:+5511911112222"
STATUSES = "SELECT status FROM outbox ORDER BY number"


@pytest.fixture
def stored(engine: Engine, fresh_database_url: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Stored:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    return store_in(engine)


def test_the_list_shows_what_was_not_sent_and_why(stored: Stored, cli: Cli) -> None:
    assert cli("outbox", "list").out == "Everything was sent.\n"
    assert cli("outbox", "list", "--held").out == "Nothing of that kind.\n"
    stored.reply(stored.say("oi", ANA), "Bom dia\nAna", status="failed")
    stored.run("UPDATE outbox SET error_code = '63024', error = 'invalid recipient'")
    stored.reply(stored.say("oi", "whatsapp:+5511900001111", "Rui"), "rascunho", status="draft")
    stored.reply(stored.say("oi", "whatsapp:+5511900002222", "Eva"), "chegou", status="read")
    lines = cli("outbox", "list").out.splitlines()
    assert len(lines) == 3, "what was read needs nobody"
    [failed] = cli("outbox", "list", "--failed").out.splitlines()[1:]
    assert f"Ana Souza ({ANA})" in failed
    assert "63024 invalid recipient" in failed
    assert "Bom dia Ana" in failed
    [draft] = json.loads(cli("outbox", "list", "--drafts", "--json").out)
    assert (draft["status"], draft["body"]) == ("draft", "rascunho")
    assert len(cli("outbox", "list", "--drafts", "--failed").out.splitlines()) == 3


def test_an_approved_draft_goes_out_whole(stored: Stored, cli: Cli, fresh_redis_url: str) -> None:
    key = stored.say("oi", ANA)
    drafts = stored.reply(key, "um", "dois", status="draft")
    stored.run("UPDATE outbox SET created_at = now() - interval '5 hours'")
    stored.run("UPDATE conversation SET due_at = NULL, wanted_at = now()")
    assert cli("outbox", "approve", str(drafts[1])).out == "Approved, 2 parts on the way.\n"
    assert stored.rows(STATUSES) == [("pending",), ("pending",)]
    assert stored.rows("SELECT DISTINCT created_at > now() - interval '1 min' FROM outbox") == [(True,)]
    assert stored.rows("SELECT due_at <= now(), wanted_at FROM conversation") == [(True, None)]
    with Redis.from_url(fresh_redis_url) as redis:
        assert redis.llen("rq:queue:recado") == 1
    assert "this part is no draft: it is pending" in cli("outbox", "approve", str(drafts[0])).err


def test_a_rejected_draft_takes_the_later_parts_with_it(stored: Stored, cli: Cli) -> None:
    drafts = stored.reply(stored.say("oi", ANA), "um", "dois", "três", status="draft")
    done = cli("outbox", "reject", str(drafts[1]))
    assert done.out.startswith("Rejected, 2 parts never to be sent.")
    assert stored.rows(STATUSES) == [("draft",), ("rejected",), ("rejected",)]
    assert cli("outbox", "approve", str(drafts[0])).out == "Approved, 1 part on the way.\n"
    assert stored.rows("SELECT outcome FROM turn") == [("person",)]


def test_a_reply_rejected_whole_was_never_said(stored: Stored, cli: Cli) -> None:
    [draft] = stored.reply(stored.say("oi", ANA), "um", status="draft")
    assert cli("outbox", "reject", str(draft)).code == 0
    assert stored.rows("SELECT outcome FROM turn") == [("rejected",)]
    assert stored.rows("SELECT due_at <= now() FROM conversation") == [(True,)], "the turn is settled by a worker"


def test_what_failed_is_sent_again_with_what_was_given_up_for_it(stored: Stored, cli: Cli) -> None:
    key = stored.say("oi", ANA)
    first, second = stored.reply(key, "um", "dois", status="failed")
    stored.run(
        "UPDATE outbox SET attempted_at = now(), tries = 4, asked = 2, provider_id = 'SM1' WHERE id = :id", id=first
    )
    stored.settle(key)
    done = cli("outbox", "retry", str(second))
    assert done.code == 1
    assert f"retry {first}" in done.err
    assert cli("outbox", "retry", str(first)).out == "Once more, 2 parts on the way.\n"
    assert stored.rows("SELECT status, tries, asked, provider_id FROM outbox") == [("pending", 0, 0, None)] * 2
    assert stored.rows("SELECT status, settled_at FROM turn") == [("answered", None)]
    assert stored.rows("SELECT due_at <= now() FROM conversation") == [(True,)]


def test_what_is_held_may_have_arrived_so_it_needs_a_word_more(stored: Stored, cli: Cli) -> None:
    key = stored.say("oi", ANA)
    [held] = stored.reply(key, "um", status="held")
    stored.settle(key)
    done = cli("outbox", "retry", str(held))
    assert done.code == 1
    assert "nobody knows whether this part arrived" in done.err
    assert "--anyway" in done.err
    assert stored.rows(STATUSES) == [("held",)]
    assert cli("outbox", "retry", str(held), "--anyway").code == 0
    assert stored.rows(STATUSES) == [("pending",)]


@pytest.mark.parametrize("status", ["draft", "pending", "sending", "unknown", "sent", "delivered", "read", "rejected"])
def test_what_is_neither_failed_nor_held_is_never_sent_again(stored: Stored, cli: Cli, status: str) -> None:
    [part] = stored.reply(stored.say("oi", ANA), "um", status=status)
    done = cli("outbox", "retry", str(part), "--anyway")
    assert done.code == 1
    assert f"this part is {status}" in done.err
    assert stored.rows(STATUSES) == [(status,)]


def test_nothing_is_sent_again_into_the_middle_of_another_answer(stored: Stored, cli: Cli) -> None:
    key = stored.say("oi", ANA)
    [failed] = stored.reply(key, "um", status="failed")
    stored.settle(key)
    stored.say("e aí?", ANA)
    stored.reply(key, "dois", status="draft")
    done = cli("outbox", "retry", str(failed))
    assert done.code == 1
    assert "another answer is under way" in done.err
    assert stored.rows("SELECT status FROM outbox WHERE id = :id", id=failed) == [("failed",)]


def test_an_id_that_means_nothing_is_refused(stored: Stored, cli: Cli) -> None:
    assert "there is no part 0000" in cli("outbox", "approve", "0000").err
    assert "'x' is no id of a part: `python -m bot outbox list` shows them" in cli("outbox", "retry", "x").err
