"""The judge: what the outside saw and what the tables say, held against the invariants I1 to I9 of the promises.

I1 kept once, I2 answered once, I3 in order, I4 having seen what was said, I5 effects once, I6 usage complete and
nothing paid twice, I7 at rest, I8 true words. Beside them F receipts move forward, R the sweeper is modest, P no ring
is lost while nobody dies, S who stops begins nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from models.delivery import _STATUS as WORDS
from models.outbox import RANK
from tests.guards.far_side import MESSAGE
from tests.guards.world import World

_REPEAT = 10.0  # seconds before the sweeper rings for the same conversation again


@dataclass(frozen=True, slots=True)
class Violation:
    invariant: str
    seen: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.seen}"


def find_lost(world: World) -> list[Violation]:
    """What was acknowledged and is not kept, before anybody repeats it."""
    kept = {row[0] for row in world.rows("SELECT external_id FROM message WHERE direction = 'in'")}
    lost = [
        name for name, count in world.ledger.acked.items() if count and MESSAGE.fullmatch(name) and name not in kept
    ]
    return [Violation("I1", f"{name} was acknowledged and is not kept") for name in lost]


def judge(world: World, is_quiet: bool) -> list[Violation]:
    """Of a world that has come to rest, or never will. The first is the plainest."""
    found: list[Violation] = []
    for invariant, look in (
        ("I1", _kept_once),
        ("I2", _answered_once),
        ("I3", _in_order),
        ("I4", _remembering),
        ("I5", _effects_once),
        ("I6", _accounted),
        ("I7", _at_rest),
        ("I8", _true_words),
        ("F", _forward),
        ("R", _modest),
    ):
        found += [Violation(invariant, seen) for seen in look(world)]
    found += [Violation(invariant, seen) for invariant, seen in world.ledger.noticed]
    if not is_quiet:
        found.append(Violation("I7", "it never comes to rest"))
    return found


def _kept_once(world: World) -> Iterator[str]:
    kept = Counter(row[0] for row in world.rows("SELECT external_id FROM message WHERE direction = 'in'"))
    for name in world.ledger.deliveries:
        if MESSAGE.fullmatch(name) and kept[name] != 1 and (world.ledger.acked[name] or kept[name]):
            yield f"{name} was acknowledged {world.ledger.acked[name]} times and is kept {kept[name]} times"
    for (seq,) in world.rows("SELECT seq FROM message GROUP BY conversation_id, seq HAVING count(*) > 1"):
        yield f"two messages have the number {seq}"


def _answered_once(world: World) -> Iterator[str]:
    parts = Counter((arrival.part.turn_id, arrival.part.number) for arrival in world.platform.arrivals)
    allowed = world.ledger.excused
    for (turn_id, number), copies in parts.items():
        allowed -= copies - 1
        if allowed < 0:
            yield f"part {number} of turn {_name(world, turn_id)} arrived {copies} times"
    owed = world.rows(
        "SELECT o.turn_id, o.number, o.status FROM outbox o WHERE o.status NOT IN ('failed', 'held', 'rejected')"
    )
    for turn_id, number, status in owed:
        if not parts[turn_id, number]:
            yield f"part {number} of turn {_name(world, turn_id)} is {status} and never arrived"
    bare = "SELECT t.id FROM turn t WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.turn_id = t.id)"
    for (turn_id,) in world.rows(bare):
        yield f"turn {_name(world, turn_id)} has no reply"
    words = Counter(match for arrival in world.platform.arrivals for match in _labels(arrival.part.body))
    for (position, name), copies in words.items():
        if copies > 1 + world.ledger.excused:
            yield f"{name} is answered {copies} times ({position} part)"


def _labels(body: str) -> list[tuple[str, str]]:
    position = body.split(" ", 1)[0]
    return [(position, name) for name in MESSAGE.findall(body)]


def _name(world: World, turn_id: object) -> str:
    found = world.engines.rows("SELECT external_id FROM message WHERE id = :id", id=turn_id)
    return str(found[0][0]) if found else str(turn_id)


def _in_order(world: World) -> Iterator[str]:
    numbers = {row[0]: (row[1], row[2]) for row in world.rows("SELECT id, number, conversation_id FROM turn")}
    seen: set[object] = set()
    last: dict[str, tuple[int, int]] = {}
    for index, arrival in enumerate(world.platform.arrivals):
        part = arrival.part
        place = (numbers[part.turn_id][0], part.number) if part.turn_id in numbers else (0, 0)
        is_copy = (part.turn_id, part.number) in seen
        seen.add((part.turn_id, part.number))
        if not is_copy and place < last.get(part.to, (0, 0)):
            yield f"part {part.number} of turn {_name(world, part.turn_id)} arrived after what follows it"
        if world.platform.refused.get(part.turn_id, index + 1) <= index:
            yield f"part {part.number} of turn {_name(world, part.turn_id)} arrived though one before it was refused"
        last[part.to] = max(place, last.get(part.to, (0, 0)))


def _remembering(world: World) -> Iterator[str]:
    told = world.rows(
        "SELECT m.conversation_id, t.number, m.external_id FROM message m JOIN turn t ON t.id = m.turn_id "
        "WHERE m.direction = 'in' AND t.outcome = 'answered' ORDER BY t.number"
    )
    place = {name: (conversation_id, number) for conversation_id, number, name in told}
    for call in world.scribe.calls:
        if world.scribe.is_terse or not call.asked or call.asked[0] not in place:
            continue
        conversation_id, number = place[call.asked[0]]
        for other, before, name in told:
            if other == conversation_id and before < number and name not in MESSAGE.findall(call.remembered):
                yield f"the LLM answered {call.asked[0]} without knowing the reply to {name}"


def _effects_once(world: World) -> Iterator[str]:
    effects = Counter(name for order in world.shop.orders for name in order.asked)
    for name, count in effects.items():
        if count > 1:
            yield f"{name} was ordered {count} times"
    bought = world.rows(
        "SELECT m.external_id FROM message m JOIN turn t ON t.id = m.turn_id "
        "WHERE m.text LIKE '%buy%' AND m.direction = 'in' AND t.outcome = 'answered'"
    )
    for (name,) in bought:
        if not effects[name]:
            yield f"{name} was answered and never ordered"


def _accounted(world: World) -> Iterator[str]:
    paid = Counter((call.asked, call.step) for call in world.scribe.calls)
    extra = sum(paid.values()) - len(paid)
    if extra > world.ledger.llm_wasted:
        yield f"{extra} LLM calls were paid again, {world.ledger.llm_wasted} of them for a reason"
    again = len(world.shop.calls) - len(set(world.shop.calls))
    if again > world.ledger.shop_wasted:
        yield f"{again} tool calls were made again, {world.ledger.shop_wasted} of them for a reason"
    rows = world.rows("SELECT count(*) FROM completion")[0][0]
    if rows < len(world.scribe.calls):
        yield f"{len(world.scribe.calls)} LLM calls were made, {rows} are on record"


_AT_REST = {
    "turns are not settled": "SELECT count(*) FROM turn WHERE status <> 'settled'",
    "parts are under way": "SELECT count(*) FROM outbox WHERE status IN ('pending', 'sending', 'unknown')",
    "LLM calls stand open": "SELECT count(*) FROM completion WHERE status = 'started'",
    "runs stand open": "SELECT count(*) FROM run WHERE status = 'started'",
    "leases are left behind": "SELECT count(*) FROM conversation WHERE lease_owner IS NOT NULL",
    "messages have no turn": "SELECT count(*) FROM message WHERE direction = 'in' AND turn_id IS NULL",
    "conversations are due": "SELECT count(*) FROM conversation WHERE due_at IS NOT NULL",
    "conversations are double": "SELECT count(*) - count(DISTINCT sender) FROM conversation",
}


def _at_rest(world: World) -> Iterator[str]:
    counts = world.rows("SELECT " + ", ".join(f"({query})" for query in _AT_REST.values()))[0]
    for what, count in zip(_AT_REST, counts, strict=True):
        if count:
            yield f"{count} {what}"


def _true_words(world: World) -> Iterator[str]:
    amounts = {name: order.amount for order in reversed(world.shop.orders) for name in order.asked}
    for arrival in world.platform.arrivals:
        said = re.search(r"bought=(\d+)", arrival.part.body)
        for name in MESSAGE.findall(arrival.part.body):
            if said and amounts.get(name) != int(said[1]):
                yield f"{name} was told {said[1]} and the shop did {amounts.get(name)}"


def _forward(world: World) -> Iterator[str]:
    rows = world.rows("SELECT o.status, r.status, o.number FROM receipt r JOIN outbox o ON o.id = r.outbox_id")
    for status, word, number in rows:
        if word in WORDS and RANK[status] < RANK[WORDS[word]]:
            yield f"the platform said {word!r} of part {number}, which stands at {status!r}"
    twice = "SELECT external_id, status FROM receipt GROUP BY 1, 2 HAVING count(*) > 1"
    for sid, word in world.rows(twice):
        yield f"the word {word!r} about {sid} is on record twice"


def _modest(world: World) -> Iterator[str]:
    last: dict[object, float] = {}
    for at, key, fence in world.ledger.swept:  # the same fence: nobody has taken it up since
        if at - last.get((key, fence), -_REPEAT) < _REPEAT:
            yield f"the sweeper rang again after {at - last[key, fence]:.0f} s"
        last[key, fence] = at
