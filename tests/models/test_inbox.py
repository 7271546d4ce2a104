"""Taking messages in: claimed once, for ever, whatever else happens at the same time."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, text

from models.errors import IdempotencyConflict
from models.faultpoint import set_fault_hook
from models.ids import new_id
from models.inbound import InboundMessage
from models.inbox import RawRequest, store_messages
from models.session import session_scope
from models.tenant import AccountKey, ensure_account, ensure_tenant

REQUEST = RawRequest("/webhooks/whatsapp/default", {"content-type": "text/plain"}, b"raw", "ab" * 16)


@pytest.fixture
def account(engine: Engine) -> AccountKey:
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        return ensure_account(connection, tenant_id, channel="whatsapp")


def count(engine: Engine, table: str) -> int:
    with session_scope(engine) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def everything(engine: Engine) -> list[object]:
    """What a message may touch, whole."""
    tables = ("conversation", "message", "raw_event", "sender_alias")
    with session_scope(engine) as connection:
        return [list(connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))) for table in tables]


def test_twenty_deliveries_at_once_leave_one_message_and_one_raw_event(engine: Engine, account: AccountKey) -> None:
    message = InboundMessage("SM1", "+5511999990000", "oi")
    with ThreadPoolExecutor(20) as pool:
        stored = list(pool.map(lambda _: store_messages(engine, account, REQUEST, [message])[0], range(20)))
    assert len({item.message_id for item in stored}) == 1
    assert sum(not item.is_duplicate for item in stored) == 1
    assert (count(engine, "message"), count(engine, "raw_event"), count(engine, "conversation")) == (1, 1, 1)
    with session_scope(engine) as connection:
        assert connection.execute(text("SELECT next_seq FROM conversation")).scalar_one() == 2, "no number is used up"


def test_an_everyday_message_costs_one_round_trip_and_so_does_its_redelivery(
    engine: Engine, account: AccountKey, tmp_path: Path
) -> None:
    message = InboundMessage("SM1", "+5511999990000", "oi", aliases=("+551199990000",))
    heard = tmp_path / "heard"
    with heard.open("w") as file:
        event.listen(engine, "checkout", lambda connection, *_: connection.pgconn.trace(file.fileno()))
        event.listen(engine, "checkin", lambda connection, _: connection.pgconn.untrace())
        first = store_messages(engine, account, REQUEST, [message])
        again = store_messages(engine, account, REQUEST, [message])
    asked = re.findall(r"\t(?:Query|Sync)\b", heard.read_text())
    assert len(asked) == 2, asked
    assert (first[0].message_id, again[0].is_duplicate) == (again[0].message_id, True)


def test_a_redelivery_changes_nothing_of_what_is_known(engine: Engine, account: AccountKey) -> None:
    store_messages(engine, account, REQUEST, [InboundMessage("1", "ana", "oi", sender_name="Ana")])
    before = everything(engine)
    store_messages(
        engine, account, REQUEST, [InboundMessage("1", "ana", "oi", sender_name="Caio", aliases=("caio",), thread="t")]
    )
    assert everything(engine) == before


def test_a_message_keeps_all_that_was_read_and_whence_it_came(engine: Engine, account: AccountKey) -> None:
    item = InboundMessage(
        external_id="1",
        sender="ana",
        text="oi",
        kind="mail",
        subject="Oi",
        aside="> antes",
        quotes="0",
        follows=("<0@x>",),
        is_forwarded=True,
        is_verified=False,
        unanswerable="a machine",
        extra={"list": "x"},
        fingerprint="f",
    )
    store_messages(engine, account, REQUEST, [item], timedelta(seconds=5))
    with session_scope(engine) as connection:
        row = connection.execute(
            text(
                "SELECT m.*, c.due_at, e.target, e.headers, e.body, e.trace_id AS e_trace_id FROM message m"
                " JOIN conversation c ON c.id = m.conversation_id JOIN raw_event e ON e.id = m.raw_event_id"
            )
        ).one()
    assert (row.kind, row.text, row.subject, row.aside, row.quotes) == ("mail", "oi", "Oi", "> antes", "0")
    assert (row.follows, row.is_forwarded, row.is_verified) == (["<0@x>"], True, False)
    assert (row.unanswerable, row.extra, row.fingerprint, row.due_at) == ("a machine", {"list": "x"}, "f", None)
    assert (row.target, row.headers, bytes(row.body)) == (REQUEST.target, dict(REQUEST.headers), REQUEST.body)
    assert (row.direction, row.seq, row.trace_id, row.e_trace_id) == ("in", 1, REQUEST.trace_id, REQUEST.trace_id)


def test_the_first_messages_of_many_people_at_once_are_all_kept(engine: Engine, account: AccountKey) -> None:
    def deliver(number: int) -> None:
        store_messages(engine, account, REQUEST, [InboundMessage(f"SM{number}", f"+55119{number % 5}", "oi")])

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(deliver, range(60)))
    assert (count(engine, "message"), count(engine, "conversation")) == (60, 5)
    with session_scope(engine) as connection:
        gaps = connection.execute(text("SELECT max(seq) - count(*) FROM message GROUP BY conversation_id")).scalars()
        assert set(gaps) == {0}


def test_a_batch_with_an_id_named_twice_and_one_known_stores_what_is_new(engine: Engine, account: AccountKey) -> None:
    store_messages(engine, account, REQUEST, [InboundMessage("a", "x", "1")])
    batch = [InboundMessage("a", "x", "1"), InboundMessage("b", "x", "2"), InboundMessage("b", "x", "2")]
    stored = store_messages(engine, account, REQUEST, batch)
    assert [item.is_duplicate for item in stored] == [True, False, False]
    assert stored[1] == stored[2]
    assert count(engine, "message") == 2


def test_a_batch_may_meet_another_delivery_of_each_of_its_messages(engine: Engine, account: AccountKey) -> None:
    store_messages(engine, account, REQUEST, [InboundMessage("first", "x", "1")])
    others, committing = ["a", "b"], []

    def meet(point: str) -> None:
        if point == "ingress.opened" and others:
            set_fault_hook(None)
            other = engine.connect()
            other.execute(_DELIVERED, {"external_id": others.pop(0), "id": new_id()})
            committing.append(pool.submit(commit_when_awaited, other))
            set_fault_hook(meet)

    def commit_when_awaited(other: Connection) -> None:
        while not count(engine, "pg_locks WHERE NOT granted"):
            pass
        other.commit()
        other.close()

    set_fault_hook(meet)
    try:
        with ThreadPoolExecutor(2) as pool:
            batch = [InboundMessage("a", "x", "1"), InboundMessage("b", "x", "2")]
            stored = store_messages(engine, account, REQUEST, batch)
    finally:
        set_fault_hook(None)
    assert [item.is_duplicate for item in stored] == [True, True]
    assert len(committing) == 2
    assert count(engine, "message") == 3


_DELIVERED = text("""
    WITH place AS (UPDATE conversation SET next_seq = next_seq + 1 RETURNING *)
    INSERT INTO message (id, tenant_id, conversation_id, account_id, external_id, seq, direction, text, trace_id)
    SELECT :id, tenant_id, id, account_id, :external_id, next_seq - 1, 'in', '1', '' FROM place
