"""What each provider posts becomes the same message, with as much trust as the provider gives reason for."""

import json
from urllib.parse import urlencode

import pytest

from channels.base import Account, InboundRequest
from channels.email.providers.registry import PROVIDERS
from models.inbound import Confirmation, InboundMessage
from tests.channels.email.providers.posting import (
    MAILBOX,
    TOPIC,
    account_of,
    basic,
    channel_of,
    envelope_of,
    fields_of,
    mailgun_proof,
    mailgun_request,
    payload,
    posted,
    postmark_request,
    raw_request,
    sendgrid_request,
    ses_request,
    sns_request,
)

QUESTIONS = {
    "raw": lambda: raw_request(payload("raw/question.eml")),
    "sendgrid": sendgrid_request,
    "mailgun": mailgun_request,
    "postmark": lambda: postmark_request(TextBody="Quanto vendi em março?"),
    "ses": ses_request,
}
SPAM_TESTS = [{"Name": "X-Spam-Tests", "Value": "DKIM_VALID_AU"}]
CSV = ("attachment1", "março.csv", "text/csv", "produto;qtd\ncafé;3\n".encode())


def read(account: Account, request: InboundRequest) -> InboundMessage:
    channel = channel_of(account)
    channel.verify(request)
    [message] = channel.parse(request)
    assert isinstance(message, InboundMessage)
    return message


def test_every_provider_has_a_question() -> None:
    assert set(QUESTIONS) == set(PROVIDERS)


@pytest.mark.parametrize("provider", QUESTIONS)
def test_a_question_arrives_the_same_way_through_every_provider(provider: str) -> None:
    message = read(account_of(provider), QUESTIONS[provider]())
    assert message.text == "Quanto vendi em março?"
    assert message.sender == "ana.souza@aurora.example"
    assert message.sender_name == "Ana Souza"
    assert message.subject.startswith("Vendas")
    assert message.external_id == message.thread
    assert message.external_id.startswith("<")
    assert (message.is_verified, message.unanswerable, message.is_forwarded) == (True, "", False)


@pytest.mark.parametrize("provider", QUESTIONS)
def test_a_second_delivery_is_the_same_message(provider: str) -> None:
    request = QUESTIONS[provider]()
    assert read(account_of(provider), request) == read(account_of(provider), request)


def test_a_mailgun_retry_with_another_token_is_the_same_message() -> None:
    ids = {
        read(account_of("mailgun"), mailgun_request(proof=mailgun_proof(token=token))).external_id
        for token in ("a" * 50, "b" * 50)
    }
    assert ids == {"<mg-0001@mail.aurora.example>"}


@pytest.mark.parametrize(
    ("provider", "request_", "follows"),
    [
        (
            "sendgrid",
            sendgrid_request(
                "sendgrid/parsed.json", [CSV], text="Confira a planilha: está certa?".encode("iso-8859-1")
            ),
            ("<sg-0001@mail.aurora.example>", "<sg-0000@mail.aurora.example>"),
        ),
        ("mailgun", mailgun_request("mailgun/parsed.json", [CSV]), ("<mg-0001@mail.aurora.example>",)),
        ("postmark", postmark_request("postmark/reply_with_file.json"), ("<pm-0001@mail.aurora.example>",)),
    ],
)
def test_parsed_fields_become_a_whole_mail_again(
    provider: str, request_: InboundRequest, follows: tuple[str, ...]
) -> None:
    message = read(account_of(provider), request_)
    assert message.text == "Confira a planilha: está certa?"
    assert message.sender == "joao@aurora.example"
    assert message.subject.endswith("Relatório")
    assert message.follows == follows
    [file] = message.media
    assert (file.name, file.content_type) == ("março.csv", "text/csv")
    assert file.content == "produto;qtd\ncafé;3\n".encode()


def test_a_name_beyond_ascii_survives_the_rebuilding() -> None:
    message = read(account_of("mailgun"), mailgun_request("mailgun/parsed.json", [CSV]))
    assert message.sender_name == "João Prado"


