"""Stands in for the worker: writes the answers that the doors wait for, as rows, the way a worker commits them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, Engine, func, insert, select, update

from models.answer import announce_answer
from models.conversation import conversations
from models.ids import new_id
from models.message import messages
from models.run import completions, runs, tool_calls
from models.session import session_scope
from models.turn import turns


@dataclass(frozen=True)
class Spent:
    """What an answer is said to have cost."""

    llm: str = "test-llm"
    engine: str = "llm"
    tokens_in: int = 100
    tokens_cached: int = 0
    tokens_out: int = 23
    cost: Decimal | None = Decimal("0.001234")
    tools: tuple[str, ...] = ("sales_summary",)
    chain_step: str = ""


_CHEAP = Spent()


def answer_message(
    connection: Connection, message_id: UUID, text: str, spent: Spent = _CHEAP, *, announce: bool = True
) -> None:
    """Commit a turn with its run, completion, tool calls and reply for one stored message."""
    m = messages.c
    row = connection.execute(select(messages).where(m.id == message_id)).one()
    own = conversations.c.id == row.conversation_id
    connection.execute(select(conversations.c.id).where(own).with_for_update())  # first, as everybody locks it first
    tenant, now = {"tenant_id": row.tenant_id}, func.clock_timestamp()
    number = connection.execute(
        select(func.count()).select_from(turns).where(turns.c.conversation_id == row.conversation_id)
    ).scalar_one()
    connection.execute(
        insert(turns).values(
            id=row.id,
            conversation_id=row.conversation_id,
            number=number + 1,
            status="settled",
            outcome="answered",
            trace_id=row.trace_id,
            answered_at=now,
            settled_at=now,
            **tenant,
        )
    )
    connection.execute(update(messages).where(m.id == row.id).values(turn_id=row.id))
    seq = connection.execute(
        update(conversations)
        .where(conversations.c.id == row.conversation_id)
        .values(next_seq=conversations.c.next_seq + 1, due_at=None)
        .returning(conversations.c.next_seq)
    ).scalar_one()
    reply = {"id": new_id(), "external_id": f"reply:{row.id}", "direction": "out", "text": text, "seq": seq - 1}
    place = {"conversation_id": row.conversation_id, "account_id": row.account_id, "turn_id": row.id}
    connection.execute(insert(messages).values(trace_id=row.trace_id, **reply, **place, **tenant))
    _add_run(connection, row.id, row.tenant_id, row.text, spent)
    if announce:
        announce_answer(connection, row.id)


def _add_run(connection: Connection, turn_id: UUID, tenant_id: UUID, question: str, spent: Spent) -> None:
    tokens = {
        "tokens_in": spent.tokens_in,
        "tokens_out": spent.tokens_out,
        "cost": spent.cost,
    }
    owner = {"tenant_id": tenant_id, "turn_id": turn_id}
    memory = [{"role": "user", "content": question, "at": "2026-03-02T12:00:00+00:00"}]
    run = {"llm": spent.llm, "engine": spent.engine, "context_size": 6, "memory": memory, "status": "done"}
    connection.execute(insert(runs).values(id=new_id(), attempt=1, **run, **tokens, **owner))
    connection.execute(
        insert(completions).values(
            id=new_id(),
            step=1,
            attempt=1,
            status="done",
            llm_served=spent.llm,
            tokens_cached=spent.tokens_cached,
            chain_step=spent.chain_step,
            **tokens,
            **owner,
        )
    )
    for index, name in enumerate(spent.tools):
        call = {"name": name, "arguments": {"metric": "revenue"}, "result": {"rows": 1}, "ok": True}
        connection.execute(insert(tool_calls).values(step=1, number=index, **call, **owner))


def inbound_rows(engine: Engine) -> list[tuple[UUID, str]]:
    """Id and text of every stored message from a person, in the order of arrival."""
    with session_scope(engine) as connection:
        statement = select(messages.c.id, messages.c.text).where(messages.c.direction == "in")
        return [(row.id, row.text) for row in connection.execute(statement.order_by(messages.c.received_at))]


@dataclass
class PretendWorker:
    """Answers every stored message `answer_for` has an answer to; None leaves it unanswered."""

    engine: Engine
    answer_for: Callable[[str], str | None]
    announce: bool = True
    _stopped: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        while not self._stopped.wait(0.03):
            with session_scope(self.engine) as connection:
                open_messages = connection.execute(
                    select(messages.c.id, messages.c.text)
                    .where(messages.c.direction == "in", messages.c.turn_id.is_(None))
                    .order_by(messages.c.seq)
                ).all()
                for row in open_messages:
                    answer = self.answer_for(row.text)
                    if answer is not None:
                        answer_message(connection, row.id, answer, announce=self.announce)

    def stop(self) -> None:
        self._stopped.set()


@contextmanager
def pretend_worker(
    engine: Engine, answer_for: Callable[[str], str | None] = lambda text: f"eco: {text}", *, announce: bool = True
) -> Iterator[PretendWorker]:
    """A thread that answers, for the length of the block."""
    worker = PretendWorker(engine, answer_for, announce)
    thread = threading.Thread(target=worker.work, name="pretend-worker")
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join()
