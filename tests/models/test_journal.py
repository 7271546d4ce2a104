"""The journal's rows: written under the lease alone, and by the first who comes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, text

from models.errors import LeaseLost
from models.ids import new_id
from models.inbound import InboundMessage
from models.inbox import RawRequest, store_messages
from models.journal import JournalKey, StoredToolCall, close_completion, open_completion, store_tool_call
from models.lease import Lease, acquire_lease
from models.session import session_scope, statement_scope
from models.tenant import ensure_account, ensure_tenant
from models.turns import begin_turn, freeze_turn

_NO_TIME = timedelta(0)
_ANSWER = {"status": "done", "answer": {"text": "42"}, "time_ms": 3}
_CALL = StoredToolCall(True, {"period": "hoje"}, {"ok": True})

Write = Callable[[Connection, Lease, JournalKey], Any]


def _open(connection: Connection, lease: Lease, key: JournalKey) -> None:
    open_completion(connection, lease, key, 0, provider="scripted", llm="scripted", tokens_in=10)


def _close(connection: Connection, lease: Lease, key: JournalKey) -> dict[str, Any] | None:
    return close_completion(connection, lease, key, 0, _ANSWER)


def _store(connection: Connection, lease: Lease, key: JournalKey) -> StoredToolCall:
    return store_tool_call(connection, lease, key, (0, 0), call_id="c1", name="count", stored=_CALL, time_ms=1)


@pytest.fixture
def begun(engine: Engine) -> tuple[Lease, JournalKey]:
    """A turn in execution, and the lease on its conversation."""
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant_id, channel="fake")
    message = InboundMessage("m1", "+5511999990000", "oi")
    stored = store_messages(engine, account, RawRequest("/", {}, b"", new_id().hex), [message])[0]
    with session_scope(engine) as connection:
        lease = acquire_lease(connection, stored.conversation_id, "first", _NO_TIME)
        assert lease is not None
        turn_id = freeze_turn(connection, lease.conversation_id, one_message=True)
        assert turn_id is not None
        begin_turn(connection, turn_id, provider="scripted", engine="llm")
    return lease, JournalKey(tenant_id, turn_id, 1)


def _take_over(engine: Engine, conversation_id: UUID) -> Lease:
    with session_scope(engine) as connection:
        lease = acquire_lease(connection, conversation_id, "second", timedelta(seconds=10))
    assert lease is not None
    return lease


@pytest.mark.parametrize("write", [_open, _close, _store])
def test_whoever_lost_the_lease_writes_nothing(engine: Engine, begun: tuple[Lease, JournalKey], write: Write) -> None:
    lease, key = begun
    with statement_scope(engine) as connection:
        if write is _close:
            _open(connection, lease, key)
        _take_over(engine, lease.conversation_id)
        with pytest.raises(LeaseLost):
            write(connection, lease, key)
        assert connection.execute(text("SELECT count(*) FROM completion WHERE status <> 'started'")).scalar() == 0
        assert connection.execute(text("SELECT count(*) FROM tool_call")).scalar() == 0
        assert connection.execute(text("SELECT count(*) FROM completion")).scalar() == (write is _close)


def test_an_answer_is_kept_once_and_the_later_one_is_told_of_it(
    engine: Engine, begun: tuple[Lease, JournalKey]
) -> None:
    lease, key = begun
    second = JournalKey(key.tenant_id, key.turn_id, 2)
    with statement_scope(engine) as connection:
        for one in (key, second):
            _open(connection, lease, one)
        assert _close(connection, lease, key) is None
        assert _close(connection, lease, second) == {"text": "42"}
        fates = connection.execute(text("SELECT attempt, status, error_kind FROM completion ORDER BY attempt")).all()
    assert [tuple(fate) for fate in fates] == [(1, "done", ""), (2, "failed", "superseded")]


def test_an_answer_that_is_noted_twice_by_the_same_execution_stands(
    engine: Engine, begun: tuple[Lease, JournalKey]
) -> None:
    lease, key = begun
    with statement_scope(engine) as connection:
        _open(connection, lease, key)
        assert [_close(connection, lease, key) for _ in range(2)] == [None, None]
        assert connection.execute(text("SELECT status FROM completion")).scalar_one() == "done"


def test_a_result_of_a_tool_is_kept_once(engine: Engine, begun: tuple[Lease, JournalKey]) -> None:
    lease, key = begun
    with statement_scope(engine) as connection:
        _store(connection, lease, key)
        other = StoredToolCall(False, {}, {"ok": False})
        standing = store_tool_call(connection, lease, key, (0, 0), call_id="c1", name="count", stored=other, time_ms=1)
    assert standing == _CALL