def test_postmarks_raw_mail_is_preferred_to_its_fields() -> None:
    raw = payload("raw/reply.eml").decode()
    message = read(account_of("postmark"), postmark_request(RawEmail=raw, TextBody="anders"))
    assert message.text == "E em fevereiro?"
    assert message.external_id == "<CAF-ana-0002@mail.aurora.example>"


def test_a_mail_can_be_posted_urlencoded() -> None:
    body = urlencode(fields_of("mailgun/mime.json") | mailgun_proof()).encode()
    request = posted(body, "application/x-www-form-urlencoded", authorization=basic())
    assert read(account_of("mailgun"), request).text == "Quanto vendi em março?"


# Who is believed.


@pytest.mark.parametrize(
    ("provider", "request_"),
    [
        ("sendgrid", sendgrid_request(SPF="softfail", dkim="none")),
        ("sendgrid", sendgrid_request(SPF="fail", dkim="{@mallory.example : pass}")),
        ("sendgrid", sendgrid_request(SPF="fail", dkim="{@aurora.example : fail}")),
        (
            "sendgrid",
            sendgrid_request(dkim="none", envelope=json.dumps({"to": [MAILBOX], "from": "x@mallory.example"})),
        ),
        ("postmark", postmark_request("postmark/reply_with_file.json")),
        ("postmark", postmark_request(Headers=[*SPAM_TESTS, *SPAM_TESTS])),
        ("raw", raw_request(payload("raw/question.eml").replace(b"dmarc=pass", b"dmarc=fail"))),
        ("raw", raw_request(payload("raw/question.eml").replace(b"mx.aurora.example; dmarc", b"evil.example; dmarc"))),
    ],
    ids=["nothing", "stranger's key", "broken key", "other envelope", "softfail", "forged twice", "dmarc", "server"],
)
def test_who_is_not_vouched_for_is_not_believed(provider: str, request_: InboundRequest) -> None:
    assert not read(account_of(provider), request_).is_verified


EVIL = "aurora.example : pass, @x.evil.example"


@pytest.mark.parametrize(
    ("dkim", "signatures", "believed"),
    [
        ("{@aurora.example : pass}", ["aurora.example"], True),
        ("{@aurora.example : pass, @esp.example : pass}", ["esp.example", "aurora.example"], True),
        (f"{{@{EVIL} : pass}}", [EVIL], False),
        (f"{{@{EVIL} : pass, @aurora.example : fail}}", [EVIL, "aurora.example"], False),
        ("{@aurora.example : pass}", ["aurora.example; d=evil.example"], False),
        ("{@aurora.example : pass}", [], False),
    ],
)
def test_a_signers_name_cannot_pose_as_a_list_of_results(dkim: str, signatures: list[str], believed: bool) -> None:
    """A name in the DNS may hold blanks, colons and commas, so whoever owns a zone can have any of it signed."""
    raw = fields_of("sendgrid/raw.json")["email"]
    head, _, rest = raw.partition("DKIM-Signature: ")
    lines = "".join(f"DKIM-Signature: v=1; d={name}; s=mail; b=AAAA\r\n" for name in signatures)
    request = sendgrid_request(email=head + lines + rest.partition("\r\n")[2], dkim=dkim, SPF="none")
    assert read(account_of("sendgrid"), request).is_verified is believed


@pytest.mark.parametrize("name", [EVIL, "aurora.example x.evil.example", "evil.example; d=aurora.example"])
def test_mailguns_pass_is_for_the_whole_name_of_the_signer(name: str) -> None:
    raw = fields_of("mailgun/mime.json")["body-mime"].replace("d=aurora.example", f"d={name}")
    request = mailgun_request(**{"body-mime": raw.replace("X-Mailgun-Spf: Pass", "X-Mailgun-Spf: Neutral")})
    assert not read(account_of("mailgun"), request).is_verified


