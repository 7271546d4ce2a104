"""The question put to the agent: who asks, what was said before, and what is asked now."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from agent.agent import Agent
from agent.base import PersonRole, Situation, TurnInput
from agent.memory.context import recall
from agent.memory.customer_names import CustomerNames, words_asked, words_of
from jobs.agents import Terms
from jobs.compose import Composed
from jobs.manners import language_of
from jobs.runtime import Services
from models.history import PastTurn, recent_turns
from models.memory.customer_fact import KnownCustomerFact
from models.memory.recollection import recollect
from models.person import KnownPerson, People
from models.session import statement_scope
from models.turns import BegunTurn, Thread


def gather_question(
    services: Services, terms: Terms, agent: Agent, thread: Thread, turn: BegunTurn, composed: Composed
) -> TurnInput:
    """The role comes from the address that the channel verified, never from the text."""
    today = services.clock.today(thread.timezone)
    with statement_scope(services.engine) as connection:
        remembered = recollect(
            connection,
            thread.account,
            (thread.sender, *thread.aliases),
            today,
            thread.conversation_id,
            memory_from_seq=thread.memory_from_seq,
            words=words_asked(composed.text),
            said=words_of(composed.text[:1_000]),
        )
        situation = _situate(services, connection, thread, remembered.person, today)
        situation = replace(situation, holder=remembered.holder_id)
        past = recent_turns(
            connection,
            thread.conversation_id,
            before_number=turn.number,
            from_seq=thread.memory_from_seq,
            limit=services.policy.memory_turns,
        )
    history = recall(
        remembered.facts,
        remembered.summary,
        _seen_by(situation, (thread.sender, *thread.aliases), past),
        terms.spec.memory_tokens,
        is_all=len(past) < services.policy.memory_turns,
        asker=thread.sender,
        language=language_of(terms.spec, composed.text),
        timezone=thread.timezone,
        of_customers=_told_to(agent, situation, composed.text, remembered.of_customers),
    )
    languages = terms.spec.languages
    return TurnInput(
        turn.id,
        composed.text,
        history,
        replace(situation, language=languages[0]) if len(languages) == 1 else situation,
        thread.timezone,
        terms.spec.company or thread.company,
        composed.context,
        taint=composed.taint,
    )


def _told_to(
    agent: Agent, situation: Situation, text: str, found: Sequence[KnownCustomerFact]
) -> Sequence[KnownCustomerFact]:
    """What people of the company told is for its people, and of a customer for whoever may see the customer."""
    if not found or situation.role not in ("rep", "manager"):
        return ()
    named = {one for mention in CustomerNames(agent.customers_seen(situation)).find(text) for one in mention.customers}
    return [fact for fact in found if fact.customer in named]


def _seen_by(situation: Situation, addresses: Collection[str], past: Sequence[PastTurn]) -> Sequence[PastTurn]:
    """Several may write in one thread: what another asked there was answered for other eyes, and is nothing that who
    is no manager may be told of."""
    if situation.role == "manager":
        return past
    return [turn for turn in past if turn.asker in {"", *addresses}]


def find_situation(services: Services, connection: Connection, thread: Thread) -> Situation:
    """Who asks, by the address that the channel verified, and what day it is there."""
    people = People(connection, thread.account.tenant_id)
    person = people.find_by_address(thread.account.id, (thread.sender, *thread.aliases))
    return _situate(services, connection, thread, person, services.clock.today(thread.timezone))


def _situate(
    services: Services, connection: Connection, thread: Thread, person: KnownPerson | None, today: date
) -> Situation:
    found = _let_in(services, connection, thread, today) if person is None else _known(person, today)
    return replace(found, channel=thread.account.channel, tenant=thread.account.tenant_id)


def _known(person: KnownPerson, today: date) -> Situation:
    role: PersonRole = person.role  # type: ignore[assignment]  # the table's CHECK allows no other
    return Situation(today, role, person.name, person.salesperson, person.customer, person=person.id)


def _let_in(services: Services, connection: Connection, thread: Thread, today: date) -> Situation:
    door = services.open_door(connection, thread.account.tenant_id)
    if door is None:
        return Situation(today, "unknown", thread.sender_name)
    return Situation(today, "manager", thread.sender_name or door.name, door.salesperson)
