"""The gap filler: what no webhook brought is taken in once, and no more than is ours to answer."""

import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import pytest

from channels.base import Account, Channel
from jobs.gaps import GapFiller
from models.errors import DeliveryError
from models.inbound import InboundMedia, InboundMessage
from tests.fakes import FakeChannel, FixedClock
from tests.jobs.house import House, dying_at


@dataclass
class Remembering(FakeChannel):
    """A channel whose platform remembers: `history` is what it lists, each listing notes since when."""

    account: Account = field(default_factory=lambda: Account("fake", "default", "+5511900000000"))
    history: list[InboundMessage | DeliveryError] = field(default_factory=list)
    listed_since: list[datetime] = field(default_factory=list)
    gate: threading.Event | None = None

    def list_since(self, since: datetime) -> Sequence[InboundMessage]:
        self.listed_since.append(since)
        if self.gate is not None:
            self.gate.wait(180)
        troubles = [item for item in self.history if isinstance(item, DeliveryError)]
        if troubles:
            raise troubles[0]
        return [item for item in self.history if isinstance(item, InboundMessage)]


@dataclass
class Filling:
    """The filler with its platform, its clock at the database's hour, and what it rang for."""

    house: House
    platform: Remembering
    clock: FixedClock
    rung: list[UUID]
    gaps: GapFiller

    def message_ids(self) -> list[str]:
        return [row[0] for row in self.house.rows("SELECT external_id FROM message ORDER BY seq, external_id")]


def missed(external_id: str, text: str = "oi", sender: str = "+5511999990000") -> InboundMessage:
    return InboundMessage(external_id, sender, text, extra=MappingProxyType({"NumSegments": "1"}))


def build(house: House, *channels: Channel, clock: FixedClock | None = None) -> tuple[GapFiller, list[UUID]]:
    rung: list[UUID] = []
    return GapFiller(house.engine, lambda: channels, rung.extend, clock or FixedClock(datetime.now(UTC))), rung


@pytest.fixture
def filling(house: House) -> Filling:
    platform, clock = Remembering(), FixedClock(datetime.now(UTC))
    gaps, rung = build(house, platform, clock=clock)
    return Filling(house, platform, clock, rung, gaps)


def test_a_missed_message_is_stored_rung_for_and_answered(filling: Filling) -> None:
    filling.platform.history = [missed("m1", "quanto vendi?")]
    assert filling.gaps.fill() == 1
    [[conversation_id]] = filling.house.rows("SELECT id FROM conversation")
    assert filling.rung == [conversation_id]
    stored = filling.house.receive(missed("m1", "quanto vendi?"))
    assert stored.is_duplicate, "the webhook that comes after all changes nothing"
    filling.house.advance(stored)
    assert filling.house.sent == ["echo: quanto vendi?"]


def test_what_is_known_is_neither_stored_nor_rung_for_again(filling: Filling) -> None:
    filling.house.receive(missed("m1"))
    filling.platform.history = [missed("m1"), missed("m2"), missed("m3")]
    assert filling.gaps.fill() == 2
    assert filling.gaps.fill() == 0
    assert filling.message_ids() == ["m1", "m2", "m3"]
    assert len(filling.rung) == 1, "one ring for one conversation"


def test_the_listing_is_kept_as_json_beside_the_message(filling: Filling) -> None:
    photo = InboundMedia("image/png", url="https://files.example/1", content=b"12345")
    filling.platform.history = [InboundMessage("m1", "+55", "olha só", media=(photo,), extra={"A": "é"})]
    filling.gaps.fill()
    [[target, body]] = filling.house.rows("SELECT target, body FROM raw_event")
    kept = json.loads(bytes(body))
    assert target == "/history/fake/default"
    assert (kept["external_id"], kept["text"], kept["extra"]) == ("m1", "olha só", {"A": "é"})
    assert kept["media"] == [{"content_type": "image/png", "name": "", "url": "https://files.example/1", "content": 5}]


def test_an_account_that_never_heard_anything_begins_with_our_start(filling: Filling) -> None:
    start = filling.clock.now()
    filling.clock.move(60)
    filling.gaps.fill()
    assert filling.platform.listed_since == [start], "what came before was never ours to answer"