def test_an_envelope_sender_cannot_pose_as_another_in_a_comment() -> None:
    sender = '"x envelope-from=boss@aurora.example "@evil.example'
    headers = [
        {"Name": "Return-Path", "Value": f"<{sender}>"},
        {"Name": "Received-SPF", "Value": f"pass (evil.example: '{sender}' is allowed) envelope-from={sender}"},
        {"Name": "Message-ID", "Value": "<pm-9@evil.example>"},
    ]
    assert not read(account_of("postmark"), postmark_request(Headers=headers)).is_verified


@pytest.mark.parametrize(
    ("verdicts", "believed"),
    [
        ({"dmarcVerdict": "PASS", "spfVerdict": "FAIL"}, True),
        ({"dmarcVerdict": "FAIL", "spfVerdict": "PASS"}, False),
        ({"dmarcVerdict": "GRAY", "spfVerdict": "PASS"}, True),
        ({"dmarcVerdict": "GRAY", "spfVerdict": "GRAY"}, False),
        ({"dmarcVerdict": "PROCESSING_FAILED", "spfVerdict": "FAIL"}, False),
    ],
)
def test_amazons_verdict_decides_for_ses(verdicts: dict[str, str], believed: bool) -> None:
    notification = fields_of("ses/question.json")
    notification["receipt"] |= {name: {"status": status} for name, status in verdicts.items()}
    request = sns_request(envelope_of(json.dumps(notification)))
    assert read(account_of("ses"), request).is_verified is believed


def test_without_a_password_nobody_in_a_mailgun_mail_is_believed() -> None:
    """Its signature does not cover the mail: under a token that somebody saw, he could post another one."""
    assert not read(account_of("mailgun", webhook_secret=""), mailgun_request()).is_verified
    assert read(account_of("mailgun"), mailgun_request()).is_verified


def test_mailguns_headers_are_the_senders_own_where_its_filter_is_off() -> None:
    assert not read(account_of("mailgun", mailgun_checks=""), mailgun_request()).is_verified


def test_mailguns_headers_are_worth_nothing_when_they_come_twice() -> None:
    raw = fields_of("mailgun/mime.json")["body-mime"]
    doubled = raw.replace(
        "X-Mailgun-Incoming", "X-Mailgun-Spf: Pass\r\nX-Mailgun-Dkim-Check-Result: Pass\r\nX-Incoming"
    )
    assert not read(account_of("mailgun"), mailgun_request(**{"body-mime": doubled})).is_verified


# What is not a question.


def test_amazons_request_to_confirm_is_handed_on_and_not_followed() -> None:
    envelope = fields_of("ses/confirmation.json")
    channel = channel_of(account_of("ses"))
    request = sns_request(envelope)
    channel.verify(request)
    assert channel.parse(request) == [Confirmation(envelope["SubscribeURL"], TOPIC, envelope["MessageId"])]


@pytest.mark.parametrize(
    "envelope",
    [
        envelope_of("Successfully validated SNS topic for Amazon SES event publishing."),
        envelope_of(json.dumps({"notificationType": "AmazonSnsSubscriptionSucceeded", "message": "ok"})),
        {**fields_of("ses/confirmation.json"), "Type": "UnsubscribeConfirmation"},
    ],
)
def test_amazons_greetings_are_noise(envelope: dict[str, str]) -> None:
    channel = channel_of(account_of("ses"))
    request = sns_request(envelope)
    channel.verify(request)
    assert channel.parse(request) == []


@pytest.mark.parametrize("change", [{"content": ""}, {"content": "%%%"}])
def test_a_notification_without_its_mail_is_kept_for_later(change: dict[str, str]) -> None:
    request = sns_request(envelope_of(json.dumps(fields_of("ses/question.json") | change)))
    message = read(account_of("ses"), request)
    assert message.unanswerable.startswith("unreadable: ")
    assert message.sender == "ana.souza@aurora.example"
    other = sns_request(envelope_of(json.dumps(fields_of("ses/question.json") | change | {"x": "y"})))
    assert read(account_of("ses"), other).external_id != message.external_id
