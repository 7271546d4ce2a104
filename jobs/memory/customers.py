"""What a turn leaves in memory of the company's customers: facts that one of its own people told, in the rows that she
may see, kept with the answer in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from agent.agent import Agent
from agent.base import RunResult, Situation
from agent.memory.customer_names import CustomerNames
from agent.memory.of_customers import ToldOfCustomers, find_told_of_customers, may_tell_of_customers
from jobs.compose import Composed
from jobs.memory.facts import Beside, is_her_own, keep_told, source_of_words
from models.memory.customer_fact import NewCustomerFact, tell_of_customers
from models.memory.fact import Ending, Trust
from models.turns import BegunTurn, Thread

_NOTHING = ToldOfCustomers()


def told_of_customers(agent: Agent, composed: Composed, situation: Situation) -> ToldOfCustomers:
    """In her own words; of customers whom she may see, and who are named beyond doubt."""
    if situation.role not in ("rep", "manager") or not is_her_own(composed):
        return _NOTHING
    if not may_tell_of_customers(composed.text):
        return _NOTHING
    return find_told_of_customers(composed.text, CustomerNames(agent.customers_seen(situation)))


@dataclass(frozen=True, slots=True)
class Keeping:
    """What keeps all that was told in a turn."""

    agent: Agent
    thread: Thread
    turn: BegunTurn
    composed: Composed
    situation: Situation

    def keep(self, result: RunResult | None = None) -> Beside | None:
        """None where nothing was told."""
        of_herself = keep_told(self.thread, self.turn, self.composed, self.situation, result)
        told = told_of_customers(self.agent, self.composed, self.situation).told
        if not told:
            return of_herself
        of_customers = self.keep_of_customers(told)
        return lambda connection: (of_herself and of_herself(connection), of_customers(connection))

    def keep_of_customers(self, told: Sequence[NewCustomerFact], ending: Ending = "replaced") -> Beside:
        trust: Trust = "typed" if self.composed.is_typed else "spoken"

        def write(connection: Connection) -> None:
            source = source_of_words(connection, self.thread, self.turn, self.situation, trust)
            tell_of_customers(connection, source, self.situation.person_name, told, ending)

        return write
