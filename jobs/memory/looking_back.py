"""Answers what was said before about something, out of the asker's own past turns and without an LLM. An LLM has
`recall_conversations` for that."""

from sqlalchemy import Connection

from agent.agent import Agent
from agent.links import tame_links
from agent.memory.looking_back import FoundBack, LookBack, is_about, read_look_back, tell_found
from jobs.compose import Composed
from jobs.manners import FixedAnswer
from jobs.memory.facts import is_her_own
from jobs.question import find_situation
from jobs.runtime import Services
from models.language import Language
from models.memory.episodes import find_channels, search_past
from models.memory.recollection import recollect
from models.session import statement_scope
from models.taint import Taint, has_others_words, read_taint
from models.turns import Thread

_LOOKED_AT = 10
_SHOWN = 3


def look_back(
    services: Services, agent: Agent, thread: Thread, composed: Composed, language: Language
) -> FixedAnswer | None:
    """None where nobody asks for that, where an LLM can look for itself, and for whom the company does not know."""
    if any(link.provider.engine != "offline" for link in agent.links) or not is_her_own(composed):
        return None
    asked = read_look_back(composed.text, services.clock.today(thread.timezone))
    if asked is None:
        return None
    with statement_scope(services.engine) as connection:
        situation = find_situation(services, connection, thread)
        if situation.role == "unknown":
            return None
        found = _find(connection, services, thread, asked)
    words = tell_found(asked, found, language, thread.timezone)
    return FixedAnswer(tame_links(words), taint=_taint_of(found))


def _find(connection: Connection, services: Services, thread: Thread, asked: LookBack) -> list[FoundBack]:
    """Without the questions of this kind that were asked before: they hold every word of it."""
    today = services.clock.today(thread.timezone)
    holder = recollect(connection, thread.account, (thread.sender, *thread.aliases), today).holder_id
    if holder is None:
        return []
    episodes = search_past(connection, thread.account.tenant_id, holder, asked.words, _LOOKED_AT, asked.span)
    meant = [one for one in episodes if is_about(one.turn, asked.words) and not read_look_back(one.turn.asked, today)]
    channels = find_channels(connection, [one.turn.id for one in meant[:_SHOWN]])
    return [FoundBack(one, channels.get(one.turn.id, "")) for one in meant[:_SHOWN]]


def _taint_of(found: list[FoundBack]) -> frozenset[Taint]:
    shown = [turn for one in found for turn in (one.episode.before, one.episode.turn, one.episode.after) if turn]
    taints = [read_taint(turn.taint) for turn in shown]
    if any(map(has_others_words, taints)):
        return frozenset({"remembered"})
    return frozenset({"names"} if any(taints) else ())
