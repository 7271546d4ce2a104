"""What a turn leaves in memory: the facts that its asker told of herself, kept with the answer in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from agent.base import RunResult, Situation, ToolUse
from agent.memory.reading import find_told
from agent.memory.told import Told
from agent.tools.knowledge import SEARCH_DOCUMENTS
from agent.tools.prices import PRICE_OF
from jobs.compose import Composed
from jobs.memory.linking import propose_links
from models.memory.contact import ensure_contact
from models.memory.fact import NewFact, Source, Trust, tell
from models.turns import BegunTurn, Thread

_DOCUMENTS = frozenset({SEARCH_DOCUMENTS, PRICE_OF})
_CHANGES = frozenset({"crm_note", "crm_task"})

Beside = Callable[[Connection], object]


def is_her_own(composed: Composed) -> bool:
    """Whether nothing but the verified person's own words stands in it: no forward, no quotation of others, nobody
    else's line, no record of a CRM."""
    return composed.is_verified and not composed.taint


def told_in(composed: Composed, today: date, result: RunResult | None = None) -> Sequence[Told]:
    """The facts in the words asked. A task that was put before her is hers to agree to, and reminds her by itself."""
    told = find_told(composed.text, today) if is_her_own(composed) else ()
    if result is not None and any(use.name == "crm_task" and "proposed" in use.result for use in result.tools):
        return [one for one in told if one.predicate != "reminder"]
    return told


def has_no_answer(result: RunResult) -> bool:
    """Whether rules answered, which know only questions, and neither found a thing in documents nor prepared a
    change."""
    return result.engine == "offline" and not any(map(_has_answered, result.tools))


def is_cited(result: RunResult) -> bool:
    """Whether rules answered, out of documents alone: those say nothing of what was told beside the question."""
    return result.engine == "offline" and bool(result.tools) and all(use.name in _DOCUMENTS for use in result.tools)


def _has_answered(use: ToolUse) -> bool:
    if use.name in _CHANGES:
        return "proposed" in use.result
    data = use.result.get("data")
    found = data if isinstance(data, Mapping) else {}
    return use.name not in _DOCUMENTS or bool(found.get("answered") or found.get("items"))


def has_missed_a_record(result: RunResult) -> bool:
    """Whether a change was wished for that came to nothing, but not for the sake of third-party words."""
    return not result.is_write_refused and any(use.name in _CHANGES for use in result.tools)


def keep_told(
    thread: Thread, turn: BegunTurn, composed: Composed, situation: Situation, result: RunResult | None = None
) -> Beside | None:
    """What keeps the facts in the words asked; None where there are none."""
    told = told_in(composed, situation.today, result)
    if not told:
        return None
    trust: Trust = "typed" if composed.is_typed else "spoken"

    def write(connection: Connection) -> None:
        source = source_of_words(connection, thread, turn, situation, trust)
        new = as_new(told)
        if tell(connection, source, new):
            propose_links(connection, source, new)

    return write


def source_of_words(
    connection: Connection, thread: Thread, turn: BegunTurn, situation: Situation, trust: Trust = "typed"
) -> Source:
    """Whose words a turn holds; her contact is made if she never told anything before."""
    account = thread.account
    contact_id, holder_id = ensure_contact(connection, account, thread.sender, thread.aliases)
    return Source(
        account.tenant_id, contact_id, holder_id, turn.id, account.channel, situation.role, situation.today, trust
    )


def as_new(told: Sequence[Told]) -> list[NewFact]:
    """As they are stored."""
    return [
        NewFact(one.subject, one.predicate, one.value, one.kind, one.quote, one.due_on, one.confidence, one.is_single)
        for one in told
    ]
