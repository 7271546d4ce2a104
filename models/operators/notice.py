"""Notices to the operator on duty: ordinary parts of the outbox, in conversations in which only we speak."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models.conversation import conversations
from models.ids import new_id
from models.message import messages
from models.operators.handoff import say_as_person
from models.outbox import next_number, outbox
from models.reply import RenderedPart
from models.tenant import AccountKey
from models.turn import turns

# What stands for the sender there. No address of these channels begins so; elsewhere people may be called anything.
DUTY_PREFIX = "duty:"
NOTICE = "notice"  # the outcome of the turns that hold them: what they tell of others may be anybody's words
DUTY_CHANNELS = ("whatsapp", "email")


def is_duty(channel: str, sender: str) -> bool:
    """Whether a conversation on `channel` with that sender is one of ours with the operator on duty."""
    return channel in DUTY_CHANNELS and sender.startswith(DUTY_PREFIX)


def add_notice(
    connection: Connection, account: AccountKey, address: str, text: str, parts: Sequence[RenderedPart]
) -> UUID:
    """Say it to that address; what is still on its way there goes first. Returns the conversation, to be rung."""
    conversation_id = _lock_conversation(connection, account, address)
    unsettled = select(turns.c.id).where(turns.c.conversation_id == conversation_id, turns.c.status != "settled")
    turn_id = connection.execute(unsettled).scalar_one_or_none()
    if turn_id is None:
        say_as_person(connection, conversation_id, text, parts, outcome=NOTICE)
    else:
        _append(connection, account, conversation_id, turn_id, address, text, parts)
    return conversation_id


def _lock_conversation(connection: Connection, account: AccountKey, address: str) -> UUID:
    """Made if new; locked until the commit, so that its turn cannot be settled meanwhile."""
    key = DUTY_PREFIX + address
    fixed = {"id": new_id(), "tenant_id": account.tenant_id, "account_id": account.id, "thread_key": key, "sender": key}
    statement = upsert(conversations).values(**fixed, reply_to=address)
    statement = statement.on_conflict_do_update(index_elements=["account_id", "thread_key"], set_={"reply_to": address})
    conversation_id: UUID = connection.execute(statement.returning(conversations.c.id)).scalar_one()
    return conversation_id


def _append(
    connection: Connection,
    account: AccountKey,
    conversation_id: UUID,
    turn_id: UUID,
    address: str,
    text: str,
    parts: Sequence[RenderedPart],
) -> None:
    """Further parts of the turn under way; its one reply grows by the words."""
    c, m = conversations.c, messages.c
    rows = [
        {
            "id": new_id(),
            "tenant_id": account.tenant_id,
            "conversation_id": conversation_id,
            "turn_id": turn_id,
            "number": number,
            "to_address": address,
            "body": part.body,
            "extra": dict(part.extra) or None,
        }
        for number, part in enumerate(parts, next_number(connection, turn_id))
    ]
    connection.execute(insert(outbox), rows)
    said = (m.turn_id == turn_id) & (m.direction == "out")
    connection.execute(update(messages).where(said).values(text=m.text + "\n\n" + text))
    due_at = func.least(c.due_at, func.now())
    connection.execute(update(conversations).where(c.id == conversation_id).values(due_at=due_at))
