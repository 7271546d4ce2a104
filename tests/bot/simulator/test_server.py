"""The fake Twilio as the real adapter meets it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from agent.transcription import Transcriber
from bot.simulator.account import TEMPLATE_SID
from bot.simulator.phone import Phone
from bot.simulator.server import Server, serving
from bot.simulator.twilio import FakeTwilio, Trouble
from channels.whatsapp import WhatsAppChannel
from models.errors import DeliveryError
from models.inbound import InboundMedia
from models.reply import Absent, Accepted, Rejected, Unknown
from tests.bot.simulator.conftest import PlayedProgram


def test_a_good_message_is_taken_once_and_reported_until_it_is_read(twilio: FakeTwilio, program: PlayedProgram) -> None:
    sent = program.send("Faturamento: R$ 10")
    assert isinstance(sent, Accepted)
    assert twilio.history.wait_for(lambda: len(twilio.history.sent[0].receipts) == 3, 5)
    assert [receipt.status for receipt in program.receipts] == ["sent", "delivered", "read"]
    assert {receipt.external_id for receipt in program.receipts} == {sent.provider_id}
    assert twilio.history.judge() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [({"to": "+5511987654321"}, "21211"), ({"body": ""}, "21619"), ({"body": "x" * 1601}, "21617")],
)
def test_what_twilio_would_refuse_is_refused(
    twilio: FakeTwilio, program: PlayedProgram, change: dict[str, str], code: str
) -> None:
    outcome = program.channel.send(replace(program.part(), **change))  # type: ignore[arg-type]
    assert isinstance(outcome, Rejected)
    assert outcome.code == code
    assert twilio.history.sent == []


def test_a_strange_account_is_shown_nothing(server: Server, program: PlayedProgram) -> None:
    credentials = {**program.channel.account.credentials, "auth_token": "another"}
    stranger = WhatsAppChannel(replace(program.channel.account, credentials=credentials))
    outcome = stranger.send(program.part())
    stranger.close()
    assert isinstance(outcome, Rejected)
    assert outcome.code == "20003"


def test_a_refusal_that_was_ordered_comes_once(twilio: FakeTwilio, program: PlayedProgram) -> None:
    twilio.troubles.append(Trouble("refused", 63024))
    refused = program.send()
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.permanent) == ("63024", True)
    assert isinstance(program.send(), Accepted)
    assert twilio.history.refusals == [63024]


def test_an_http_status_without_a_code_leaves_the_send_open(twilio: FakeTwilio, program: PlayedProgram) -> None:
    twilio.troubles.append(Trouble("refused", 503))
    part = replace(program.part(), attempted_at=datetime.now(UTC))
    assert isinstance(program.channel.send(part), Unknown)
    assert isinstance(program.channel.reconcile(part), Absent)


def test_a_lost_answer_can_be_asked_for(twilio: FakeTwilio, program: PlayedProgram) -> None:
    twilio.troubles.append(Trouble("lost"))
    part = replace(program.part(), attempted_at=datetime.now(UTC))
    assert isinstance(program.channel.send(part), Unknown)
    assert program.channel.reconcile(part) == Accepted(twilio.history.sent[0].sid)


def test_one_part_taken_twice_is_a_double_send(twilio: FakeTwilio, program: PlayedProgram) -> None:
    part = program.part()
    program.channel.send(part)
    program.channel.send(part)
    assert [line.partition(":")[0] for line in twilio.history.judge()] == ["sent twice"]
    assert str(part.id) in twilio.history.judge()[0]


def test_what_is_not_delivered_is_reported_with_its_code(twilio: FakeTwilio, program: PlayedProgram) -> None:
    twilio.troubles.append(Trouble("undelivered", 63024))
    assert isinstance(program.send(), Accepted)
    assert twilio.history.wait_for(lambda: len(twilio.history.sent[0].receipts) == 2, 5)
    assert [(r.status, r.error_code) for r in program.receipts] == [("sent", ""), ("undelivered", "63024")]


def test_late_receipts_come_backwards(twilio: FakeTwilio, program: PlayedProgram) -> None:
    twilio.late = 1
    program.send()
    assert twilio.history.wait_for(lambda: len(twilio.history.sent[0].receipts) == 3, 5)
    assert [receipt.status for receipt in program.receipts] == ["read", "delivered", "sent"]


def test_after_the_window_only_a_template_passes(twilio: FakeTwilio, program: PlayedProgram) -> None:
    twilio.closed.add(program.part().to)
    words, template = program.send("Olá"), program.send("", content_sid=TEMPLATE_SID, content_variables={"1": "Olá"})
    assert isinstance(words, Rejected)
    assert words.code == "63016"
    assert isinstance(template, Accepted)
    assert (twilio.history.sent[0].content_sid, twilio.history.sent[0].body) == (TEMPLATE_SID, "Olá")


@pytest.mark.parametrize(("name", "status"), [("chart.png", "read"), ("gone.png", "failed")])
def test_a_file_of_ours_is_fetched_like_twilio_does(
    twilio: FakeTwilio, program: PlayedProgram, name: str, status: str
) -> None:
    program.send("", media_url=[f"{program.url}/{name}"])
    assert twilio.history.wait_for(lambda: twilio.history.sent[0].status == status, 5)


def test_a_voice_note_is_fetched_and_heard(twilio: FakeTwilio, server: Server, program: PlayedProgram) -> None:
    phone = Phone(twilio, program.door)
    phone.speak("quanto vendi ontem?")
    fetched = program.channel.fetch(program.messages[0].media[0])
    assert fetched.content_type == "audio/ogg"
    ears = Transcriber(f"{server.url}/v1", "key", "any", 10)
    assert ears.transcribe(fetched.content, fetched.content_type).text == "quanto vendi ontem?"
    assert ears.transcribe(b"OggS and something else", "audio/ogg").text == ""
    ears.close()
    assert twilio.history.judge() == []


def test_a_file_that_nobody_sent_is_not_there(program: PlayedProgram) -> None:
    url = f"https://api.twilio.com/2010-04-01/Accounts/{program.account.account_sid}/Messages/MM{'0' * 32}/Media/ME"
    with pytest.raises(DeliveryError):
        program.channel.fetch(InboundMedia("audio/ogg", url=url + "0" * 32))


def test_who_shows_credentials_to_the_content_network_is_told(twilio: FakeTwilio, server: Server) -> None:
    httpx2.get(f"{server.url}/content/ME1", headers={"Authorization": "Basic eDp5"}, trust_env=False)
    assert twilio.history.judge() == ["the content network was shown the account's credentials"]


def test_the_transcription_of_a_recording_sent_twice_is_that_of_the_last(
    twilio: FakeTwilio, server: Server, program: PlayedProgram, tmp_path: Path
) -> None:
    phone = Phone(twilio, program.door)
    (tmp_path / "note.ogg").write_bytes(b"OggS the same bytes")
    for words in ("ontem", "hoje"):
        phone.send_file("audio", tmp_path / "note.ogg", words)
    ears = Transcriber(f"{server.url}/v1", "key", "any", 10)
    assert ears.transcribe(b"OggS the same bytes", "audio/ogg").text == "hoje"
    ears.close()


def test_typing_is_noted(twilio: FakeTwilio, program: PlayedProgram) -> None:
    program.channel.show_typing("SM" + "1" * 32)
    assert twilio.history.typing == ["SM" + "1" * 32]


def test_what_was_missed_can_be_listed(twilio: FakeTwilio, program: PlayedProgram) -> None:
    phone = Phone(twilio, program.door)
    phone.say("oi", "quanto vendi?")
    phone.speak("e ontem?")
    program.send("not a message of hers")
    listed = program.channel.list_since(datetime.now(UTC) - timedelta(hours=1))
    assert [message.external_id for message in listed] == [message.external_id for message in program.messages]
    assert [len(message.media) for message in listed] == [0, 0, 1]


def test_the_server_is_gone_after_the_block(twilio: FakeTwilio) -> None:
    with serving(twilio) as server:
        url = server.url
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(url, trust_env=False)
