"""Lets an LLM read what people told, once they have been quiet for a while: it adds to what the rules read, and never
replaces or brings back anything. Off every turn's path, within the budgets, and on record as usage.

Any number of processes work side by side: who reads a contact holds it for a few minutes.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from agent.decisions import read_decision
from agent.memory.customer_names import CustomerNames
from agent.memory.llm_reading import MOST_TOKENS, ask_for_facts, read_facts, read_facts_of_customers
from agent.memory.wish import read_wish
from jobs.agents import Terms
from jobs.memory.facts import as_new
from jobs.memory.llm import Asking, ask
from jobs.question import find_situation
from jobs.rounds import Rounds
from jobs.runtime import Services
from models.errors import BudgetExceeded, ConfigurationError, ProviderError, ToolError
from models.memory.customer_fact import tell_of_customers
from models.memory.fact import Source, tell_beside
from models.memory.remembered import SettledTurn
from models.memory.unread import Unread, UnreadTurn, claim_unread, find_unread_turns, note_read, put_back
from models.session import session_scope, statement_scope
from models.taint import has_others_words, read_taint
from models.turns import Thread, get_thread

READ_EVERY = timedelta(seconds=10)
QUIET = timedelta(seconds=60)  # since the last turn was taken in: several are read at once
_HELD = timedelta(minutes=5)
_LATER = timedelta(minutes=10)
_BATCH = 20  # turns in one call
_LONGEST = 2_000  # characters of a message that are shown

_log = logging.getLogger("recado.memory")


class MemoryReader(Rounds):
    """A thread of every worker."""

    def __init__(self, services: Services, quiet: timedelta = QUIET) -> None:
        self._services = services
        self._quiet = quiet
        super().__init__("memory-reader", READ_EVERY, self.work, _log)

    def work(self) -> int:
        """All that is due; how many contacts were read."""
        count = 0
        while not self._stopping.is_set():
            with session_scope(self._services.engine) as connection:
                unread = claim_unread(connection, quiet=self._quiet, held=_HELD)
            if unread is None:
                break
            read_contact(self._services, unread)
            count += 1
        return count


def read_contact(services: Services, unread: Unread) -> None:
    """One batch of a contact's turns. What cannot be read now is put back, what never can is passed over."""
    with session_scope(services.engine) as connection:
        found = find_unread_turns(connection, unread, _BATCH)
        thread = get_thread(connection, found[-1].conversation_id) if found else None
        if thread is None:
            return note_read(connection, unread, unread.read_up_to)
        terms = services.agents.find_terms(connection, thread.account, thread.agent_version_id)
    said = {one.number: one.turn.asked[:_LONGEST] for one in found if _is_worth_reading(one.turn, unread.address)}
    answer, teller = "", _Teller()
    if said and terms.spec.memory_llm and terms.spec.llm.engine == "llm":
        try:
            # First: while the sales data are away nothing is paid for that could not be kept.
            teller = _find_teller(services, terms, replace(thread, sender=unread.address, aliases=()))
            prompt, turn_id = ask_for_facts(said), found[-1].turn.id
            asked = Asking("memory", unread.address, turn_id, MOST_TOKENS)
            answer = ask(services, terms, thread, asked, prompt).text
        except (ProviderError, BudgetExceeded, ConfigurationError, ToolError) as error:
            _log.warning("what was told cannot be read now: %s", type(error).__name__)
            with session_scope(services.engine) as connection:
                return put_back(connection, unread, _LATER)
    with session_scope(services.engine) as connection:
        for number, told in read_facts(answer, said):
            tell_beside(connection, _source_of(unread, found, number, thread.timezone), as_new([told]))
        of_customers = read_facts_of_customers(answer, said, teller.customers)
        for number, of_customer in sorted(of_customers, key=lambda one: one[1].customer):  # as everybody locks them
            source = replace(_source_of(unread, found, number, thread.timezone), role=teller.role)
            tell_of_customers(connection, source, teller.name, [of_customer])
        note_read(connection, unread, found[-1].number)
    return None


@dataclass(frozen=True, slots=True)
class _Teller:
    """Whose words were read, and whom of the company's customers she may tell of."""

    name: str = ""
    role: str = ""
    customers: CustomerNames = field(default_factory=lambda: CustomerNames(()))


def _find_teller(services: Services, terms: Terms, thread: Thread) -> _Teller:
    """Raises ToolError while the sales data cannot be asked whom she may see."""
    with statement_scope(services.engine) as connection:
        situation = find_situation(services, connection, thread)
    if situation.role not in ("rep", "manager"):
        return _Teller()
    with services.agents.at_work(terms) as agent:
        return _Teller(situation.person_name, situation.role, CustomerNames(agent.get_customers(situation)))


def _source_of(unread: Unread, found: Sequence[UnreadTurn], number: int, timezone: str) -> Source:
    turn = next(one.turn for one in found if one.number == number)
    said_on = turn.asked_at.astimezone(ZoneInfo(timezone)).date()
    account = unread.account
    return Source(account.tenant_id, unread.contact_id, unread.holder_id, turn.id, account.channel, "", said_on, "llm")


def _is_worth_reading(turn: SettledTurn, address: str) -> bool:
    """Her own words alone, and no word to the memory itself: what she wants forgotten is not to be read again."""
    is_own = turn.is_of_alone(address) and not has_others_words(read_taint(turn.taint))
    return is_own and read_wish(turn.asked) is None and read_decision(turn.asked) is None
