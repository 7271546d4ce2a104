"""The platforms' door."""

import logging
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode
from uuid import UUID, uuid4

import psycopg
import pytest
from redis import Redis
from sqlalchemy import Engine, func, insert, select, text

from bot.tenant import prepare_tenant
from jobs.queue import JobQueue
from models.ids import new_id
from models.message import messages, raw_events
from models.outbox import outbox, receipts
from models.privacy.opt_out import opt_outs
from models.session import build_engine, session_scope
from models.trace import trace_fields
from tests.bot.answering import answer_message, inbound_rows
from tests.bot.conftest import Door, DoorMaker
from tests.bot.door_requests import FORM_TYPE, SENDER, WEBHOOK, assert_problem, post_whatsapp, whatsapp_form
from tests.standins.twilio_webhooks import sign


def count_events(engine: Engine) -> int:
    with session_scope(engine) as connection:
        return connection.execute(select(func.count()).select_from(raw_events)).scalar_one()


def count_rings(door: Door) -> int:
    """Jobs in the queues of the door's own Redis."""
    connection = door.services.queue.connection
    return sum(connection.llen(key) for key in connection.scan_iter("rq:queue:*"))


def test_a_signed_message_is_stored_rung_for_and_acknowledged_with_an_empty_response(door: Door) -> None:
    response = post_whatsapp(door.client, whatsapp_form("Quais foram as vendas?"))
    assert response.status_code == 200
    assert response.data == b"<Response/>"
    assert response.mimetype == "text/xml"
    assert [said for _, said in inbound_rows(door.engine)] == ["Quais foram as vendas?"]
    assert count_rings(door) == 1


def test_an_acknowledgement_carries_the_headers_of_every_other_answer(make_door: DoorMaker) -> None:
    door = make_door(public_base_url="https://bot.example.com")
    answers = [
        door.client.post("/chat", data=b"no JSON", headers=door.bearer()),
        post_whatsapp(door.client, whatsapp_form(), base="https://bot.example.com"),
    ]
    assert [answer.status_code for answer in answers] == [415, 200]
    own = {"Content-Type", "Content-Length", "X-Trace-Id", "Accept"}
    refused, taken = ({name: value for name, value in answer.headers if name not in own} for answer in answers)
    assert taken == refused
    assert int(answers[1].headers["Content-Length"]) == len(answers[1].data)


