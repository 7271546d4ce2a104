"""Who is told of a request for a discount, where, and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from agent.discount_words import DiscountPhrase, discount_phrase, spell_percent
from agent.links import spell_out, tame_links
from channels.base import Channel
from jobs.runtime import Services
from models.changes.discount import DiscountRequest
from models.language import Language
from models.operators.notice import add_notice
from models.person import People
from models.privacy.opt_out import is_opted_out
from models.reply import Reply
from models.tenant import AccountKey, find_account

_SILENT: Final = frozenset({"crm"})  # what is said there hangs on a record, and reaches nobody by herself


@dataclass(frozen=True, slots=True)
class Reached:
    """A person at the one address where she is told."""

    person_id: UUID
    name: str
    account: AccountKey
    channel: Channel
    address: str


def reach_managers(
    connection: Connection, services: Services, tenant_id: UUID, *, but: UUID | None = None
) -> list[Reached]:
    """Every manager of the tenant whom a channel of ours can write to first."""
    people = People(connection, tenant_id).all()
    wanted = {person.id: person.name for person in people if person.role == "manager" and person.id != but}
    return _reach(connection, services, tenant_id, wanted)


def reach_person(connection: Connection, services: Services, tenant_id: UUID, person_id: UUID) -> list[Reached]:
    """She, or nobody."""
    person = next((one for one in People(connection, tenant_id).all() if one.id == person_id), None)
    return [] if person is None else _reach(connection, services, tenant_id, {person.id: person.name})


def _reach(connection: Connection, services: Services, tenant_id: UUID, wanted: dict[UUID, str]) -> list[Reached]:
    found: dict[UUID, Reached] = {}
    # By the channel's name backwards: WhatsApp is read sooner than mail.
    for place in sorted(People(connection, tenant_id).addresses(), key=lambda one: one.channel, reverse=True):
        if place.person_id not in wanted or place.person_id in found or place.channel in _SILENT:
            continue
        channel = services.channel_for(place.channel, place.account)
        account = find_account(connection, channel=place.channel, name=place.account)
        if channel is None or account is None or is_opted_out(connection, account.id, place.address):
            continue
        if channel.capabilities.delivery == "push":
            name = wanted[place.person_id]
            found[place.person_id] = Reached(place.person_id, name, account, channel, place.address)
    return list(found.values())


def tell(connection: Connection, services: Services, whom: Sequence[Reached], words: str) -> list[UUID]:
    """Ordinary parts of the outbox, committed with whatever they tell of. Returns the conversations to be rung."""
    text = tame_links(spell_out(words), services.link_hosts)
    return [add_notice(connection, one.account, one.address, text, one.channel.render(Reply(text))) for one in whom]


def ring(services: Services, conversations: Sequence[UUID]) -> None:
    """After the commit."""
    for conversation_id in conversations:
        services.alarms.set(conversation_id, timedelta(0))


def words_for(name: DiscountPhrase, request: DiscountRequest, by: str = "") -> str:
    """In the language of the request."""
    language: Language = request.language  # type: ignore[assignment]  # what a proposer wrote
    wish = request.wish
    return discount_phrase(
        name,
        language,
        number=str(request.number),
        person=request.requester.person,
        percent=spell_percent(wish.percent, language),
        customer=wish.customer,
        subject=f" ({wish.subject})" if wish.subject else "",
        reason=wish.reason,
        by=by,
    )
