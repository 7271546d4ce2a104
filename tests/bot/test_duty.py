"""Who is on duty: read from the settings, canonical, refused when it is no address."""

from pathlib import Path

import pytest

from bot.duty import build_duty
from bot.settings import load_settings
from jobs.runtime import DutyAddress
from models.errors import ConfigurationError

ACCOUNTS = {"TWILIO_WHATSAPP_FROM": "whatsapp:+14155238886", "EMAIL_ADDRESS": "bot@example.com"}


def duty_of(**environ: str) -> tuple[DutyAddress, ...]:
    return build_duty(load_settings({**ACCOUNTS, **environ}, Path("no-such-file")))


def test_nobody_is_on_duty_by_default() -> None:
    assert duty_of() == ()


def test_numbers_and_mailboxes_are_canonical_and_named_once() -> None:
    numbers = "+55 11 8765-4321, whatsapp:+5511987654321,,"
    assert duty_of(DUTY_WHATSAPP=numbers, DUTY_EMAIL="Bia@Example.com, caio@example.com") == (
        DutyAddress("whatsapp", "default", "whatsapp:+5511987654321"),
        DutyAddress("email", "default", "bia@example.com"),
        DutyAddress("email", "default", "caio@example.com"),
    )


@pytest.mark.parametrize(
    ("name", "value"), [("DUTY_WHATSAPP", "12"), ("DUTY_EMAIL", "bia"), ("DUTY_EMAIL", "Bia <bia@example.com>")]
)
def test_what_is_no_address_is_refused_by_the_settings_name(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        duty_of(**{name: value})


@pytest.mark.parametrize(
    ("duty", "address", "account"),
    [
        ("DUTY_WHATSAPP", "+5511987654321", "TWILIO_WHATSAPP_FROM"),
        ("DUTY_EMAIL", "bia@example.com", "EMAIL_ADDRESS"),
    ],
)
def test_an_address_that_no_account_could_write_to_is_refused(duty: str, address: str, account: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{duty}: .*{account}"):
        duty_of(**{duty: address, account: ""})
