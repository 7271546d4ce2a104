"""The judge: what must hold once all is quiet, by what the outside saw and by what the database holds.

I1 acknowledged means stored, once. I2 one reply for each message. I3 in order. I4 each turn saw the replies before it.
I5 a tool that writes took effect once. I6 every LLM call is on record, and none was made twice. I7 nothing is left
unfinished. I8 a reply tells what really happened. I9 no other tenant was touched and no secret logged. I10 who was
asked to stop left no lease behind. I11 what a dead worker held went on in time.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.matrix.far_llm import name_of, tags_of
from tests.matrix.heard import Heard, accepted_by, doubles, read_replies, without_one_copy
from tests.matrix.processes import KEPT
from tests.matrix.world import World

# Moments at which a killed (or frozen) process had an LLM call under way that nobody can take back.
_CALL_LOST = {("llm.answered", "A"), ("llm.answered", "B"), ("llm.answered", "D"), ("llm.opened", "D")}
# The named exception: frozen between the deadline check and the socket, on a platform that knows no keys.
_EXTRA_COPY = ("send.checked", "D")


@dataclass(frozen=True)
class Violation:
    """An invariant that does not hold, and what was seen instead."""

    invariant: str
    seen: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.seen}"


def judge(world: World) -> list[Violation]:
    """Whatever is wrong, in the order of the invariants. Call it after `World.finish`."""
    checks = (_stored_once, _replied, _effects, _paid, _finished, _kept_apart)
    found = [violation for check in checks for violation in check(world)]
    found += [Violation("I10", leak) for leak in world.leaks]
    found += [Violation("I11", late) for late in world.late]
    return sorted(found, key=lambda violation: int(violation.invariant[1:]))


def exceptions_of(world: World) -> int:
    """Extra copies that the named exception allowed."""
    return sum(len(doubles(bodies)) for bodies in accepted_by(world)["whatsapp"].values()) if _may_double(world) else 0


def _stored_once(world: World) -> Iterator[Violation]:
    rows = world.rows("SELECT text FROM message WHERE direction = 'in' AND tenant_id = :own", own=_own(world))
    stored = Counter(row.text.strip() for row in rows)
    for delivery in world.deliveries:
        if not delivery.is_acked:
            yield Violation("I1", f"{delivery.channel} {delivery.words!r} was never acknowledged: {_told(delivery)}")
        elif delivery.receipt is not None:
            yield from _logged_once(world, *delivery.receipt)
        elif delivery.words and stored[delivery.words] != 1:
            yield Violation("I1", f"{delivery.words!r} was acknowledged and is stored {stored[delivery.words]} times")


def _logged_once(world: World, external_id: str, status: str) -> Iterator[Violation]:
    rows = world.rows(
        "SELECT r.status, o.status AS part FROM receipt r LEFT JOIN outbox o ON o.id = r.outbox_id"
        " WHERE r.external_id = :sid AND r.status = :status",
        sid=external_id,
        status=status,
    )
    if len(rows) != 1:
        yield Violation("I1", f"the word {status!r} was acknowledged and is logged {len(rows)} times")
    elif status == "read" and rows[0].part != "read":
        yield Violation("I1", f"the part was read, and counts as {rows[0].part}")


def _told(delivery: Any) -> list[int]:
    return [answer.status for answer in delivery.answers]


def _replied(world: World) -> Iterator[Violation]:
    accepted = accepted_by(world)
    for channel, thread in world.expected:
        bodies = accepted[channel].get(thread, [])
        if channel == "whatsapp" and _may_double(world):
            bodies = without_one_copy(bodies)
        heard, faults = read_replies(bodies, world.apologies)
        yield from (Violation("I2", f"{thread}: {fault}") for fault in faults)
        yield from _compare(world, thread, world.expected[channel, thread], heard)
    for channel, threads in accepted.items():
        for thread in threads:
            if (channel, thread) not in world.expected:
                yield Violation("I2", f"{thread} on {channel} was written to, and nobody there had asked")


def _compare(world: World, thread: str, expected: Sequence[str], heard: Sequence[Heard]) -> Iterator[Violation]:
    answered = [tag for reply in heard for tag in reply.answers]
    for tag, times in Counter(answered).items():
        if times > 1:
            yield Violation("I2", f"{thread}: {tag} was answered {times} times")
    missing = [tag for tag in expected if tag not in answered]
    if missing:
        yield Violation("I2", f"{thread}: no answer to {', '.join(missing)}")
    yield from _in_order(world, thread, answered)
    prompts = {call.number: call.prompt for call in world.stage.oracle.calls if call.number}
    talks = _conversations(world)
    for place, reply in enumerate(heard):
        before = [one for one in heard[:place] if talks.get(one.answers[0]) == talks.get(reply.answers[0])]
        unseen = [one.number for one in before if f"inicio {name_of(one.number)} " not in prompts.get(reply.number, "")]
        if unseen:
            yield Violation("I4", f"{thread}: reply n{reply.number} was made without having seen {unseen}")
    yield from _truthful(world, heard)


def _conversations(world: World) -> dict[str, Any]:
    """By message. One person may have several: a mail that overtook the one it answers begins a thread of its own."""
    rows = world.rows("SELECT text, conversation_id FROM message WHERE direction = 'in'")
    return {tag: row.conversation_id for row in rows for tag in tags_of(row.text)}


def _in_order(world: World, thread: str, answered: Sequence[str]) -> Iterator[Violation]:
    """The order of commit, which is the order of sending wherever one was acknowledged before the next was sent."""
    rows = world.rows("SELECT text FROM message WHERE direction = 'in' ORDER BY seq")
    stored = [tag for row in rows for tag in tags_of(row.text) if tag in answered]
    first, talks = list(dict.fromkeys(answered)), _conversations(world)
    for talk in set(talks.values()):
        here, there = ([tag for tag in tags if talks[tag] == talk] for tags in (stored, first))
        if here != there:
            yield Violation("I3", f"{thread}: stored as {here}, answered as {there}")
    sent = [delivery for delivery in world.deliveries if delivery.thread == thread and delivery.tags]
    for earlier in sent:
        for later in sent:
            is_one_talk = talks.get(earlier.tags[0]) == talks.get(later.tags[0])
            was_over = is_one_talk and earlier.acked_at and earlier.acked_at < later.sent_at
            tags = [tag for tag in first if tag in (*earlier.tags, *later.tags)]
            if was_over and tags != [*earlier.tags, *later.tags] and len(tags) == len(earlier.tags + later.tags):
                yield Violation("I3", f"{thread}: {earlier.tags} was acknowledged before {later.tags} was sent")


def _truthful(world: World, heard: Sequence[Heard]) -> Iterator[Violation]:
    for reply in heard:
        written = [entry for entry in world.stage.ledger.entries if set(entry.what.split()) & set(reply.answers)]
        if written and reply.receipt not in {entry.receipt for entry in written}:
            yield Violation("I8", f"reply n{reply.number} tells of {reply.receipt or 'nothing'}, written was {written}")


def _effects(world: World) -> Iterator[Violation]:
    for words in world.written:
        times = [entry.receipt for entry in world.stage.ledger.entries if words in entry.what.split()]
        if len(times) != 1:
            yield Violation("I5", f"{words} was written down {len(times)} times: {times}")


def _paid(world: World) -> Iterator[Violation]:
    calls = world.stage.oracle.calls
    [[rows]] = world.rows("SELECT count(*) FROM completion WHERE tenant_id = :own AND step >= 0", own=_own(world))
    if rows < len(calls):
        yield Violation("I6", f"{len(calls)} LLM calls were made and {rows} are on record")
    turns = world.rows(
        "SELECT string_agg(m.text, ' ' ORDER BY m.seq) AS words FROM message m"
        " WHERE m.direction = 'in' AND m.turn_id IS NOT NULL AND m.tenant_id = :own GROUP BY m.turn_id",
        own=_own(world),
    )
    needed = sum(2 if "anote" in turn.words else 1 for turn in turns)
    lost = sum((struck.point, struck.mode) in _CALL_LOST for struck in world.watch.struck)
    if not needed <= len(calls) <= needed + lost:
        yield Violation("I6", f"{len(calls)} LLM calls were made where {needed} (and {lost} lost ones) do")


_UNFINISHED = {
    "a raw event": f"SELECT id FROM raw_event WHERE received_at < now() - interval '{KEPT.days} days'"
    " AND account_id IN (SELECT id FROM channel_account WHERE tenant_id = :own)",
    "a turn": "SELECT status, error FROM turn WHERE status <> 'settled'",
    "a turn that ended badly": "SELECT outcome, error FROM turn WHERE outcome NOT IN ('answered', 'reset')",
    "a part": "SELECT status, error FROM outbox WHERE status NOT IN ('sent', 'delivered', 'read')",
    "a conversation": "SELECT due_at, lease_owner FROM conversation"
    " WHERE due_at IS NOT NULL OR lease_owner IS NOT NULL",
    "a message without a turn": "SELECT text FROM message WHERE direction = 'in' AND turn_id IS NULL"
    " AND unanswerable = '' AND tenant_id = :own",
    "a completion": "SELECT step, attempt FROM completion WHERE status = 'started'",
    "a run": "SELECT attempt FROM run WHERE status = 'started'",
    "a file": "SELECT status, error FROM media WHERE status NOT IN ('stored', 'deleted')",
}


def _finished(world: World) -> Iterator[Violation]:
    if world.never_quiet:
        yield Violation("I7", "something stays due for ever")
    own = _own(world)
    for name, statement in _UNFINISHED.items():
        left = world.rows(statement, **({"own": own} if ":own" in statement else {}))
        if left:
            yield Violation("I7", f"{name} is left: {[tuple(row) for row in left]}")


def _kept_apart(world: World) -> Iterator[Violation]:
    stage = world.stage
    if stage.read_foreign() != stage.foreign:
        yield Violation("I9", "rows of another tenant have changed")
    for line in stage.log.lines:
        if any(secret in line for secret in stage.secrets()):
            yield Violation("I9", f"a log line holds a secret: {line.split()[:3]}")


def _own(world: World) -> Any:
    return world.rows("SELECT id FROM tenant WHERE slug = 'default'")[0].id


def _may_double(world: World) -> bool:
    return any((struck.point, struck.mode) == _EXTRA_COPY for struck in world.watch.struck)
