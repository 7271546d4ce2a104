"""Conversations that the commands' tests find in the database, put there as a webhook and a worker would."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text

from models.inbound import InboundMessage
from models.inbox import RawRequest, store_messages
from models.operators.handoff import say_as_person
from models.reply import RenderedPart
from models.session import session_scope
from models.tenant import AccountKey, ensure_account, ensure_tenant

_REQUEST = RawRequest("/webhooks/whatsapp/default", {}, b"", "ab" * 16)


@dataclass(frozen=True, slots=True)
class Stored:
    """A database, and what is done to it without the command line."""

    engine: Engine
    account: AccountKey
    chat: AccountKey
    mail: AccountKey

    def say(self, words: str, sender: str, name: str = "Ana Souza", *, by_chat: bool = False) -> UUID:
        """The conversation of what that sender says."""
        account = self.chat if by_chat else self.account
        message = InboundMessage(secrets.token_hex(8), sender, words, sender_name=name)
        return store_messages(self.engine, account, _REQUEST, [message])[0].conversation_id

    def write_mail(self, words: str, sender: str, external_id: str, subject: str) -> UUID:
        message = InboundMessage(external_id, sender, words, subject=subject)
        return store_messages(self.engine, self.mail, _REQUEST, [message])[0].conversation_id

    def reply(self, conversation_id: UUID, *parts: str, status: str = "pending") -> list[UUID]:
        """An answer of that many parts, all with one status; their ids in reading order."""
        with session_scope(self.engine) as connection:
            turn_id = say_as_person(connection, conversation_id, "\n".join(parts), [RenderedPart(p) for p in parts])
        self.run("UPDATE outbox SET status = :status WHERE turn_id = :turn_id", status=status, turn_id=turn_id)
        rows = self.rows("SELECT id FROM outbox WHERE turn_id = :turn_id ORDER BY number", turn_id=turn_id)
        return [UUID(str(key)) for [key] in rows]

    def settle(self, conversation_id: UUID) -> None:
        """As the worker does when nothing of the turn is left to do."""
        self.run("UPDATE turn SET status = 'settled' WHERE conversation_id = :c", c=conversation_id)
        self.run("UPDATE conversation SET due_at = NULL WHERE id = :c", c=conversation_id)

    def run(self, statement: str, **values: object) -> None:
        with session_scope(self.engine) as connection:
            connection.execute(text(statement), values)

    def rows(self, statement: str, **values: object) -> Sequence[Any]:
        with session_scope(self.engine) as connection:
            return connection.execute(text(statement), values).all()


def store_in(engine: Engine) -> Stored:
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        names = ("whatsapp", "chat", "email")
        return Stored(engine, *(ensure_account(connection, tenant_id, channel=name) for name in names))
