"""The whole way: a mail in by pipe, a reply out through a real SMTP peer, and the mail that comes back on it."""

import base64
import subprocess
import sys
from dataclasses import replace
from email.message import EmailMessage
from email.utils import make_msgid
from uuid import UUID, uuid4

import pytest

from channels.base import Account
from channels.email import EmailChannel
from channels.email.threads import part_message_id, plus_address, sign_thread
from models.errors import ConfigurationError, DeliveryError
from models.inbound import Confirmation, InboundMessage, Receipt
from models.reply import Accepted, OutboundPart, Question, Rejected, Reply
from tests.channels.email.providers.posting import (
    NOW,
    TOPIC,
    account_of,
    channel_of,
    payload,
    postmark_request,
    raw_request,
)
from tests.standins.smtp import StandInSmtp

PART = UUID("0193b6c7-0000-7000-8000-000000000001")
BOT = "bot@aurora.example"


def raw_account(**credentials: str) -> Account:
    return account_of("raw", address=BOT, from_name="Assistente de Vendas", **credentials)


def take(mail: bytes, **credentials: str) -> InboundMessage | Receipt:
    channel = channel_of(raw_account(**credentials))
    request = raw_request(mail)
    channel.verify(request)
    [item] = channel.parse(request)
    return item


def take_message(mail: bytes, **credentials: str) -> InboundMessage:
    message = take(mail, **credentials)
    assert isinstance(message, InboundMessage)
    return message


def written_mail(text: str, **headers: str) -> bytes:
    mail = EmailMessage()
    given = {"From": "Ana <ana@aurora.example>", "To": BOT, "Subject": "Vendas", "Message-ID": "<a1@x.example>"}
    for name, value in (given | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        if value:
            mail[name] = value
    mail.set_content(text)
    return mail.as_bytes()


def answer_to(message: InboundMessage, text: str) -> Reply:
    question = Question(
        message.text, message.external_id, message.follows, message.subject, message.sender, message.sender_name, NOW
    )
    return Reply(text, question)


def send(channel: EmailChannel, reply: Reply, to: str) -> OutboundPart:
    [rendered] = channel.render(reply)
    part = OutboundPart(uuid4(), uuid4(), 0, to, rendered.body, attempted_at=NOW, extra=rendered.extra)
    assert channel.send(part) == Accepted(part_message_id(part.id, "recado.aurora.example"))
    return part


def test_a_mail_in_by_pipe_a_reply_out_and_the_answer_to_it_are_one_thread() -> None:
    with StandInSmtp() as server:
        account = raw_account(smtp_url=server.url, thread_secret="s3cret", timezone="America/Sao_Paulo")
        channel = channel_of(account)
        [question] = channel.parse(raw_request(payload("raw/question.eml")))
        assert isinstance(question, InboundMessage)
        part = send(channel, answer_to(question, "Você vendeu **R$ 1.234,56**."), question.sender)
        [mail] = server.mails
    reply = mail.message
    assert mail.recipients == ("ana.souza@aurora.example",)
    assert reply["In-Reply-To"] == reply["References"] == question.external_id == "<CAF-ana-0001@mail.aurora.example>"
    assert reply["Subject"] == "Re: Vendas de março"

    ours = f"<r.{part.id}@recado.aurora.example>"
    quoted = str(reply.get_body(("plain",)).get_content()).replace("\r\n", "\n")
    back = written_mail(
        "E em fevereiro?\n\nEm 02/03/2026 10:13, Assistente de Vendas escreveu:\n"
        + "\n".join(f"> {line}" for line in quoted.split("\n")),
        In_Reply_To=ours,
        References=f"{question.external_id} {ours}",
        To=str(reply["Reply-To"]),
        Subject="Re: Vendas de março",
    )
    [second] = channel.parse(raw_request(back))
    assert isinstance(second, InboundMessage)
    assert second.text == "E em fevereiro?"
    assert "R$ 1.234,56" in second.aside
    assert second.follows == (ours, question.external_id)


def test_a_plus_address_leads_back_where_a_mail_program_dropped_every_reference() -> None:
    address = plus_address(BOT, sign_thread("s3cret", PART))
    mail = written_mail("E agora?", To=f"Assistente <{address.upper()}>")
    assert take_message(mail, thread_secret="new,s3cret").follows == (f"<r.{PART}@recado.aurora.example>",)
    assert take_message(mail, thread_secret="another").follows == ()
    assert take_message(mail).follows == ()


def test_a_plus_address_counts_last_and_once() -> None:
    ours = f"<r.{PART}@recado.aurora.example>"
    address = plus_address(BOT, sign_thread("s3cret", PART))
    mail = written_mail("E agora?", To=address, In_Reply_To="<other@x.example>", References=f"{ours} <z@x.example>")
    assert take_message(mail, thread_secret="s3cret").follows == ("<other@x.example>", "<z@x.example>", ours)


def test_a_bounce_of_our_mail_is_a_receipt_of_its_part() -> None:
    receipt = take(payload("raw/bounce.eml"))
    assert receipt == Receipt("failed", part_id=PART, error_code="5.1.1", extra={"action": "failed", "status": "5.1.1"})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"recado.aurora.example", b"mail.other.example"),
        (b"report-type=delivery-status", b"report-type=disposition-notification"),
        (b"Action: failed", b"Action: whatever"),
        (b"Action: failed\n", b""),
    ],
)
def test_a_report_about_something_else_is_a_message_that_nobody_answers(old: bytes, new: bytes) -> None:
    message = take(payload("raw/bounce.eml").replace(old, new))
    assert isinstance(message, InboundMessage)
    assert message.unanswerable


