"""`why`: an answer's record on the terminal, by any name a person may have for the turn."""

import json
import re

import pytest
from sqlalchemy import Engine

from models.ids import new_id
from tests.bot.commands.conftest import Cli
from tests.bot.commands.stored import Stored, store_in

ANA = "whatsapp:+5511911112222"
RESULT = {"period": {"start": "2026-02-01", "end": "2026-02-28"}, "source": "Aurora: sales_order", "rows": 3}
GROUNDING = {
    "claims": [
        {"text": "R$ 10,00", "at": [0, 8], "kind": "money", "by": "said", "from": ["sales_summary[0].data.total"]},
        {"text": "R$ 99,00", "at": [9, 17], "kind": "money", "reason": "unknown"},
    ],
    "untraceable": 1,
    "struck": ["R$ 99,00"],
}


@pytest.fixture
def stored(engine: Engine, fresh_database_url: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Stored:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    return store_in(engine)


def answer(stored: Stored) -> str:
    conversation_id = stored.say("quanto vendi?", ANA)
    stored.reply(conversation_id, "R$ 10,00", status="sent")
    stored.settle(conversation_id)
    [[turn_id, tenant_id]] = stored.rows("SELECT id, tenant_id FROM turn")
    stored.run("UPDATE turn SET outcome = 'answered', answered_at = now()")
    stored.run(
        "INSERT INTO run (id, tenant_id, turn_id, attempt, grounding, started_at) "
        "VALUES (:id, :tenant, :turn, 1, :g, now())",
        id=new_id(),
        tenant=tenant_id,
        turn=turn_id,
        g=json.dumps(GROUNDING),
    )
    stored.run(
        "INSERT INTO tool_call (turn_id, step, number, tenant_id, name, result, ok, created_at) "
        "VALUES (:turn, 0, 0, :tenant, 'sales_summary', :result, true, now())",
        turn=turn_id,
        tenant=tenant_id,
        result=json.dumps(RESULT),
    )
    return str(turn_id)


def test_tools_figures_and_what_was_left_out_are_shown(stored: Stored, cli: Cli) -> None:
    shown = cli("why", answer(stored)[:18])
    assert shown.code == 0, shown.err
    assert "asked: quanto vendi?" in shown.out
    assert "sales_summary[0]: period 2026-02-01/2026-02-28; rows 3; source Aurora" in shown.out
    assert "'R$ 10,00' said sales_summary[0].data.total" in shown.out
    assert "'R$ 99,00' could not be traced: unknown" in shown.out


def test_what_the_inbox_prints_leads_to_the_answer(stored: Stored, cli: Cli) -> None:
    turn_id = answer(stored)
    [conversation] = json.loads(cli("inbox", "list", "--json").out)
    stored.say("e hoje?", ANA)
    for asked in (conversation["id"], conversation["id"][:18]):
        assert "asked: quanto vendi?" in cli("why", asked).out
    lines = json.loads(cli("inbox", "show", conversation["id"], "--json").out)["lines"]
    assert [line["turn_id"] for line in lines] == [turn_id, turn_id, None]
    shown = cli("inbox", "show", conversation["id"]).out
    [named, _] = re.findall(r"turn (\S+)  ", shown)
    assert "asked: quanto vendi?" in cli("why", named).out


def test_a_conversation_without_such_an_answer_is_named(stored: Stored, cli: Cli) -> None:
    refused = cli("why", str(stored.say("oi", ANA)))
    assert (refused.code, "no answer whose figures were looked at" in refused.err) == (1, True)


def test_the_record_is_there_as_json(stored: Stored, cli: Cli) -> None:
    told = json.loads(cli("why", answer(stored), "--json").out)
    assert told["grounding"] == GROUNDING
    assert told["tool_calls"][0]["result"] == RESULT


def test_a_message_without_such_an_answer_is_named(stored: Stored, cli: Cli) -> None:
    conversation_id = stored.say("oi", ANA)
    [[message_id]] = stored.rows("SELECT id FROM message WHERE conversation_id = :c", c=conversation_id)
    refused = cli("why", str(message_id))
    assert refused.code == 1
    assert "no answer whose figures were looked at" in refused.err
