"""What the outside heard in a run: the messages that every platform took, and the whole replies they make."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tests.matrix.far_llm import Mark, marks_of
from tests.matrix.world import World


@dataclass(frozen=True)
class Heard:
    """A whole reply as a person heard it."""

    number: int
    answers: tuple[str, ...]
    receipt: str


def accepted_by(world: World) -> dict[str, dict[str, list[str]]]:
    """What every platform took, by channel and thread, in its own order. A mail that came twice is one mail: mailboxes
    keep one of each Message-ID; a CRM that was sent the same key twice made one note."""
    stage = world.stage
    found: dict[str, dict[str, list[str]]] = {"whatsapp": {}, "email": {}, "crm": {}, "chat": {}}
    for message in stage.twilio.history.messages:
        found["whatsapp"].setdefault(message.to, []).append(message.body)
    seen: set[str] = set()
    for taken in stage.smtp.mails:
        mail = taken.message
        if str(mail["Message-ID"]) not in seen:
            seen.add(str(mail["Message-ID"]))
            body = mail.get_body(("plain",))
            assert body is not None, "every mail of ours has a plain text"
            found["email"].setdefault(taken.recipients[0], []).append(body.get_content())
    for note in stage.crm.notes:
        found["crm"].setdefault(note.place, []).append(note.text)
    for thread, bodies in _fetched(world).items():
        found["chat"][thread] = bodies
    return found


def _fetched(world: World) -> dict[str, list[str]]:
    """What /chat gives to those who wrote there, by user, in the order in which it was answered."""
    order = [row.turn_id for row in world.rows("SELECT turn_id FROM message WHERE direction = 'out' ORDER BY seq")]
    found: dict[str, dict[UUID, str]] = {}
    for delivery in world.deliveries:
        if delivery.channel == "chat" and delivery.is_acked:
            turn_id = UUID(json.loads(delivery.answers[-1].body)["turn_id"])
            answer = world.poll(f"/chat/{turn_id}")
            body = json.loads(answer.body) if answer is not None else {}
            found.setdefault(delivery.thread, {})[turn_id] = str(body.get("response", ""))
    return {
        user: [said for _, said in sorted(answers.items(), key=lambda one: _place(order, one[0]))]
        for user, answers in found.items()
    }


def _place(order: Sequence[UUID], turn_id: UUID) -> int:
    return order.index(turn_id) if turn_id in order else len(order)


def read_replies(bodies: Sequence[str], apologies: int) -> tuple[list[Heard], list[str]]:
    """Whole replies, and what is wrong with how they came."""
    strange: list[str] = []
    heard: list[Heard] = []
    faults = []
    opened: Mark | None = None
    for body in bodies:
        marks = marks_of(body)
        if not marks:
            strange.append(f"{body[:40]!r} is no part of any answer")
        for mark in marks:
            if mark.kind == "inicio":
                if opened is not None:
                    faults.append(f"n{mark.number} begins before n{opened.number} has ended")
                opened = mark
            elif opened is None or opened.number != mark.number:
                faults.append(f"n{mark.number} ends though it had not begun")
            else:
                heard.append(Heard(opened.number, opened.answers, opened.receipt))
                opened = None
    if opened is not None:
        faults.append(f"n{opened.number} never ends")
    return heard, faults + strange[apologies:]


def doubles(bodies: Sequence[str]) -> list[str]:
    return [body for body, times in Counter(bodies).items() for _ in range(times - 1)]


def without_one_copy(bodies: Sequence[str]) -> Sequence[str]:
    for extra in doubles(bodies)[:1]:
        last = len(bodies) - 1 - bodies[::-1].index(extra)
        return [*bodies[:last], *bodies[last + 1 :]]
    return bodies
