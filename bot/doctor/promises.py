"""Whether the promises are kept: nothing overdue, nothing stuck, and what a person should look at."""

from datetime import timedelta

from sqlalchemy import Engine

from bot.doctor.findings import Finding, broken, doubtful, well
from models.changes.unsettled import count_unsettled
from models.invariants import OVERDUE, find_violations
from models.operators.troubles import count_troubles
from models.session import session_scope

_DAYS = 7


def check_promises(engine: Engine) -> list[Finding]:
    """What must never be there, and beside it what waits for workers."""
    with session_scope(engine) as connection:
        violations = find_violations(connection)
    overdue = violations.pop(OVERDUE, 0)
    backlog = well("backlog", "nothing waits")
    if overdue:
        words = f"{overdue} conversations wait for more than a minute"
        backlog = doubtful("backlog", words, "see that workers are alive, and what their log says")
    if not violations:
        return [backlog, well("promises", "nothing is stuck or left half done")]
    words = "; ".join(f"{count} {name}" for name, count in violations.items())
    return [backlog, broken("promises", words, "this must never be: please report it with the worker's log")]


def check_troubles(engine: Engine) -> list[Finding]:
    with session_scope(engine) as connection:
        found = count_troubles(connection, timedelta(days=_DAYS))
        unsettled = count_unsettled(connection)
    answers = f"{found.apologised} apologies, {found.silent} silences in {_DAYS} days; {found.put_off} put off now"
    parts = f"{found.failed} failed in {_DAYS} days, {found.held} held, {found.drafts} drafts wait"
    judged = [well("answers", answers), well("deliveries", parts)]
    if found.apologised or found.put_off:
        cure = "`python -m bot replay --list` says why; mend the cause, then replay them"
        judged[0] = doubtful("answers", answers, cure)
    if found.ungrounded:
        words = f"{found.ungrounded} replies in {_DAYS} days went out without figures that no tool had told"
        cure = "`python -m bot why TURN` shows which (run.error says ungrounded); another LLM may make up fewer"
        judged.append(doubtful("figures", words, cure))
    if found.failed or found.held:
        cure = "`python -m bot outbox list` shows them; retry them, or look them up at the platform (docs/people.md)"
        judged[1] = doubtful("deliveries", parts, cure)
    if unsettled:
        cure = "look them up at their target, then `python -m bot proposals settle ID applied|absent`"
        judged.append(doubtful("changes", f"{unsettled} changes of which nobody knows whether they were made", cure))
    return judged
