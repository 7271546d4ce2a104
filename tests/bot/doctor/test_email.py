"""What the doctor makes of the mailbox's settings, and of its outgoing server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.doctor.email import check_email
from bot.settings import load_settings
from tests.standins.smtp import Fault, StandInSmtp

WHOLE = {
    "EMAIL_ADDRESS": "bot@example.com",
    "EMAIL_WEBHOOK_SECRET": "whsec_" + "c2VjcmV0" * 4,
    "EMAIL_AUTHSERV_ID": "mx.example.com",
    "PUBLIC_BASE_URL": "https://bot.example.com",
}


@pytest.fixture(scope="module")
def smtp() -> Iterator[StandInSmtp]:
    with StandInSmtp() as server:
        yield server


@pytest.mark.parametrize(
    ("environ", "state"),
    [
        ({}, "ok"),
        (WHOLE, "ok"),
        (WHOLE | {"EMAIL_PROVIDER": "ses"}, "fail"),
        (WHOLE | {"EMAIL_PROVIDER": "mailgun"}, "fail"),
        (WHOLE | {"EMAIL_PROVIDER": "postmark"}, "ok"),
        (WHOLE | {"EMAIL_PROVIDER": "ses", "EMAIL_SNS_TOPIC": "arn:aws:sns:us-east-1:1:mail"}, "ok"),
        (WHOLE | {"EMAIL_WEBHOOK_SECRET": ""}, "fail"),
        (WHOLE | {"EMAIL_AUTHSERV_ID": ""}, "warn"),
        (WHOLE | {"PUBLIC_BASE_URL": ""}, "warn"),
        (WHOLE | {"EMAIL_ADDRESS": ""}, "fail"),
    ],
)
def test_the_settings_of_the_mailbox_must_fit_together(smtp: StandInSmtp, environ: dict[str, str], state: str) -> None:
    outgoing = {"SMTP_URL": smtp.url} if environ else {}
    finding = check_email(load_settings(environ | outgoing, Path("no-such-file")))
    assert finding.state == state, finding
    assert bool(finding.cure) == (state != "ok")
    assert smtp.mails == [], "nothing is sent"


def test_an_outgoing_server_that_turns_us_away_is_broken(smtp: StandInSmtp) -> None:
    smtp.faults.append(Fault("ehlo", "554 go away"))
    finding = check_email(load_settings(WHOLE | {"SMTP_URL": smtp.url}, Path("no-such-file")))
    assert (finding.state, finding.words) == ("fail", "no mail can leave: EHLO: the server answered 554")


@pytest.mark.parametrize(("outgoing", "words"), [("smtp://127.0.0.1:1", "cannot be used"), ("", "SMTP_URL missing")])
def test_without_an_outgoing_server_no_reply_leaves(outgoing: str, words: str) -> None:
    finding = check_email(load_settings(WHOLE | {"SMTP_URL": outgoing}, Path("no-such-file")))
    assert finding.state == "fail"
    assert words in finding.words
