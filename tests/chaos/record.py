"""What the program itself has on record at the end of a run, read by SQL of the judge's own."""

from collections import defaultdict
from dataclasses import dataclass, field

from tests.chaos.town import Town

_UNFINISHED = {
    "conversations that are due": "SELECT count(*) FROM conversation WHERE due_at IS NOT NULL",
    "conversations under a lease": "SELECT count(*) FROM conversation WHERE lease_owner IS NOT NULL",
    "turns that are not settled": "SELECT count(*) FROM turn WHERE status <> 'settled'",
    "parts whose fate is open": "SELECT count(*) FROM outbox"
    " WHERE status IN ('draft', 'pending', 'sending', 'unknown')",
    "LLM calls that never ended": "SELECT count(*) FROM completion WHERE status = 'started'",
    "runs that never ended": "SELECT count(*) FROM run WHERE status = 'started'",
    "files that were not fetched": "SELECT count(*) FROM media WHERE status <> 'stored'",
    "messages without a turn": "SELECT count(*) FROM message"
    " WHERE direction = 'in' AND turn_id IS NULL AND unanswerable = ''",
}


@dataclass(frozen=True)
class Stored:
    """An inbound message."""

    external_id: str
    channel: str
    seq: int
    conversation: str
    turn: str | None
    unanswerable: str


@dataclass(frozen=True)
class Part:
    id: str
    number: int
    status: str
    attempted_at: float
    error: str


@dataclass
class Turn:
    """A turn, with its messages, reply, parts and LLM calls. `opened` and `done` count completion rows."""

    id: str
    conversation: str
    channel: str
    number: int
    status: str
    outcome: str
    tries: int
    messages: list[Stored] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    opened: int = 0
    done: int = 0


@dataclass
class Record:
    messages: list[Stored]
    turns: dict[str, Turn]
    tenants: int
    receipts: int

    def of_conversation(self) -> dict[str, list[Turn]]:
        """Turns by conversation, in order."""
        found: dict[str, list[Turn]] = defaultdict(list)
        for turn in sorted(self.turns.values(), key=lambda turn: turn.number):
            found[turn.conversation].append(turn)
        return found


def find_unfinished(town: Town) -> dict[str, int]:
    """What is in no final state, by kind; empty when all is quiet."""
    counts = {name: int(town.rows(statement)[0][0]) for name, statement in _UNFINISHED.items()}
    return {name: count for name, count in counts.items() if count}


def read_record(town: Town) -> Record:
    messages = [
        Stored(*row)
        for row in town.rows(
            "SELECT m.external_id, a.channel, m.seq, m.conversation_id::text, m.turn_id::text, m.unanswerable"
            " FROM message m JOIN channel_account a ON a.id = m.account_id WHERE m.direction = 'in' ORDER BY m.seq"
        )
    ]
    turns = {
        row[0]: Turn(*row)
        for row in town.rows(
            "SELECT t.id::text, t.conversation_id::text, a.channel, t.number, t.status, t.outcome, t.tries FROM turn t"
            " JOIN conversation c ON c.id = t.conversation_id JOIN channel_account a ON a.id = c.account_id"
        )
    }
    for message in messages:
        if message.turn is not None:
            turns[message.turn].messages.append(message)
    _add_replies(town, turns)
    [[tenants]] = town.rows("SELECT count(*) FROM tenant")
    [[receipts]] = town.rows("SELECT count(*) FROM receipt")
    return Record(messages, turns, tenants, receipts)


def _add_replies(town: Town, turns: dict[str, Turn]) -> None:
    for turn, text in town.rows("SELECT turn_id::text, text FROM message WHERE direction = 'out'"):
        turns[turn].replies.append(text)
    for row in town.rows(
        "SELECT turn_id::text, id::text, number, status, coalesce(extract(epoch FROM attempted_at)::float8, 0), error"
        " FROM outbox ORDER BY turn_id, number"
    ):
        turns[row[0]].parts.append(Part(*row[1:]))
    for turn, opened, done in town.rows(
        "SELECT turn_id::text, count(*), count(*) FILTER (WHERE status = 'done') FROM completion GROUP BY turn_id"
    ):
        turns[turn].opened, turns[turn].done = opened, done
