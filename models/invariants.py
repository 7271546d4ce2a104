"""What must never be, as queries whose count is 0 while every promise is kept: the doctor and the scheduler look."""

from datetime import timedelta

from sqlalchemy import Connection, text

from models.ids import first_id_at
from models.privacy.retention import find_moment

OVERDUE = "conversations overdue by more than a minute, with nobody at work on them"
_LOOK_BACK = timedelta(days=2)  # where no index leads to what is wrong, only the young rows are looked at

_MUST_BE_NONE = {
    OVERDUE: """
        SELECT count(*) FROM conversation c
        WHERE c.due_at < now() - interval '1 minute' AND (c.lease_owner IS NULL OR c.lease_until < now())
    """,
    "turns under way that nobody will ever look at": """
        SELECT count(*) FROM turn t JOIN conversation c ON c.id = t.conversation_id
        WHERE t.status <> 'settled' AND c.due_at IS NULL AND (c.lease_owner IS NULL OR c.lease_until < now())
        AND NOT (t.status = 'open' AND c.held_by IS NOT NULL)
        AND NOT EXISTS (SELECT FROM outbox o WHERE o.turn_id = t.id AND o.status = 'draft')
    """,
    "messages that wait and that nobody will ever look at": """
        SELECT count(*) FROM message m JOIN conversation c ON c.id = m.conversation_id
        WHERE m.turn_id IS NULL AND m.unanswerable = '' AND m.direction = 'in'
        AND c.due_at IS NULL AND (c.lease_owner IS NULL OR c.lease_until < now()) AND c.held_by IS NULL
        AND NOT EXISTS (SELECT FROM turn t WHERE t.conversation_id = c.id AND t.status <> 'settled')
    """,
    "sends under way for more than ten minutes": """
        SELECT count(*) FROM outbox o WHERE o.status = 'sending' AND o.attempted_at < now() - interval '10 minutes'
    """,
    "parts of settled turns that are still to be sent": """
        SELECT count(*) FROM outbox o JOIN turn t ON t.id = o.turn_id
        WHERE o.status IN ('pending', 'sending', 'unknown') AND t.status = 'settled'
    """,
    "LLM calls of settled turns that never ended": """
        SELECT count(*) FROM completion u JOIN turn t ON t.id = u.turn_id
        WHERE u.id > :young AND u.status = 'started' AND t.status = 'settled'
    """,
    "executions of settled turns that never ended": """
        SELECT count(*) FROM run r JOIN turn t ON t.id = r.turn_id
        WHERE r.id > :young AND r.status = 'started' AND t.status = 'settled'
    """,
    "answered turns without a reply": """
        SELECT count(*) FROM turn t
        WHERE t.id > :young AND t.answered_at IS NOT NULL AND t.outcome IN ('answered', 'apologised', 'reset', 'person')
        AND NOT EXISTS (SELECT FROM message m WHERE m.turn_id = t.id AND m.direction = 'out')
    """,
    "sums held back for LLM calls of settled turns": """
        SELECT count(*) FROM budget_hold h JOIN turn t ON t.id = h.turn_id WHERE t.status = 'settled'
    """,
    "memories of what was said with somebody who is not there any more": """
        SELECT count(*) FROM search_space s
        WHERE s.kind = 'turns' AND NOT EXISTS (SELECT FROM contact c WHERE c.id = s.owner_id)
    """,
}


def find_violations(connection: Connection) -> dict[str, int]:
    """What is broken, in words, and how often; empty when all is well."""
    young = {"young": first_id_at(find_moment(connection, _LOOK_BACK))}
    counts = {
        name: int(connection.execute(text(query), young if ":young" in query else {}).scalar_one())
        for name, query in _MUST_BE_NONE.items()
    }
    return {name: count for name, count in counts.items() if count}