def test_a_refused_webhook_is_logged_under_the_trace_id_that_it_answers(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(logging.getLogger("recado.web"), "handle", lambda _: seen.append(trace_fields()["trace_id"]))
    with session_scope(door.engine) as connection:
        connection.execute(text("ALTER TABLE message RENAME TO elsewhere"))
    response = post_whatsapp(door.client, whatsapp_form())
    assert_problem(response, 503)
    assert seen == [response.headers["X-Trace-Id"]]


def test_the_stored_event_keeps_the_exact_body_and_no_header_that_proves_anything(door: Door) -> None:
    form = whatsapp_form("çãé + %")
    post_whatsapp(
        door.client, form, headers={"Authorization": "Basic c2VjcmV0", "Cookie": "a=b", "User-Agent": "Twilio"}
    )
    with session_scope(door.engine) as connection:
        event = connection.execute(select(raw_events)).one()
    assert event.body == urlencode(form).encode()
    assert event.target == WEBHOOK
    assert event.headers == {
        "content-type": FORM_TYPE,
        "content-length": str(len(event.body)),
        "user-agent": "Twilio",
    }


def test_the_trace_id_of_the_response_is_that_of_the_stored_message(door: Door) -> None:
    response = post_whatsapp(door.client, whatsapp_form(), headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    with session_scope(door.engine) as connection:
        trace_id = connection.execute(select(messages.c.trace_id)).scalar_one()
    assert trace_id == response.headers["X-Trace-Id"]
    assert trace_id != "a" * 32, "a stranger does not choose our trace ids"


def test_a_forged_signature_is_refused_and_stores_nothing(closed_door: Door) -> None:
    form = whatsapp_form()
    assert_problem(post_whatsapp(closed_door.client, form, token="another"), 403)
    assert_problem(closed_door.client.post(WEBHOOK, data=urlencode(form), content_type=FORM_TYPE), 403)
    assert inbound_rows(closed_door.engine) == []
    assert count_events(closed_door.engine) == 0


def test_a_signature_for_another_address_is_refused(closed_door: Door) -> None:
    assert_problem(post_whatsapp(closed_door.client, whatsapp_form(), base="http://elsewhere.example"), 403)
    assert_problem(post_whatsapp(closed_door.client, whatsapp_form(), headers={"Host": "evil.example"}, token="x"), 403)


def test_the_host_header_has_no_say_in_what_was_signed(door: Door) -> None:
    assert post_whatsapp(door.client, whatsapp_form(), headers={"Host": "anything.example"}).status_code == 200


def test_the_public_address_is_what_signatures_cover(make_door: DoorMaker) -> None:
    door = make_door(public_base_url="https://bot.example.com")
    assert post_whatsapp(door.client, whatsapp_form(), base="https://bot.example.com").status_code == 200
    assert_problem(post_whatsapp(door.client, whatsapp_form()), 403)


def test_a_replayed_message_is_acknowledged_again_and_stored_once(door: Door) -> None:
    form = whatsapp_form()
    answers = [post_whatsapp(door.client, form) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.data for answer in answers}) == 1
    assert len(inbound_rows(door.engine)) == 1
    assert count_events(door.engine) == 1


def test_the_same_message_twenty_times_at_once_is_stored_once(door: Door) -> None:
    form = whatsapp_form()
    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(lambda _: post_whatsapp(door.client, form).status_code, range(20)))
    assert codes == [200] * 20
    assert len(inbound_rows(door.engine)) == 1


def test_a_known_message_rings_again_since_its_first_ring_may_be_lost(door: Door) -> None:
    form = whatsapp_form()
    post_whatsapp(door.client, form)
    door.services.queue.connection.flushall()
    post_whatsapp(door.client, form)
    assert count_rings(door) == 1


@pytest.mark.parametrize("missing", ["MessageSid", "From", "To", "AccountSid", "Body"])
def test_a_genuine_form_without_a_needed_field_is_a_400(closed_door: Door, missing: str) -> None:
    form = whatsapp_form()
    del form[missing]
    assert_problem(post_whatsapp(closed_door.client, form), 400)
    assert inbound_rows(closed_door.engine) == []


@pytest.mark.parametrize("content_type", [FORM_TYPE, "application/json", "multipart/form-data; boundary=x", "\x01", ""])
def test_no_body_makes_an_unsigned_webhook_fail_otherwise_than_by_refusal(closed_door: Door, content_type: str) -> None:
    bodies = [b"", b"\xff\xfe=\x80", b"a" * 1000, b"[" * 30_000, b"%zz=%00", b"Body=%ff&From=\xed\xa0\x80", b"&" * 3000]
    for body in bodies:
        headers = {"Content-Type": content_type, "X-Twilio-Signature": "x"}
        response = closed_door.client.post(WEBHOOK, data=body, headers=headers)
        assert response.status_code in {400, 403}
        assert response.content_type == "application/problem+json"


@pytest.mark.parametrize("body", [b"\xff\xfe=\x80", b"Body=%00", b"[" * 30_000])
def test_a_signed_body_that_cannot_be_read_is_refused_and_not_stored(closed_door: Door, body: bytes) -> None:
    signature = sign("http://127.0.0.1:8000" + WEBHOOK, {}, "a-secret-of-nobody")
    response = closed_door.client.post(
        WEBHOOK, data=body, content_type=FORM_TYPE, headers={"X-Twilio-Signature": signature}
    )
    assert response.status_code in {400, 403}
    assert inbound_rows(closed_door.engine) == []


