"""Which conversation a message of a threaded channel belongs to: the one it follows, if its sender takes part in it."""

import re
from uuid import UUID

from sqlalchemy import Connection, select

from models.conversation import conversations
from models.inbound import InboundMessage
from models.message import messages
from models.outbox import outbox

_OURS = re.compile(r"<r\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")


def find_thread_key(connection: Connection, account_id: UUID, item: InboundMessage) -> str | None:
    """The nearest message that it follows decides; None if none is known here, or its sender is a stranger there.

    So whoever was forwarded a mail and answers it starts a conversation of her own.
    """
    if not item.follows:
        return None
    known = _threads_of_inbound(connection, account_id, item) | _threads_of_sent(connection, account_id, item)
    own = {item.sender, *item.aliases}
    for external_id in item.follows:
        thread = known.get(external_id)
        if thread is not None and thread[1] in own:
            return thread[0]
    return None


def _threads_of_inbound(connection: Connection, account_id: UUID, item: InboundMessage) -> dict[str, tuple[str, str]]:
    m, c = messages.c, conversations.c
    rows = connection.execute(
        select(m.external_id, c.thread_key, c.sender)
        .join(conversations, c.id == m.conversation_id)
        .where(m.account_id == account_id, m.external_id.in_(item.follows))
    )
    return {row.external_id: (row.thread_key, row.sender) for row in rows}


def _threads_of_sent(connection: Connection, account_id: UUID, item: InboundMessage) -> dict[str, tuple[str, str]]:
    o, c = outbox.c, conversations.c
    # Ids that we give carry the part's own, so that a part is known before, and whatever, the platform calls it.
    ours = {UUID(match[1]): external_id for external_id in item.follows if (match := _OURS.match(external_id))}
    rows = connection.execute(
        select(o.id, o.provider_id, c.thread_key, c.sender)
        .join(conversations, c.id == o.conversation_id)
        .where(o.provider_id.in_(item.follows) | o.id.in_(ours), c.account_id == account_id)
    )
    return {ours.get(row.id, row.provider_id): (row.thread_key, row.sender) for row in rows}
