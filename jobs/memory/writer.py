"""Lets an LLM put the earlier part of a long conversation into prose: off every turn's path, within the budgets, and
believed only where each figure in it was said.

Any number of processes work side by side: who writes a summary holds it for a few minutes.
"""

import logging
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from agent.memory.prose import MOST_TOKENS, Said, ask_for_prose, read_prose
from jobs.agents import Terms
from jobs.memory.llm import Asking, ask
from jobs.rounds import Rounds
from jobs.runtime import Services
from models.errors import BudgetExceeded, ConfigurationError, ProviderError
from models.language import guess_language
from models.memory.prose import (
    DueProse,
    ProseSource,
    claim_prose,
    find_source,
    find_source_again,
    keep_prose,
    put_off_prose,
)
from models.session import session_scope
from models.turns import Thread, get_thread

WRITE_EVERY = timedelta(seconds=10)
_HELD = timedelta(minutes=5)
_LATER = timedelta(minutes=10)

_log = logging.getLogger("recado.memory")


class MemoryWriter(Rounds):
    """A thread of every worker."""

    def __init__(self, services: Services) -> None:
        self._services = services
        super().__init__("memory-writer", WRITE_EVERY, self.work, _log)

    def work(self) -> int:
        """All that is due; how many summaries were seen to."""
        count = 0
        while not self._stopping.is_set():
            with session_scope(self._services.engine) as connection:
                due = claim_prose(connection, _HELD)
            if due is None:
                break
            write_prose(self._services, due)
            count += 1
        return count


def write_prose(services: Services, due: DueProse) -> None:
    """Of one conversation. What cannot be written now is put off, what cannot be believed is left to the extract."""
    with session_scope(services.engine) as connection:
        source = find_source(connection, due)
        if source is None:
            return None
        thread = get_thread(connection, due.conversation_id)
        terms = services.agents.find_terms(connection, thread.account, thread.agent_version_id)
        if not (source.turns and terms.spec.memory_llm and terms.spec.llm.engine == "llm"):
            return keep_prose(connection, due, source.up_to, "", "")
    try:
        prose, llm = _write(services, terms, thread, due, source)
    except (ProviderError, BudgetExceeded, ConfigurationError) as error:
        _log.warning("a summary cannot be written now: %s", type(error).__name__)
        with session_scope(services.engine) as connection:
            return put_off_prose(connection, due, _LATER)
    with session_scope(services.engine) as connection:
        _keep(connection, due, source, prose, llm)
    return None


def _write(services: Services, terms: Terms, thread: Thread, due: DueProse, source: ProseSource) -> tuple[str, str]:
    """The summary, empty where it cannot be believed, and whose it is. Raises ProviderError, BudgetExceeded,
    ConfigurationError."""
    zone = ZoneInfo(thread.timezone)
    said = [Said(turn.asked_at.astimezone(zone).date(), turn.asked, turn.replied) for turn in source.turns]
    prompt = ask_for_prose(source.told, said, guess_language(" ".join(one.asked for one in said)))
    asking = Asking("summary", due.sender, source.turns[-1].id, MOST_TOKENS)
    completion = ask(services, terms, thread, asking, prompt)
    return read_prose(completion.text, source.told, said), completion.llm


def _keep(connection: Connection, due: DueProse, source: ProseSource, prose: str, llm: str) -> None:
    """Nothing of it where what it was written from was erased meanwhile; where that has changed it is due again."""
    now = find_source_again(connection, due, source.up_to)
    if now is None:
        return
    if source.still_stands(now):
        keep_prose(connection, due, source.up_to, prose, llm)
    else:
        put_off_prose(connection, due, timedelta(0))
