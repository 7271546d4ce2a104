"""WhatsApp addresses as Twilio writes them, and the one spelling under which a person is known."""

import re

import phonenumbers

PREFIX = "whatsapp:"
_BRAZIL = 55

_PHONE = re.compile(r"whatsapp:\+[1-9][0-9]{6,14}")
# A business-scoped user id: two letters of a country, a dot, up to 128 letters and digits.
_BUSINESS_SCOPED = re.compile(r"whatsapp:[A-Z]{2}\.[A-Za-z0-9]{1,128}")
# Brazil: mobile numbers of eight digits began with 6 to 9 and got a 9 in front between 2012 and 2016, but WhatsApp
# still shows old accounts without it. Trunked radio (70, 77, 78, 79) was left out of that change, so it is here.
_BRAZIL_WITHOUT_NINTH = re.compile(
    r"whatsapp:\+55([14689][1-9]|2[12478]|3[1-578]|5[13-5]|7[13-579])((?:[689][0-9]|7[1-6])[0-9]{6})"
)


def is_address(text: str) -> bool:
    """Whether Twilio could have written this as the address of a WhatsApp user."""
    return bool(_PHONE.fullmatch(text) or _BUSINESS_SCOPED.fullmatch(text))


def is_phone(address: str) -> bool:
    return bool(_PHONE.fullmatch(address))


def canonical_address(address: str) -> str:
    """The spelling we store: a Brazilian mobile number gets its ninth digit, all else stays as it is. Idempotent."""
    match = _BRAZIL_WITHOUT_NINTH.fullmatch(address)
    return f"whatsapp:+55{match[1]}9{match[2]}" if match else address


def same_phone(one: str, other: str) -> bool:
    """Whether two phone addresses are one subscriber. Besides Brazil's ninth digit, Mexico (+52 1) and Argentina
    (+54 9) also have a digit that comes and goes, so country and the last eight digits decide."""
    return one == other or (one[:12] == other[:12] and one[-8:] == other[-8:])


def whatsapp_address(typed: str, region: str = "BR") -> str:
    """The canonical address of a number as a person types it; without a country code it is read as of `region`.
    Raises ValueError with a text fit to be shown."""
    text = typed.strip().removeprefix(PREFIX).strip()
    if _BUSINESS_SCOPED.fullmatch(PREFIX + text):
        return PREFIX + text
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise ValueError(f"{typed!r} is not a phone number: write it like +55 11 98765-4321") from None
    address = canonical_address(PREFIX + phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if not is_phone(address) or not _is_dialable(address):
        raise ValueError(f"{typed!r} is not a complete phone number: write it like +55 11 98765-4321")
    return address


def _is_dialable(address: str) -> bool:
    """Strictly in Brazil, where a number without its area code would pass for possible; by length elsewhere, since
    the tables of other countries are not ours to rely on."""
    number = phonenumbers.parse(address.removeprefix(PREFIX))
    if number.country_code == _BRAZIL:
        return phonenumbers.is_valid_number(number)
    return phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
