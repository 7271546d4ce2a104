"""Mail at the platforms' door: stored once, on its thread, whatever the provider repeats."""

from datetime import UTC, datetime

from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import select
from werkzeug.test import TestResponse

from channels.base import InboundRequest
from channels.email.limits import MAX_BODY
from models.message import messages, raw_events
from models.session import session_scope
from tests.bot.answering import inbound_rows
from tests.bot.conftest import DoorMaker
from tests.channels.email.providers.posting import SECRET, payload, raw_request

_SETTINGS = {"email_address": "bot@aurora.example", "email_webhook_secret": SecretStr(SECRET)}


def post_mail(client: FlaskClient, request: InboundRequest) -> TestResponse:
    return client.post("/webhooks/email/default", data=request.body, headers=dict(request.headers))


def signed_now(mail: bytes, message_id: str = "msg_1") -> InboundRequest:
    return raw_request(mail, at=datetime.now(UTC), message_id=message_id)


def test_a_mail_is_stored_once_however_often_it_is_posted(make_door: DoorMaker) -> None:
    door = make_door(**_SETTINGS)
    for number in range(3):
        assert post_mail(door.client, signed_now(payload("raw/question.eml"), f"msg_{number}")).status_code == 200
    assert [text for _, text in inbound_rows(door.engine)] == ["Quanto vendi em março?"]


def test_an_answer_to_a_mail_lands_in_its_conversation(make_door: DoorMaker) -> None:
    door = make_door(**_SETTINGS)
    for name in ("raw/question.eml", "raw/reply.eml"):
        assert post_mail(door.client, signed_now(payload(name))).status_code == 200
    with session_scope(door.engine) as connection:
        rows = connection.execute(select(messages.c.conversation_id, messages.c.text, messages.c.aside)).all()
    assert {row.text for row in rows} == {"Quanto vendi em março?", "E em fevereiro?"}
    assert len({row.conversation_id for row in rows}) == 1


def test_a_mail_that_cannot_be_read_is_kept_with_its_bytes(make_door: DoorMaker) -> None:
    door = make_door(**_SETTINGS)
    mail = b"From: a@x.example\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\nOi"
    assert post_mail(door.client, signed_now(mail)).status_code == 200
    with session_scope(door.engine) as connection:
        [row] = connection.execute(select(messages.c.unanswerable)).all()
        [event] = connection.execute(select(raw_events.c.body)).all()
    assert row.unanswerable.startswith("unreadable: ")
    assert event.body == mail


def test_a_bounce_of_nothing_we_know_is_acknowledged_and_starts_nothing(make_door: DoorMaker) -> None:
    door = make_door(**_SETTINGS)
    assert post_mail(door.client, signed_now(payload("raw/bounce.eml"))).status_code == 200
    assert inbound_rows(door.engine) == []


def test_a_forged_mail_is_refused_and_not_stored(make_door: DoorMaker) -> None:
    door = make_door(**_SETTINGS)
    request = raw_request(payload("raw/question.eml"), secret="another", at=datetime.now(UTC))
    assert post_mail(door.client, request).status_code == 403
    assert inbound_rows(door.engine) == []


def test_without_a_mailbox_there_is_no_such_door(make_door: DoorMaker) -> None:
    assert post_mail(make_door().client, signed_now(payload("raw/question.eml"))).status_code == 404


def test_a_mail_larger_than_the_limit_is_refused_before_it_is_read(make_door: DoorMaker) -> None:
    door = make_door(**_SETTINGS)
    assert door.client.post("/webhooks/email/default", data=b"x" * (MAX_BODY + 1)).status_code == 413
