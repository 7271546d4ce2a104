""" "Vincular meu e-mail ana@example.com": a code goes to that mailbox, and whoever writes it here has proven that the
mailbox is hers. Then both are one person. Roles do not change: those are the operator's to give."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection

from agent.memory.proving import read_proof, say_proof
from jobs.compose import Composed
from jobs.memory.facts import is_her_own
from jobs.runtime import Services
from models.language import Language
from models.memory.contact import ensure_contact
from models.memory.contact_link import CannotLink, ContactLinks
from models.memory.mailbox_code import LIVES, begin_proof, check_proof
from models.operators.notice import add_notice
from models.reply import Reply
from models.session import session_scope
from models.tenant import AccountKey, find_tenant_account
from models.turns import BegunTurn, Thread


def answer_proof(
    services: Services, thread: Thread, turn: BegunTurn, composed: Composed, language: Language
) -> str | None:
    """None where she says something else, so that the assistant may answer. Safe to repeat in the same turn."""
    proof = read_proof(composed.text) if is_her_own(composed) and composed.is_typed else None
    if proof is None:
        return None
    proving = _Proving(services, thread, turn, language)
    with session_scope(services.engine) as connection:
        return proving.check(connection, proof.code) if proof.code else proving.begin(connection, proof.mailbox)


@dataclass(frozen=True, slots=True)
class _Proving:
    services: Services
    thread: Thread
    turn: BegunTurn
    language: Language

    def begin(self, connection: Connection, mailbox: str) -> str:
        mail = self._find_mail(connection)
        channel = None if mail is None else self.services.channel_for(mail.channel, mail.name)
        if mail is None or channel is None:
            return self._say("no_mail")
        contact_id, _ = self._contact(connection)
        begun = begin_proof(connection, self.turn.id, mail.tenant_id, contact_id, mailbox)
        if begun is None:
            return self._say("too_many")
        if begun.code:
            text = self._say("mail", company=self.thread.company, code=begun.code)
            add_notice(connection, mail, mailbox, text, channel.render(Reply(text)))
        return self._say("sent", mailbox=mailbox, minutes=LIVES // timedelta(minutes=1))

    def check(self, connection: Connection, code: str) -> str | None:
        """Six digits that nobody waits for are for the assistant."""
        mail = self._find_mail(connection)
        if mail is None:
            return None
        contact_id, holder_id = self._contact(connection)
        checked = check_proof(connection, self.turn.id, contact_id, code)
        if checked.verdict != "right":
            return None if checked.verdict == "none" else self._say("wrong")
        mail_contact, mail_holder = ensure_contact(connection, mail, checked.mailbox)
        if mail_holder != holder_id:
            links = ContactLinks(connection, mail.tenant_id)
            try:
                links.link(mail_contact, holder_id, how="email_code", by=self.thread.sender)
            except CannotLink:
                return self._say("not_linked")
        return self._say("linked", mailbox=checked.mailbox)

    def _find_mail(self, connection: Connection) -> AccountKey | None:
        return find_tenant_account(connection, self.thread.account.tenant_id, channel="email")

    def _contact(self, connection: Connection) -> tuple[UUID, UUID]:
        return ensure_contact(connection, self.thread.account, self.thread.sender, self.thread.aliases)

    def _say(self, saying: str, **values: object) -> str:
        return say_proof(saying, self.language, **values)
