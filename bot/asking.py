"""Questions asked from the command line: the same agent, tools and data, outside any conversation."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from agent.agent import Agent
from agent.base import PersonRole, RunResult, Situation, TurnInput
from agent.scratch import ScratchJournal
from bot.agents.default import describe_default
from bot.assistant import Surroundings, build_assistant
from bot.embeddings import build_library
from bot.environment import read_environment
from bot.settings import Settings
from models.clock import Clock, SystemClock
from models.demo.stored import find_stored_company
from models.ids import new_id
from models.session import build_engine, session_scope
from models.tenant import DEFAULT, find_tenant


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks as somebody: a manager where nobody else is named; with the demo company as its sender, who also sells."""

    agent: Agent
    company: str
    name: str | None  # of who asks, in the sales data
    timezone: str
    clock: Clock
    tenant_id: UUID | None = None  # whose documents are read; None: nobody's
    role: PersonRole = "manager"

    def ask(self, text: str, today: date | None = None) -> RunResult:
        """The first message of a fresh conversation. Raises ProviderError."""
        day = today or self.clock.today(self.timezone)
        salesperson, customer = (None, self.name) if self.role == "customer" else (self.name, None)
        situation = Situation(day, self.role, self.name or "", salesperson, customer, tenant=self.tenant_id)
        turn = TurnInput(new_id(), text, (), situation, self.timezone, self.company)
        return self.agent.run(turn, ScratchJournal())


@contextmanager
def open_asker(
    settings: Settings, database_url: str, role: PersonRole = "manager", name: str | None = None
) -> Iterator[Asker]:
    """For as long as the block lasts; many questions may be asked in it. Raises ConfigurationError."""
    clock = SystemClock()
    engine = build_engine(database_url, application_name="recado-ask", pool_size=4)
    surroundings = Surroundings(
        settings, database_url, clock, read_environment(), library=build_library(settings, engine)
    )
    try:
        assistant = build_assistant(describe_default(settings), surroundings)
        try:
            with session_scope(engine) as connection:
                company = None if settings.sales_database_url else find_stored_company(connection)
                tenant_id = find_tenant(connection, DEFAULT)
            sender = name or (company.sender.name if company and role == "manager" else None)
            yield Asker(assistant.agent, settings.company_name, sender, settings.timezone, clock, tenant_id, role)
        finally:
            assistant.close()
    finally:
        engine.dispose()