def test_a_body_beyond_the_cap_is_a_413_by_its_length_alone(closed_door: Door) -> None:
    response = closed_door.client.post(WEBHOOK, data=b"a" * 70_000, content_type=FORM_TYPE)
    assert_problem(response, 413)


class Stalling:
    """A body that never comes."""

    def read(self, size: int) -> bytes:
        raise TimeoutError

    def close(self) -> None:
        """Nothing was opened."""


def test_a_body_that_stops_coming_is_a_408(closed_door: Door) -> None:
    overrides = {"wsgi.input": Stalling(), "CONTENT_LENGTH": "100"}
    assert_problem(closed_door.client.post(WEBHOOK, content_type=FORM_TYPE, environ_overrides=overrides), 408)


def test_an_account_that_is_not_there_is_a_404(closed_door: Door) -> None:
    assert_problem(post_whatsapp(closed_door.client, whatsapp_form(), path="/webhooks/whatsapp/other"), 404)
    assert_problem(post_whatsapp(closed_door.client, whatsapp_form(), path="/webhooks/telegram/default"), 404)


def test_chat_has_no_webhook_that_would_go_round_its_keys(closed_door: Door) -> None:
    response = closed_door.client.post("/webhooks/chat/default", json={"user_id": "ana", "message": "Oi"})
    assert_problem(response, 404)
    assert inbound_rows(closed_door.engine) == []


def test_an_account_without_credentials_refuses_everybody(make_door: DoorMaker) -> None:
    door = make_door(twilio_account_sid="", twilio_auth_token=None, twilio_whatsapp_from="")
    assert_problem(post_whatsapp(door.client, whatsapp_form()), 403)
    assert_problem(post_whatsapp(door.client, whatsapp_form(), token=""), 403)


def test_other_methods_are_refused(closed_door: Door) -> None:
    assert assert_problem(closed_door.client.get(WEBHOOK), 405)
    assert_problem(closed_door.client.put(WEBHOOK), 405)


def test_without_the_database_the_platform_is_told_to_come_again(make_door: DoorMaker) -> None:
    nowhere = build_engine("postgresql://nobody@127.0.0.1:1/none", application_name="test")
    response = post_whatsapp(make_door(other_engine=nowhere).client, whatsapp_form())
    assert_problem(response, 503)
    assert int(response.headers["Retry-After"]) > 0


def test_without_redis_the_message_is_stored_and_acknowledged(make_door: DoorMaker) -> None:
    door = make_door(queue=JobQueue("redis://127.0.0.1:1/0"))
    assert post_whatsapp(door.client, whatsapp_form()).status_code == 200
    assert len(inbound_rows(door.engine)) == 1


def test_a_connection_that_died_in_the_pool_costs_nothing(door: Door) -> None:
    post_whatsapp(door.client, whatsapp_form("um"))
    with psycopg.connect(door.services.database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'recado-tests'"
        )
    assert post_whatsapp(door.client, whatsapp_form("dois")).status_code == 200
    assert [said for _, said in inbound_rows(door.engine)] == ["um", "dois"]


def add_part(door: Door) -> UUID:
    """An outbox part that was sent, of an answered message."""
    post_whatsapp(door.client, whatsapp_form())
    part_id = new_id()
    with session_scope(door.engine) as connection:
        message = connection.execute(select(messages)).one()
        answer_message(connection, message.id, "Olá")
        values = {"id": part_id, "tenant_id": message.tenant_id, "conversation_id": message.conversation_id}
        connection.execute(
            insert(outbox).values(turn_id=message.id, number=0, to_address=SENDER, body="Olá", status="sent", **values)
        )
    return part_id


def status_form(status: str) -> dict[str, str]:
    form = whatsapp_form()
    sid = form["MessageSid"]
    return {"AccountSid": form["AccountSid"], "MessageSid": sid, "SmsSid": sid, "MessageStatus": status}


