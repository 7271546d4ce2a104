"""The CRM's side of the platforms' door: proofs, what is kept of a request, what is answered."""

from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.intake import harmless_target
from bot.services import ChannelDirectory, build_accounts
from bot.settings import Settings
from models.errors import ConfigurationError
from models.message import raw_events
from models.session import session_scope
from tests.bot.answering import inbound_rows
from tests.bot.conftest import DoorMaker
from tests.bot.door_requests import assert_problem
from tests.channels.crm.conftest import PAYLOADS
from tests.standins.crm_webhooks import WEBHOOK, hubspot_headers, token_target

TOKEN = "0b7c9e1d5a3f4e2b9d8c"
TASK = (PAYLOADS / "salesforce" / "task.xml").read_bytes()


def test_salesforce_reads_in_our_answer_that_its_notification_arrived(make_door: DoorMaker) -> None:
    door = make_door(crm_preset="salesforce", crm_webhook_secret=SecretStr(TOKEN))
    answers = [door.client.post(token_target(TOKEN), data=TASK, content_type="text/xml") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all(b"<Ack>true</Ack>" in answer.data for answer in answers)
    assert answers[0].mimetype == "text/xml"
    assert [text for _, text in inbound_rows(door.engine)] == ["quanto a Padaria Sol & Filhos comprou este ano?"]


def test_a_token_in_the_url_is_not_kept_with_the_event(make_door: DoorMaker) -> None:
    door = make_door(crm_preset="salesforce", crm_webhook_secret=SecretStr(TOKEN))
    door.client.post(f"{token_target(TOKEN)}&x=1", data=TASK, content_type="text/xml")
    with session_scope(door.engine) as connection:
        event = connection.execute(select(raw_events)).one()
    assert event.target == f"{WEBHOOK}?x=1"
    assert event.body == TASK


def test_only_what_proves_an_identity_is_taken_out_of_a_target() -> None:
    assert harmless_target("/w/crm/a?x=%C3%A7&token=abc&y&api%5Fkey=k") == "/w/crm/a?x=%C3%A7&y"
    assert harmless_target("/w/crm/a?secret=1") == "/w/crm/a"
    assert harmless_target("/w/crm/a") == "/w/crm/a"


def test_hubspot_signs_the_public_address_and_a_batch_is_stored_item_by_item(make_door: DoorMaker) -> None:
    door = make_door(
        crm_preset="hubspot", crm_webhook_secret=SecretStr(TOKEN), public_base_url="https://bot.example.com"
    )
    body = (PAYLOADS / "hubspot" / "batch.json").read_bytes()
    stamp = int(door.services.clock.now().timestamp() * 1000)
    headers = hubspot_headers(body, f"https://bot.example.com{WEBHOOK}", secret=TOKEN, stamp=stamp)
    content_type = headers.pop("content-type")
    assert door.client.post(WEBHOOK, data=body, content_type=content_type, headers=headers).status_code == 200
    assert len(inbound_rows(door.engine)) == 3
    assert_problem(door.client.post(WEBHOOK, data=body + b" ", content_type=content_type, headers=headers), 403)


def test_what_cannot_be_read_is_a_400_and_who_has_no_secret_a_403(make_door: DoorMaker) -> None:
    door = make_door(crm_preset="kommo", crm_webhook_secret=SecretStr(TOKEN))
    assert_problem(door.client.post(token_target(TOKEN), data=b"a=1&a=2"), 400)
    assert_problem(door.client.post(token_target("another-token-of-nobody"), data=b"a=1"), 403)
    assert_problem(make_door().client.post(token_target(TOKEN), data=b"{}"), 403)
    assert inbound_rows(door.engine) == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"crm_preset": "zoho"}, "CRM_PRESET"),
        ({"crm_mapping": "/nowhere/crm.json"}, "CRM_MAPPING /nowhere/crm.json"),
        ({"crm_webhook_secret": SecretStr("short")}, "CRM_WEBHOOK_SECRET"),
        ({"crm_preset": "kommo", "crm_api_base_url": "https://evil.example"}, "CRM_API_BASE_URL"),
    ],
    ids=["preset", "mapping", "secret", "host"],
)
def test_a_wrong_setting_stops_the_start_and_names_itself(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        ChannelDirectory(build_accounts(Settings(**settings)))
