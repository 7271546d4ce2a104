"""A question in a CRM through the real program: from its webhook to the note, and the note's own webhook back."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from redis import Redis

from tests.channels.crm.conftest import PAYLOADS
from tests.databases import Databases
from tests.running import RunningProgram, running_program
from tests.standins.crm import Fault, StandInCrm
from tests.standins.crm_dialects import TOKEN
from tests.standins.crm_webhooks import SECRET, WEBHOOK, message_payload, standard_headers
from tests.test_flow import QUESTION, revenue_of_last_month
from tests.waiting import eventually

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def crm() -> Iterator[StandInCrm]:
    with StandInCrm() as standin:
        yield standin


@pytest.fixture(scope="module")
def program(
    databases: Databases,
    present_company_url: str,
    redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
    crm: StandInCrm,
) -> Iterator[RunningProgram]:
    """One for all: to start takes it longer than to do what they ask."""
    with Redis.from_url(redis_url) as client:
        client.flushall()
    settings = {
        "CRM_WEBHOOK_SECRET": SECRET,
        "CRM_API_TOKEN": TOKEN,
        "CRM_API_BASE_URL": crm.url,
        "CRM_ALLOW_INSECURE_HOSTS": "127.0.0.1",
    }
    data = tmp_path_factory.mktemp("crm")
    with databases.copied(present_company_url) as url, running_program(url, redis_url, data, **settings) as running:
        yield running


def count(program: RunningProgram, what: str) -> int:
    return int(program.rows(f"SELECT count(*) FROM {what}")[0][0])


def post(program: RunningProgram, payload: Any, *, message_id: str = "msg_1", **headers: str) -> int:
    body = json.dumps(payload).encode()
    signed = standard_headers(body, message_id=message_id) | headers
    try:
        with urlopen(Request(program.url + WEBHOOK, body, signed), timeout=180) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_a_question_in_a_deal_is_answered_there_once_with_the_figure_that_sql_gives(
    program: RunningProgram, crm: StandInCrm
) -> None:
    crm.faults.append(Fault("reset", accepted=True))  # the note is written, and nobody hears of it
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: post(program, message_payload(QUESTION)), range(16))) == {200}
    eventually(lambda: program.rows("SELECT 1 FROM outbox WHERE status IN ('sent', 'delivered', 'unknown')"))
    [note] = crm.notes
    assert note.place == "deal/42"
    assert revenue_of_last_month(program) in note.text
    assert post(program, message_payload(note.text, sender="recado"), message_id="msg_2") == 200
    eventually(lambda: program.rows("SELECT 1 FROM outbox WHERE status = 'delivered'"))
    assert count(program, "turn") == 1
    assert (crm.double_notes(), crm.careless_notes()) == ([], [])


def test_an_event_starts_a_turn_by_rule_alone(program: RunningProgram, crm: StandInCrm) -> None:
    idle, brief = (
        json.loads((PAYLOADS / "generic" / name).read_text(encoding="utf-8"))
        for name in ("deal_idle.json", "deal_idle_briefly.json")
    )
    notes, turns = len(crm.notes), count(program, "turn")
    assert post(program, brief, message_id="msg_3") == 200
    assert post(program, idle, message_id="msg_4") == 200
    eventually(lambda: len(crm.notes) > notes)
    eventually(lambda: count(program, "turn WHERE status = 'settled'") == turns + 1)
    assert len(crm.notes) == notes + 1


def test_a_forged_webhook_is_refused_and_stores_nothing(program: RunningProgram) -> None:
    messages = count(program, "message")
    assert post(program, message_payload(QUESTION), **{"webhook-signature": "v1,AAAA"}) in (401, 403)
    assert count(program, "message") == messages
