"""Questions asked from the command line: the same agent, tools and data, outside any conversation."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from agent.agent import Agent
from agent.base import RunResult, Situation, TurnInput
from agent.scratch import ScratchJournal
from bot.assistant import Surroundings, build_assistant
from bot.default_agent import describe_default
from bot.environment import read_environment
from bot.settings import Settings
from models.clock import Clock, SystemClock
from models.demo.stored import find_stored_company
from models.ids import new_id
from models.session import build_engine, session_scope


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks as a manager; with the demo company, as its sender, who also sells."""

    agent: Agent
    company: str
    salesperson: str | None
    timezone: str
    clock: Clock

    def ask(self, text: str, today: date | None = None) -> RunResult:
        """The first message of a fresh conversation. Raises ProviderError."""
        day = today or self.clock.today(self.timezone)
        situation = Situation(day, "manager", self.salesperson or "", self.salesperson)
        turn = TurnInput(new_id(), text, (), situation, self.timezone, self.company)
        return self.agent.run(turn, ScratchJournal())


@contextmanager
def open_asker(settings: Settings, database_url: str) -> Iterator[Asker]:
    """For as long as the block lasts; many questions may be asked in it. Raises ConfigurationError."""
    clock = SystemClock()
    surroundings = Surroundings(settings, database_url, clock, read_environment())
    assistant = build_assistant(describe_default(settings), surroundings)
    try:
        sender = None if settings.sales_database_url else _find_demo_sender(database_url)
        yield Asker(assistant.agent, settings.company_name, sender, settings.timezone, clock)
    finally:
        assistant.close()


def _find_demo_sender(database_url: str) -> str | None:
    engine = build_engine(database_url, application_name="recado-ask", pool_size=1)
    try:
        with session_scope(engine) as connection:
            company = find_stored_company(connection)
        return company.sender.name if company else None
    finally:
        engine.dispose()
