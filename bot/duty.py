"""Who is on duty, from the settings: the addresses at which an operator is told that a person is needed."""

import re
from collections.abc import Iterator

from bot.settings import Settings
from channels.whatsapp.addresses import whatsapp_address
from jobs.runtime import DutyAddress
from models.errors import ConfigurationError
from models.tenant import DEFAULT

_EMAIL = re.compile(r"[^\s@,<>]+@[^\s@,<>.]+(\.[^\s@,<>.]+)+")


def build_duty(settings: Settings) -> tuple[DutyAddress, ...]:
    """Each address once. Raises ConfigurationError for what is no address, and where no account could write to it."""
    numbers, mailboxes = list(_numbers(settings.duty_whatsapp)), list(_mailboxes(settings.duty_email))
    if numbers and not settings.twilio_whatsapp_from:
        raise ConfigurationError(
            "DUTY_WHATSAPP: nobody can be told without TWILIO_WHATSAPP_FROM: set it, or empty this"
        )
    if mailboxes and not settings.email_address:
        raise ConfigurationError("DUTY_EMAIL: nobody can be told without EMAIL_ADDRESS: set it, or empty this")
    return tuple(dict.fromkeys([*numbers, *mailboxes]))


def _numbers(listed: str) -> Iterator[DutyAddress]:
    for typed in _split(listed):
        try:
            yield DutyAddress("whatsapp", DEFAULT, whatsapp_address(typed))
        except ValueError as error:
            raise ConfigurationError(f"DUTY_WHATSAPP: {error}") from None


def _mailboxes(listed: str) -> Iterator[DutyAddress]:
    for typed in _split(listed):
        if not _EMAIL.fullmatch(typed):
            raise ConfigurationError(f"DUTY_EMAIL: {typed!r} is no e-mail address such as ana@example.com")
        yield DutyAddress("email", DEFAULT, typed.lower())


def _split(listed: str) -> list[str]:
    return [typed.strip() for typed in listed.split(",") if typed.strip()]