def test_after_a_pause_the_listing_begins_before_the_last_message_of_old(filling: Filling) -> None:
    filling.house.receive(missed("old"))
    filling.house.run("UPDATE message SET received_at = now() - interval '5 hours'")
    filling.house.receive(missed("new"))  # the door opened a moment before us, and the gap lies between the two
    filling.gaps.fill()
    [since] = filling.platform.listed_since
    assert abs(since - (filling.clock.now() - timedelta(hours=5, minutes=10))) < timedelta(minutes=1)


def test_a_young_account_is_listed_from_its_first_message(filling: Filling) -> None:
    filling.house.receive(missed("first"))
    filling.house.run("UPDATE message SET received_at = now() - interval '4 minutes'")
    filling.gaps.fill()
    [since] = filling.platform.listed_since
    assert abs(since - (filling.clock.now() - timedelta(minutes=14))) < timedelta(minutes=1)


def test_no_listing_reaches_back_more_than_a_week(filling: Filling) -> None:
    filling.house.receive(missed("ancient"))
    filling.house.run("UPDATE message SET received_at = now() - interval '90 days'")
    filling.gaps.fill()
    assert filling.platform.listed_since == [filling.clock.now() - timedelta(days=7)]


def test_later_rounds_begin_where_the_last_one_that_succeeded_did(filling: Filling) -> None:
    first = filling.clock.now()
    filling.gaps.fill()
    filling.clock.move(600)
    filling.platform.history = [DeliveryError("away", permanent=False)]
    assert filling.gaps.fill() == 0
    filling.clock.move(600)
    filling.platform.history = [missed("m1")]
    assert filling.gaps.fill() == 1
    assert filling.platform.listed_since[1:] == [first - timedelta(minutes=10)] * 2


def test_whoever_takes_over_begins_where_the_last_whole_round_did(filling: Filling) -> None:
    first = filling.clock.now()
    filling.gaps.fill()
    filling.clock.move(7200)
    successor, _ = build(filling.house, filling.platform, clock=filling.clock)
    successor.fill()
    assert filling.platform.listed_since[1] == first - timedelta(minutes=10)


def test_a_round_that_dies_half_way_leaves_nothing_out_however_long_the_next_one_takes(filling: Filling) -> None:
    filling.house.receive(missed("old"))
    filling.house.run("UPDATE message SET received_at = now() - interval '5 hours'")
    filling.platform.history = [missed("m1"), missed("m2")]
    with dying_at("gaps.half-stored"):
        filling.gaps.fill()
    assert filling.message_ids() == ["old", "m1"]
    filling.house.run("UPDATE message SET received_at = received_at - interval '1 hour'")
    successor, _ = build(filling.house, filling.platform, clock=filling.clock)
    assert successor.fill() == 1
    assert filling.platform.listed_since[0] == filling.platform.listed_since[1]


def test_one_message_that_cannot_be_stored_keeps_no_other_out(
    filling: Filling, caplog: pytest.LogCaptureFixture
) -> None:
    filling.platform.history = [missed("m1"), missed("m2", "nul \x00 byte"), missed("m3")]
    with caplog.at_level(logging.ERROR, "recado.gaps"):
        assert filling.gaps.fill() == 2
    assert filling.message_ids() == ["m1", "m3"]
    assert "cannot be stored" in caplog.text


def test_one_account_that_cannot_be_listed_keeps_no_other_waiting(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Remembering(history=[DeliveryError("Twilio is away", permanent=False)])
    gaps, _ = build(house, broken, Remembering(history=[missed("m1")]))
    with caplog.at_level(logging.WARNING, "recado.gaps"):
        assert gaps.fill() == 1
    assert "Twilio is away" in caplog.text


def test_accounts_without_history_address_or_row_are_passed_over(house: House) -> None:
    unconnected = Remembering(account=Account("fake", "default"), history=[missed("m1")])
    unknown = Remembering(account=Account("fake", "other", "+55"), history=[missed("m2")])
    gaps, _ = build(house, FakeChannel(), unconnected, unknown)
    assert gaps.fill() == 0
    assert unconnected.listed_since == unknown.listed_since == []


def test_a_round_runs_beside_its_caller_and_never_twice_at_once(filling: Filling) -> None:
    filling.platform.gate = threading.Event()
    filling.platform.history = [missed("m1")]
    assert filling.gaps.start_round()
    assert not filling.gaps.start_round()
    filling.platform.gate.set()
    filling.gaps.stop(90)
    assert filling.message_ids() == ["m1"]
    assert filling.gaps.start_round()
    filling.gaps.stop(90)
