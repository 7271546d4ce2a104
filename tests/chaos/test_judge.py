"""The judge of chaos itself: whatever is broken in a record that was whole, it sees."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.courier import Parcel
from tests.chaos.crowd import Said
from tests.chaos.far import Copy
from tests.chaos.judge import Evidence, judge
from tests.chaos.record import Part, Record, Stored, Turn
from tests.chaos.script import Line
from tests.chaos.words import Call

PERSON = "whatsapp:+5511987600007"


def _said(number: int, errand: str = "words") -> Said:
    parcel = Parcel(f"zq{number}z", lambda: 200, acked_at=1.0)
    return Said(Line(number, 0.0, "whatsapp", 7, errand, ()), parcel, f"SM{number}")  # type: ignore[arg-type]


def _turn(number: int, effect: str = "") -> Turn:
    stored = Stored(f"SM{number}", "whatsapp", number, "c1", f"t{number}", "")
    part = Part(f"p{number}", 0, "read", 1.0, "")
    told = f" Efeito {effect}." if effect else ""
    reply = f"Resposta a zq{number}z.{told}"
    return Turn(f"t{number}", "c1", "whatsapp", number, "settled", "answered", 1, [stored], [reply], [part], 1, 1)


@pytest.fixture
def whole() -> Evidence:
    """Two turns of one person, the second of which ordered something; nothing is wrong."""
    first, second = _turn(1), _turn(2, "zq2zn1")
    calls = [Call(("zq1z",), (), 1.0), Call(("zq2z",), (("zq1z",),), 2.0)]
    copies = [
        Copy("twilio", turn.parts[0].id, PERSON, turn.replies[0], float(number))
        for number, turn in enumerate((first, second), 1)
    ]
    stored = [*first.messages, *second.messages]
    record = Record(stored, {"t1": first, "t2": second}, tenants=1, receipts=6)
    said = {"zq1z": _said(1), "zq2z": _said(2, "write")}
    taken, posts = {"t2-0-0": (1, "zq2z")}, [("t2-0-0", "zq2z", 2.0)]
    return Evidence(said, copies, calls, taken, posts, record, freezes=[], send_grace=30.0)


def _lose_message(evidence: Evidence) -> None:
    evidence.record.messages.pop()


def _store_twice(evidence: Evidence) -> None:
    evidence.record.messages.append(evidence.record.messages[0])


def _never_ack(evidence: Evidence) -> None:
    evidence.said["zq1z"].parcel.acked_at = None


def _invent_message(evidence: Evidence) -> None:
    evidence.record.messages.append(Stored("SM9", "whatsapp", 9, "c1", None, ""))


def _lose_part(evidence: Evidence) -> None:
    evidence.copies.pop()


def _send_twice(evidence: Evidence) -> None:
    evidence.copies.append(replace(evidence.copies[0], at=40.0))


def _answer_another(evidence: Evidence) -> None:
    evidence.record.turns["t1"].replies[0] = "Resposta a zq2z."


def _reply_twice(evidence: Evidence) -> None:
    evidence.record.turns["t1"].replies.append("Resposta a zq1z.")


def _swap_order(evidence: Evidence) -> None:
    evidence.copies.reverse()


def _forget_history(evidence: Evidence) -> None:
    evidence.calls[1] = Call(("zq2z",), (), 2.0)


def _order_twice(evidence: Evidence) -> None:
    evidence.posts.append(("t2-1-0", "zq2z", time.time()))


def _order_unasked(evidence: Evidence) -> None:
    evidence.posts.append(("t1-0-0", "zq1z", time.time()))


def _tell_another_effect(evidence: Evidence) -> None:
    evidence.record.turns["t2"].replies[0] = "Resposta a zq2z. Efeito zq2zn7."


def _lose_usage(evidence: Evidence) -> None:
    evidence.record.turns["t1"].opened = evidence.record.turns["t1"].done = 0


def _pay_twice(evidence: Evidence) -> None:
    evidence.record.turns["t1"].opened = 2


def _lose_receipt(evidence: Evidence) -> None:
    evidence.record.receipts -= 1


def _tell_another_person(evidence: Evidence) -> None:
    evidence.copies[0] = replace(evidence.copies[0], to="whatsapp:+5511987600008")


def _give_up(evidence: Evidence) -> None:
    turn = evidence.record.turns["t1"]
    turn.parts[0] = replace(turn.parts[0], status="failed", error="refused")


def test_a_whole_record_is_found_to_be_whole(whole: Evidence) -> None:
    assert judge(whole) == []


@pytest.mark.parametrize(
    ("breaking", "promise"),
    [
        (_lose_message, "I1"),
        (_store_twice, "I1"),
        (_never_ack, "I1"),
        (_invent_message, "I1"),
        (_lose_part, "I2"),
        (_send_twice, "I2"),
        (_answer_another, "I2"),
        (_reply_twice, "I2"),
        (_give_up, "I2"),
        (_swap_order, "I3"),
        (_forget_history, "I4"),
        (_order_twice, "I5"),
        (_order_unasked, "I5"),
        (_lose_usage, "I6"),
        (_pay_twice, "I6"),
        (_tell_another_effect, "I8"),
        (_lose_receipt, "I9"),
        (_tell_another_person, "I9"),
    ],
)
def test_what_is_broken_is_seen(whole: Evidence, breaking: Callable[[Evidence], None], promise: str) -> None:
    breaking(whole)
    assert promise in {violation.promise.partition(" ")[0] for violation in judge(whole)}


def test_one_extra_copy_is_allowed_where_a_process_had_been_frozen_past_its_grace(whole: Evidence) -> None:
    whole.record.receipts += 3
    _send_twice(whole)
    whole.freezes.append((1, 5.0, 38.0))
    assert judge(whole) == []
    assert len(whole.allowed) == 1
    _send_twice(whole)
    assert judge(whole) != [], "never two"


def test_a_short_freeze_excuses_nothing(whole: Evidence) -> None:
    _send_twice(whole)
    whole.freezes.append((1, 25.0, 38.0))
    assert "I2 answered once" in {violation.promise for violation in judge(whole)}