""")


def test_the_same_key_with_another_body_is_a_conflict_and_changes_nothing(engine: Engine, account: AccountKey) -> None:
    store_messages(engine, account, REQUEST, [InboundMessage("k", "x", "1", fingerprint="f1")])
    with pytest.raises(IdempotencyConflict):
        store_messages(engine, account, REQUEST, [InboundMessage("k", "x", "2", fingerprint="f2")])
    assert count(engine, "message") == 1
    assert store_messages(engine, account, REQUEST, [InboundMessage("k", "x", "1", fingerprint="f1")])[0].is_duplicate


def test_the_same_external_id_on_another_account_is_another_message(engine: Engine, account: AccountKey) -> None:
    with session_scope(engine) as connection:
        other = ensure_account(connection, account.tenant_id, channel="email")
    store_messages(engine, account, REQUEST, [InboundMessage("a", "x", "1")])
    assert not store_messages(engine, other, REQUEST, [InboundMessage("a", "x", "1")])[0].is_duplicate


def test_replies_go_to_the_address_as_the_platform_spelled_it(engine: Engine, account: AccountKey) -> None:
    item = InboundMessage("a", "whatsapp:+5511987654321", "1", reply_to="whatsapp:+551187654321")
    store_messages(engine, account, REQUEST, [item])
    with session_scope(engine) as connection:
        row = connection.execute(text("SELECT sender, reply_to FROM conversation")).one()
    assert tuple(row) == ("whatsapp:+5511987654321", "whatsapp:+551187654321")


def sender_of(engine: Engine) -> tuple[str, str, str]:
    with session_scope(engine) as connection:
        row = connection.execute(text("SELECT sender, sender_name, aliases FROM conversation")).one()
    return row.sender, row.sender_name, row.aliases


def test_what_a_later_message_does_not_say_of_the_same_sender_stays_known(engine: Engine, account: AccountKey) -> None:
    ana = InboundMessage("m1", "ana", "oi", thread="t", sender_name="Ana", aliases=("ana-2",))
    store_messages(engine, account, REQUEST, [ana, InboundMessage("m2", "ana", "e aí?", thread="t")])
    assert sender_of(engine) == ("ana", "Ana", "ana-2")
    store_messages(engine, account, REQUEST, [InboundMessage("m3", "ana", "?", thread="t", sender_name="Ana S.")])
    assert sender_of(engine) == ("ana", "Ana S.", "ana-2")


def test_another_sender_inherits_neither_name_nor_addresses(engine: Engine, account: AccountKey) -> None:
    ana = InboundMessage("m1", "ana", "oi", thread="t", sender_name="Ana", aliases=("ana-2",))
    store_messages(engine, account, REQUEST, [ana, InboundMessage("m2", "caio", "oi", thread="t")])
    assert sender_of(engine) == ("caio", "", "")


def test_whoever_loses_her_phone_number_keeps_her_conversation(engine: Engine, account: AccountKey) -> None:
    phone, profile = "whatsapp:+5511987654321", "whatsapp:BR.abc123"
    first = store_messages(engine, account, REQUEST, [InboundMessage("1", phone, "oi", aliases=(profile,))])
    second = store_messages(engine, account, REQUEST, [InboundMessage("2", profile, "sou eu", reply_to=profile)])
    assert second[0].conversation_id == first[0].conversation_id
    with session_scope(engine) as connection:
        row = connection.execute(text("SELECT sender, reply_to FROM conversation")).one()
    assert tuple(row) == (phone, profile), "her role hangs on what we know, the reply goes where she is"


def test_the_same_profile_on_another_account_is_nobody_known(engine: Engine, account: AccountKey) -> None:
    with session_scope(engine) as connection:
        other = ensure_account(connection, account.tenant_id, channel="email")
    store_messages(engine, account, REQUEST, [InboundMessage("1", "phone", "oi", aliases=("profile",))])
    store_messages(engine, other, REQUEST, [InboundMessage("2", "profile", "oi")])
    assert count(engine, "conversation") == 2