def test_a_status_callback_moves_the_part_it_names(door: Door) -> None:
    part_id = add_part(door)
    response = post_whatsapp(door.client, status_form("delivered"), path=f"{WEBHOOK}/status/{part_id}")
    assert response.status_code == 200
    with session_scope(door.engine) as connection:
        assert connection.execute(select(outbox.c.status)).scalar_one() == "delivered"
        assert connection.execute(select(receipts.c.outbox_id)).scalar_one() == part_id


@pytest.mark.parametrize(("code", "count"), [("21610", 1), ("30008", 0)])
def test_a_late_word_that_she_wants_no_more_messages_counts(door: Door, code: str, count: int) -> None:
    part_id = add_part(door)
    form = {**status_form("failed"), "ErrorCode": code}
    assert post_whatsapp(door.client, form, path=f"{WEBHOOK}/status/{part_id}").status_code == 200
    with session_scope(door.engine) as connection:
        assert connection.execute(select(func.count()).select_from(opt_outs)).scalar_one() == count


def test_the_same_callback_twice_is_kept_once(door: Door) -> None:
    part_id, form = add_part(door), status_form("read")
    path = f"{WEBHOOK}/status/{part_id}"
    assert [post_whatsapp(door.client, form, path=path).status_code for _ in range(2)] == [200, 200]
    with session_scope(door.engine) as connection:
        assert connection.execute(select(func.count()).select_from(receipts)).scalar_one() == 1


def test_a_callback_with_a_forged_signature_moves_nothing(door: Door) -> None:
    part_id = add_part(door)
    path = f"{WEBHOOK}/status/{part_id}"
    assert_problem(post_whatsapp(door.client, status_form("failed"), path=path, token="x"), 403)
    with session_scope(door.engine) as connection:
        assert connection.execute(select(outbox.c.status)).scalar_one() == "sent"


def test_a_callback_signed_for_one_part_does_not_fit_another(closed_door: Door) -> None:
    form, mine = status_form("failed"), f"{WEBHOOK}/status/{uuid4()}"
    signature = sign(f"http://127.0.0.1:8000{mine}", form, "a-secret-of-nobody")
    response = closed_door.client.post(
        f"{WEBHOOK}/status/{uuid4()}",
        data=urlencode(form),
        content_type=FORM_TYPE,
        headers={"X-Twilio-Signature": signature},
    )
    assert_problem(response, 403)


def test_a_callback_about_no_part_of_ours_is_a_404_or_logged_but_never_an_error(door: Door) -> None:
    assert_problem(post_whatsapp(door.client, status_form("sent"), path=f"{WEBHOOK}/status/nonsense"), 404)
    assert post_whatsapp(door.client, status_form("sent"), path=f"{WEBHOOK}/status/{uuid4()}").status_code == 200


def test_an_account_whose_row_was_replaced_is_read_anew(door: Door) -> None:
    assert post_whatsapp(door.client, whatsapp_form("um")).status_code == 200
    with session_scope(door.engine) as connection:
        connection.execute(text("DELETE FROM channel_account WHERE channel = 'whatsapp'"))
    prepare_tenant(door.engine, door.services.settings)
    assert post_whatsapp(door.client, whatsapp_form("dois")).status_code == 200
    assert [said for _, said in inbound_rows(door.engine)] == ["dois"]


def test_an_account_whose_row_has_gone_is_a_404(door: Door) -> None:
    assert post_whatsapp(door.client, whatsapp_form("um")).status_code == 200
    with session_scope(door.engine) as connection:
        connection.execute(text("DELETE FROM channel_account WHERE channel = 'whatsapp'"))
    assert_problem(post_whatsapp(door.client, whatsapp_form("dois")), 404)


def test_rings_are_ordinary_jobs_for_the_conversation(door: Door, redis_url: str) -> None:
    post_whatsapp(door.client, whatsapp_form())
    with session_scope(door.engine) as connection:
        conversation_id = connection.execute(select(messages.c.conversation_id)).scalar_one()
    with Redis.from_url(redis_url) as client:
        keys = list(client.scan_iter("rq:job:*"))
    assert any(str(conversation_id).encode() in key or conversation_id.hex.encode() in key for key in keys)
