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
    """Each address once. Raises ConfigurationError for what is no address."""
    addresses = (*_numbers(settings.duty_whatsapp), *_mailboxes(settings.duty_email))
    return tuple(dict.fromkeys(addresses))


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
