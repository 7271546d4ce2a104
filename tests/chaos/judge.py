"""The judgement on a run: promise by promise, from the far side's histories, the acknowledgements and the record."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.chaos.crowd import Said
from tests.chaos.far import STATUSES, Copy
from tests.chaos.record import Record, Turn
from tests.chaos.words import PARAGRAPHS, Call, effects_told, marks_answered, marks_in, paragraphs_in

_PROMPT_LAST = 3  # of the earlier replies must be in a prompt, at least; more where memory has room
_SETTLING = 8.0  # seconds after a thaw in which a frozen send may still arrive


@dataclass(frozen=True)
class Violation:
    promise: str
    words: str


@dataclass
class Evidence:
    """What is judged. `allowed` and `notes` are filled on the way."""

    said: dict[str, Said]
    copies: list[Copy]
    calls: list[Call]
    taken: dict[str, tuple[int, str]]  # orders by key: number and mark
    posts: list[tuple[str, str, float]]  # requests to order: key, mark, when
    record: Record
    freezes: list[tuple[int, float, float]]
    send_grace: float
    allowed: list[str] = field(default_factory=list)  # extra copies by the one named exception
    mail_copies: int = 0  # second copies of a mail under the same Message-ID

    def turn_of(self, mark: str) -> Turn | None:
        """The turn in which a message was answered."""
        wanted = self.said[mark].external_id
        return next((t for t in self.record.turns.values() if any(m.external_id == wanted for m in t.messages)), None)


def judge(evidence: Evidence) -> list[Violation]:
    """Everything that was promised and not kept."""
    return [Violation(promise, words) for promise, find in _PROMISES.items() for words in find(evidence)]


def _acked_kept(evidence: Evidence) -> Iterator[str]:
    rows = Counter(message.external_id for message in evidence.record.messages)
    for mark, said in evidence.said.items():
        count = rows[said.external_id]
        if said.parcel.acked_at is None:
            yield f"{mark} ({said.line.channel}) was never acknowledged: {said.parcel.answers[-3:]}"
        if count != 1:
            yield f"{mark} ({said.line.channel}) is stored {count} times"
    known = {said.external_id for said in evidence.said.values()}
    yield from (f"{one} is stored and was never said" for one in rows if one not in known)
    yield from (
        f"{one.external_id} is unanswerable: {one.unanswerable}" for one in evidence.record.messages if one.unanswerable
    )


def _answered_once(evidence: Evidence) -> Iterator[str]:
    copies: dict[str, list[Copy]] = defaultdict(list)
    for copy in evidence.copies:
        copies[copy.part].append(copy)
    marks = {said.external_id: mark for mark, said in evidence.said.items()}
    for turn in evidence.record.turns.values():
        if len(turn.replies) != 1 or turn.outcome not in {"answered", "apologised"}:
            yield f"turn {turn.id} has {len(turn.replies)} replies and ended as {turn.outcome or turn.status}"
            continue
        asked = {marks[message.external_id] for message in turn.messages if message.external_id in marks}
        if turn.outcome == "answered" and set(marks_answered(turn.replies[0])) != asked:
            yield f"turn {turn.id} answers {marks_answered(turn.replies[0])} and was asked {sorted(asked)}"
        if turn.channel == "chat":
            yield from _fetched(evidence, turn, asked)
        else:
            yield from _arrived(evidence, turn, copies)
    parts = {part.id for turn in evidence.record.turns.values() for part in turn.parts}
    yield from (f"{part} arrived and is no part of ours" for part in copies if part not in parts)


def _fetched(evidence: Evidence, turn: Turn, asked: set[str]) -> Iterator[str]:
    for mark in asked:
        answers = set(evidence.said[mark].answers)
        if answers != set(turn.replies):
            yield f"{mark} (chat) was given {len(answers)} answers, or another than the record has"


def _arrived(evidence: Evidence, turn: Turn, copies: dict[str, list[Copy]]) -> Iterator[str]:
    if not turn.parts:
        yield f"turn {turn.id} ({turn.channel}) has no parts"
    for part in turn.parts:
        found = copies[part.id]
        if part.status not in {"sent", "delivered", "read"}:
            yield f"part {part.id} ({turn.channel}) ended as {part.status}: {part.error}"
        if turn.channel == "whatsapp" and part.status != "read":
            yield f"part {part.id} is {part.status} though its receipts were acknowledged"
        if not found:
            yield f"part {part.id} ({turn.channel}) never arrived"
        elif len(found) > 1:
            yield from _doubled(evidence, turn, found)
    if turn.outcome == "answered" and any(paragraphs_in(reply) for reply in turn.replies):
        words = "\n".join(copies[part.id][0].words for part in turn.parts if copies[part.id])
        if paragraphs_in(words) != list(range(1, PARAGRAPHS + 1)):
            yield f"turn {turn.id} arrived with paragraphs {paragraphs_in(words)}"


def _doubled(evidence: Evidence, turn: Turn, found: list[Copy]) -> Iterator[str]:
    if turn.channel == "email":  # under one Message-ID: mail programs show it once
        evidence.mail_copies += len(found) - 1
        return
    times = ", ".join(f"{copy.at:.1f}" for copy in found)
    if len(found) == 2 and _was_frozen(evidence, found):
        evidence.allowed.append(f"part {found[0].part} arrived twice ({times}): frozen past its grace before the send")
        return
    yield f"part {found[0].part} ({turn.channel}) arrived {len(found)} times ({times})"


def _was_frozen(evidence: Evidence, found: list[Copy]) -> bool:
    """A process that had been frozen for longer than the grace thawed right before one of the copies."""
    long = [(since, until) for _, since, until in evidence.freezes if until - since >= evidence.send_grace]
    return any(until <= copy.at <= until + _SETTLING for _, until in long for copy in found)


def _in_order(evidence: Evidence) -> Iterator[str]:
    places = {
        part.id: (turn.conversation, turn.number, part.number)
        for turn in evidence.record.turns.values()
        for part in turn.parts
    }
    reached: dict[str, tuple[int, int]] = {}
    arrived: set[str] = set()
    for copy in evidence.copies:
        if copy.part in arrived or copy.part not in places:
            continue  # an extra copy is judged elsewhere
        arrived.add(copy.part)
        conversation, *place = places[copy.part]
        if tuple(place) <= reached.get(conversation, (0, -1)):
            yield f"part {copy.part} of turn {place[0]} arrived after turn {reached[conversation][0]}'s"
        reached[conversation] = (place[0], place[1])


def _seen_before(evidence: Evidence) -> Iterator[str]:
    """The last prompt of each turn ends with the replies before it, in order."""
    prompts = {call.marks: call.seen for call in evidence.calls}
    for turns in evidence.record.of_conversation().values():
        told: list[tuple[str, ...]] = []
        for turn in turns:
            answered = marks_answered(turn.replies[0]) if turn.replies else ()
            seen = list(prompts.get(answered, ()))
            wanted = told[-_PROMPT_LAST:]
            if answered and (seen[-len(wanted) :] != wanted if wanted else seen):
                yield f"turn {turn.id} saw {seen[-_PROMPT_LAST:]} and was to see {wanted}"
            if answered:
                told.append(answered)


def _effects_once(evidence: Evidence) -> Iterator[str]:
    keys: dict[str, set[str]] = defaultdict(set)
    for key, what, _ in evidence.posts:
        keys[what].add(key)
    for mark, said in evidence.said.items():
        if said.line.errand != "write":
            yield from (f"{mark} asked for no order and one was noted" for _ in keys.get(mark, ()))
            continue
        turn = evidence.turn_of(mark)
        least = 1 if turn is not None and turn.outcome == "answered" else 0
        if not least <= len(keys[mark]) <= 1:
            yield f"{mark} was noted under {len(keys[mark])} keys: {sorted(keys[mark])}"


def _effects_told(evidence: Evidence) -> Iterator[str]:
    numbers = {what: number for number, what in evidence.taken.values()}
    for turn in evidence.record.turns.values():
        if turn.outcome != "answered" or not turn.replies:
            continue
        told = effects_told(turn.replies[0])
        wanted = {mark: numbers[mark] for mark in marks_answered(turn.replies[0]) if mark in numbers}
        if told != wanted:
            yield f"turn {turn.id} tells of orders {told}, and {wanted} were noted"


def _usage_kept(evidence: Evidence) -> Iterator[str]:
    """A row per call at least, and no more lost calls than executions that did not end."""
    marks = {said.external_id: mark for mark, said in evidence.said.items()}
    by_mark = {
        marks[m.external_id]: t for t in evidence.record.turns.values() for m in t.messages if m.external_id in marks
    }
    calls = Counter(by_mark[call.marks[0]].id for call in evidence.calls if call.marks[0] in by_mark)
    for turn in evidence.record.turns.values():
        if turn.opened < calls[turn.id]:
            yield f"turn {turn.id} made {calls[turn.id]} LLM calls and has {turn.opened} usage rows"
        if turn.opened - turn.done > turn.tries - (turn.outcome == "answered"):
            yield f"turn {turn.id} paid {turn.opened} calls for {turn.done} steps in {turn.tries} executions"


def _own_tenant(evidence: Evidence) -> Iterator[str]:
    if evidence.record.tenants != 1:
        yield f"there are {evidence.record.tenants} tenants"
    wanted = len(STATUSES) * sum(copy.place == "twilio" for copy in evidence.copies)
    if evidence.record.receipts < wanted:
        yield f"{evidence.record.receipts} receipts are on record, {wanted} were acknowledged"
    for copy in evidence.copies:
        if copy.place == "twilio" and not _is_for(evidence, copy):
            yield f"{copy.to} got words for another: {copy.words[:60]}"


def _is_for(evidence: Evidence, copy: Copy) -> bool:
    people = {evidence.said[mark].line.person for mark in marks_in(copy.words) if mark in evidence.said}
    return not people or people == {int(copy.to[-5:])}


_PROMISES: dict[str, Callable[[Evidence], Iterator[str]]] = {
    "I1 acked is kept": _acked_kept,
    "I2 answered once": _answered_once,
    "I3 in order": _in_order,
    "I4 seen before": _seen_before,
    "I5 effects once": _effects_once,
    "I6 usage kept": _usage_kept,
    "I8 effects told": _effects_told,
    "I9 nobody else": _own_tenant,
}