def test_a_delay_is_told_and_settles_nothing() -> None:
    receipt = take(payload("raw/bounce.eml").replace(b"Action: failed", b"Action: delayed"))
    assert isinstance(receipt, Receipt)
    assert (receipt.status, receipt.error_code) == ("delayed", "")


def test_an_absence_is_stored_and_not_answered() -> None:
    message = take_message(payload("raw/vacation.eml"))
    assert message.unanswerable
    assert message.text == "Estou de férias até dia 15."


def test_our_own_mail_is_not_answered() -> None:
    with StandInSmtp() as server:
        channel = channel_of(raw_account(smtp_url=server.url))
        send(channel, Reply("Olá"), "ana@aurora.example")
        [mail] = server.mails
    assert take_message(mail.content).unanswerable


def test_the_null_sender_is_not_answered() -> None:
    request = postmark_request()
    null = request.body.replace(
        b'"Return-Path", "Value": "<ana.souza@aurora.example>"', b'"Return-Path", "Value": "<>"'
    )
    [message] = channel_of(account_of("postmark")).parse(replace(request, body=null))
    assert isinstance(message, InboundMessage)
    assert message.unanswerable


@pytest.mark.parametrize(
    "mail",
    [
        b"From: a@x.example\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\nOi",
        b"From: a@x.example\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(5000)) + b"\r\nOi",
    ],
    ids=["one header", "many headers"],
)
def test_a_mail_beyond_the_bounds_is_kept_and_not_refused(mail: bytes) -> None:
    message = take_message(mail)
    assert message.unanswerable.startswith("unreadable: ")
    assert (message.kind, message.is_verified, message.text) == ("event", False, "")
    assert take_message(mail).external_id == message.external_id != take_message(mail + b".").external_id


@pytest.mark.parametrize(
    "mail", [b"\x00\xff\xfe", b"no header at all", b":\r\n\r\n", b"From: =?x?q?\xff?=\r\n\r\n\x00"]
)
def test_a_mail_that_is_hardly_one_is_stored_without_an_answer(mail: bytes) -> None:
    message = take_message(mail)
    assert message.unanswerable
    assert message.external_id
    assert message.sender
    assert "\x00" not in message.text + message.aside + message.subject


def test_a_question_in_the_subject_alone_is_the_question() -> None:
    message = take_message(written_mail("", Subject="Quanto vendi em março?"))
    assert (message.text, message.unanswerable) == ("Quanto vendi em março?", "")
    assert message.extra["text_from"] == "subject"


def test_an_empty_mail_on_a_thread_does_not_repeat_its_subject() -> None:
    message = take_message(written_mail("", Subject="Re: Vendas", In_Reply_To="<q@x.example>"))
    assert (message.text, message.unanswerable) == ("", "empty")


def test_two_senders_are_nobody() -> None:
    message = take_message(b"From: ana@aurora.example\r\nFrom: eva@aurora.example\r\nSubject: x\r\n\r\nOi")
    assert message.unanswerable
    assert not message.is_verified
    assert message.sender == "unknown@invalid"


def test_a_file_arrives_with_its_bytes() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "ana@aurora.example", BOT, make_msgid(domain="x.example")
    mail.set_content("Segue a planilha.")
    mail.add_attachment(b"a;b\n\x00", maintype="text", subtype="csv", filename="março.csv")
    [file] = take_message(mail.as_bytes()).media
    assert (file.name, file.content_type, file.content) == ("março.csv", "text/csv", b"a;b\n\x00")


def test_without_an_smtp_server_a_reply_waits() -> None:
    outcome = channel_of(raw_account()).send(OutboundPart(PART, uuid4(), 0, "ana@aurora.example", "Olá"))
    assert outcome == Rejected("settings", "SMTP_URL is not set", permanent=False)


def test_a_wrong_setting_shows_when_the_channel_is_built() -> None:
    with pytest.raises(ConfigurationError, match="SMTP_URL"):
        EmailChannel(raw_account(smtp_url="mail.example.com"))
    with pytest.raises(ConfigurationError, match="EMAIL_PROVIDER"):
        EmailChannel(Account("email", "default", BOT, {"provider": "pigeon"}))


def test_a_large_mail_is_read() -> None:
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = "ana@aurora.example", "<big@x.example>"
    mail.set_content("Segue.")
    mail.add_attachment(base64.b64encode(b"x" * 6_000_000), maintype="application", subtype="zip", filename="a.zip")
    message = take_message(mail.as_bytes())
    assert message.text == "Segue."
    assert len(message.media[0].content or b"") == 8_000_000


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "https://evil.example/", "https://sns.us-east-1.amazonaws.com/"]
)
def test_nothing_but_the_topics_own_host_is_visited_for_a_confirmation(url: str) -> None:
    with pytest.raises(DeliveryError, match="topic's own region") as caught:
        channel_of(account_of("ses")).confirm(Confirmation(url, TOPIC, "id"))
    assert caught.value.permanent


def test_the_process_that_reads_hostile_mail_loads_nothing_that_it_does_not_need() -> None:
    program = (
        "import sys, channels.email.reading.child\n"
        "heavy = {'markdown_it', 'smtplib', 'cryptography', 'httpx2', 'pydantic', 'sqlalchemy', 'flask'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=240)
    assert answer.stdout.strip() == "[]"
