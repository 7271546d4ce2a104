"""Numbers by which people and companies are known: checked by their own digits, never taken on faith. Pure."""

import re

import phonenumbers

_CNPJ = re.compile(r"(?<![\w.])([0-9A-Z]{2}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}/?[0-9A-Z]{4}-?[0-9]{2})(?!\w)")
_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def find_cnpj(text: str) -> tuple[str, str] | None:
    """The first one whose check digits are right: as it is written, and in its usual spelling. Since July 2026 a new
    one may hold letters; each counts as its ASCII code less 48."""
    for match in _CNPJ.finditer(text.upper()):
        plain = re.sub(r"[./-]", "", match[1])
        if plain.isdigit() and len(set(plain)) == 1:
            continue
        if plain[12:] == _check_digits(plain[:12]):
            return match[1], f"{plain[:2]}.{plain[2:5]}.{plain[5:8]}/{plain[8:12]}-{plain[12:]}"
    return None


def _check_digits(body: str) -> str:
    digits = ""
    for _ in range(2):
        figures = body + digits
        total = sum((ord(one) - 48) * weight for one, weight in zip(figures, _WEIGHTS[-len(figures) :], strict=True))
        rest = total % 11
        digits += str(0 if rest < 2 else 11 - rest)
    return digits


def read_phone(text: str, region: str = "BR") -> str | None:
    """The first number in the text, in E.164; None where there is none that could be dialled."""
    for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.VALID):
        return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
    return None
