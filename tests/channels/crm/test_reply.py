"""Notes written into stand-in CRMs over real HTTP: once, findable, and never blindly again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from channels.crm import CrmChannel
from channels.crm.mapping import preset_names
from channels.crm.marker import marker_of
from channels.crm.reply import judge_refusal
from models.network.guarded_client import Answer
from models.reply import Absent, Accepted, OutboundPart, Rejected, Unknown
from tests.channels.crm.conftest import account_of, account_over, part_for
from tests.fakes import FixedClock
from tests.standins.crm import Fault, StandInCrm

TARGETS = {
    "generic": ("deal/42", "deal/42"),
    "hubspot": ("deal/1246965", "214/1246965"),
    "pipedrive": ("deal/42", "deal_id=42"),
    "rd_station": ("deals/650878567482d9c0c7002050", "650878567482d9c0c7002050"),
    "kommo": ("leads/25399013", "leads/25399013"),
    "salesforce": ("record/0065f00000QwErTAAV", "0065f00000QwErTAAV"),
}
PRESETS = sorted(TARGETS)


@pytest.fixture
def crm() -> Iterator[StandInCrm]:
    with StandInCrm() as standin:
        yield standin


class PassingClock(FixedClock):
    """A second passes with every look at it."""

    def monotonic(self) -> float:
        self.move(1)
        return super().monotonic()


def channel_over(crm: StandInCrm, preset: str = "generic", *, total: float = 60.0, **credentials: str) -> CrmChannel:
    return CrmChannel(account_over(crm, preset, **credentials), total_timeout=total)


def test_the_targets_here_are_those_of_every_preset() -> None:
    assert preset_names() == PRESETS


@pytest.mark.parametrize("preset", PRESETS)
def test_a_note_is_written_where_the_question_stood_and_found_again(preset: str) -> None:
    target, place = TARGETS[preset]
    with StandInCrm(preset) as crm:
        channel = CrmChannel(account_over(crm, preset), clock=PassingClock())
        part = part_for(target)
        assert channel.reconcile(part) == Absent()
        assert channel.send(part) == Accepted("1001")
        [note] = crm.notes
        assert note.place == place
        assert part.body in note.text
        assert marker_of(part.id) in note.text
        assert note.key == str(part.id)
        assert channel.reconcile(part) == Accepted("1001")
        assert channel.reconcile(part_for(target)) == Absent()
        assert (crm.double_notes(), crm.careless_notes(), crm.refusals) == ([], [], [])


@pytest.mark.parametrize(
    ("target", "place"),
    [("person/3", "person_id=3"), ("organization/7", "org_id=7"), ("lead/adf-21", "lead_id=adf-21")],
)
def test_pipedrives_notes_hang_on_whatever_the_question_hung_on(target: str, place: str) -> None:
    with StandInCrm("pipedrive") as crm:
        channel, part = channel_over(crm, "pipedrive"), part_for(target)
        assert channel.send(part) == Accepted("1001")
        assert crm.notes[0].place == place
        assert channel.reconcile(part) == Accepted("1001")


@pytest.mark.parametrize("preset", ["hubspot", "pipedrive"])
def test_crms_that_take_html_get_it_escaped(preset: str) -> None:
    with StandInCrm(preset) as crm:
        channel_over(crm, preset).send(part_for(TARGETS[preset][0], "a < b & c\n<script>alert(1)</script>"))
        assert crm.notes[0].text.startswith("a &lt; b &amp; c<br>&lt;script&gt;alert(1)&lt;/script&gt;<br><br>ref: r_")


def test_a_target_cannot_lead_the_request_elsewhere() -> None:
    with StandInCrm("kommo") as crm:
        channel_over(crm, "kommo").send(part_for("leads/..%2F..%2Fusers?x=1#y"))
        channel_over(crm, "kommo").send(part_for("leads/@evil.example\r\nX: y"))
        upwards = channel_over(crm, "kommo").send(part_for("leads/.."))
        paths = [path for _, path, _ in crm.requests]
    assert paths == [
        "/api/v4/leads/..%252F..%252Fusers%3Fx%3D1%23y/notes",
        "/api/v4/leads/%40evil.example%0D%0AX%3A%20y/notes",
    ]
    assert isinstance(upwards, Rejected)
    assert upwards.permanent


@pytest.mark.parametrize("kind", ["reset", "hang", "garbage", "flood", "trickle"])
@pytest.mark.parametrize("accepted", [True, False])
def test_what_nobody_can_tell_is_unknown_and_the_crm_is_asked(crm: StandInCrm, kind: str, accepted: bool) -> None:
    hurried, channel, part = channel_over(crm, total=0.5), channel_over(crm), part_for("deal/42")
    crm.faults.append(Fault(kind, accepted=accepted))  # type: ignore[arg-type]
    is_long = kind in ("hang", "trickle")
    assert isinstance((hurried if is_long else channel).send(part), Unknown)
    assert channel.reconcile(part) == (Accepted("1001") if accepted else Absent())
    assert len(crm.requests) == 2, "one request to send, one to ask: nothing is repeated by itself"


@pytest.mark.parametrize("status", [408, 409, 425, 500, 502, 503, 504])
def test_a_refusal_that_may_have_been_a_success_is_unknown(crm: StandInCrm, status: int) -> None:
    crm.faults.append(Fault("status", status=status))
    assert isinstance(channel_over(crm).send(part_for("deal/42")), Unknown)


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (404, True), (413, True), (422, True), (401, False), (403, False), (429, False)],
)
def test_a_refusal_of_the_note_is_final_and_one_of_ours_is_not(crm: StandInCrm, status: int, permanent: bool) -> None:
    crm.faults.append(Fault("status", status=status))
    outcome = channel_over(crm).send(part_for("deal/42"))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.permanent) == (f"http_{status}", permanent)


def test_a_crm_that_says_when_to_come_back_is_believed(crm: StandInCrm) -> None:
    crm.faults.append(Fault("status", status=429, retry_after="7"))
    outcome = channel_over(crm).send(part_for("deal/42"))
    assert isinstance(outcome, Rejected)
    assert outcome.retry_after == 7


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("Fri, 20 Nov 2026 12:31:00 GMT", 60.0),
        ("Fri, 20 Nov 2026 12:00:00 GMT", 0.0),
        ("soon", None),
        ("999999999", 86_400.0),
    ],
)
def test_retry_after_may_be_a_date_and_is_never_more_than_a_day(value: str, seconds: float | None) -> None:
    outcome = judge_refusal("CRM", Answer(429, {"retry-after": value}, b""), datetime(2026, 11, 20, 12, 30, tzinfo=UTC))
    assert isinstance(outcome, Rejected)
    assert outcome.retry_after == seconds


def test_a_redirect_is_a_refusal_for_good(crm: StandInCrm) -> None:
    crm.faults.append(Fault("redirect"))
    outcome = channel_over(crm).send(part_for("deal/42"))
    assert isinstance(outcome, Rejected)
    assert outcome.permanent
    assert len(crm.requests) == 1


def test_a_wrong_token_is_refused_and_may_be_mended(crm: StandInCrm) -> None:
    outcome = channel_over(crm, api_token="another").send(part_for("deal/42"))
    assert isinstance(outcome, Rejected)
    assert not outcome.permanent
    assert crm.refusals == [401]


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({"api_token": ""}, "CRM_API_TOKEN"),
        ({"api_token": "a\r\nX-Injected: 1"}, "CRM_API_TOKEN"),
        ({"api_base_url": ""}, "CRM_API_BASE_URL"),
    ],
)
def test_a_setting_that_is_missing_is_named_and_nothing_leaves(
    crm: StandInCrm, missing: dict[str, str], words: str
) -> None:
    outcome = channel_over(crm, **missing).send(part_for("deal/42"))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.permanent) == ("settings", False)
    assert words in outcome.reason
    assert crm.requests == []


def test_a_name_that_leads_to_a_private_address_is_refused_for_good() -> None:
    account = account_of("generic", api_token="t", api_base_url="https://crm.example.com")
    outcome = CrmChannel(account, resolve=lambda host, port: ["10.1.2.3"]).send(part_for("deal/42"))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.permanent) == ("blocked", True)


def test_who_writes_faster_than_the_crm_allows_is_told_to_wait(crm: StandInCrm) -> None:
    clock = FixedClock()
    channel = CrmChannel(account_over(crm, "generic"), clock=clock)
    outcomes = [channel.send(part_for("deal/42")) for _ in range(70)]
    assert sum(isinstance(outcome, Accepted) for outcome in outcomes) == 60
    late = outcomes[-1]
    assert isinstance(late, Rejected)
    assert (late.code, late.permanent) == ("rate_limit", False)
    assert late.retry_after
    assert isinstance(channel.reconcile(part_for("deal/42")), Unknown)
    clock.move(late.retry_after)
    assert isinstance(channel.send(part_for("deal/42")), Accepted)
    assert len(crm.requests) == 61


def test_a_crm_that_knows_our_key_gives_the_note_it_has(crm: StandInCrm) -> None:
    crm.honours_keys = True
    channel, part = channel_over(crm), part_for("deal/42")
    assert channel.send(part) == channel.send(part) == Accepted("1001")
    assert crm.double_notes() == []


def test_a_list_that_cannot_be_had_teaches_nothing(crm: StandInCrm) -> None:
    channel, part = channel_over(crm), part_for("deal/42")
    crm.lists = False
    assert isinstance(channel.reconcile(part), Unknown)
    crm.__exit__(None, None, None)
    assert isinstance(channel.reconcile(part), Unknown)


def test_a_part_that_was_never_tried_is_absent_without_asking(crm: StandInCrm) -> None:
    part: OutboundPart = replace(part_for("deal/42"), attempted_at=None)
    assert channel_over(crm).reconcile(part) == Absent()
    assert crm.requests == []


def test_a_closed_channel_opens_again(crm: StandInCrm) -> None:
    channel = channel_over(crm)
    channel.send(part_for("deal/42"))
    channel.close()
    channel.close()
    assert isinstance(channel.send(part_for("deal/42")), Accepted)
