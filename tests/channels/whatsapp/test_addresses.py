"""One person, one address: Brazil's ninth digit and numbers as people type them."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.whatsapp.addresses import canonical_address, is_address, same_phone, whatsapp_address

_AREAS = st.sampled_from(["11", "21", "31", "47", "51", "61", "71", "85", "92"])
_OLD_MOBILES = st.from_regex(r"(?:[689][0-9]|7[1-6])[0-9]{6}", fullmatch=True)


@settings(deadline=None)
@given(_AREAS, _OLD_MOBILES)
def test_an_old_brazilian_mobile_number_and_its_nine_digit_form_are_one_person(area: str, old: str) -> None:
    assert canonical_address(f"whatsapp:+55{area}{old}") == canonical_address(f"whatsapp:+55{area}9{old}")
    assert canonical_address(f"whatsapp:+55{area}{old}") == f"whatsapp:+55{area}9{old}"


@settings(deadline=None)
@given(_AREAS, st.from_regex(r"[2-5][0-9]{7}", fullmatch=True))
def test_landlines_stay_as_they_are(area: str, number: str) -> None:
    address = f"whatsapp:+55{area}{number}"
    assert canonical_address(address) == address


@settings(deadline=None)
@given(_AREAS, st.from_regex(r"7[0789][0-9]{6}", fullmatch=True))
def test_trunked_radio_never_got_a_ninth_digit(area: str, number: str) -> None:
    address = f"whatsapp:+55{area}{number}"
    assert canonical_address(address) == address


@settings(deadline=None)
@given(st.from_regex(r"\+(?:1|34|351|52|54|598)[0-9]{8,11}", fullmatch=True))
def test_numbers_of_other_countries_stay_as_they_are(number: str) -> None:
    assert canonical_address(f"whatsapp:{number}") == f"whatsapp:{number}"


@settings(deadline=None)
@given(st.text(max_size=40))
def test_canonical_is_idempotent_for_any_text(text: str) -> None:
    once = canonical_address(f"whatsapp:+55{text}")
    assert canonical_address(once) == once


def test_what_becomes_canonical_is_a_valid_number_to_phonenumbers_too() -> None:
    address = canonical_address("whatsapp:+551187654321")
    assert phonenumbers.is_valid_number(phonenumbers.parse(address.removeprefix("whatsapp:")))


@pytest.mark.parametrize(
    "typed",
    ["+55 11 98765-4321", "(11) 98765-4321", "11 8765-4321", "whatsapp:+5511987654321", "whatsapp:+551187654321"],
)
def test_a_number_as_people_type_it_becomes_the_canonical_address(typed: str) -> None:
    assert whatsapp_address(typed) == "whatsapp:+5511987654321"


def test_numbers_of_other_countries_need_their_country_code() -> None:
    assert whatsapp_address("+1 415 523 8886") == "whatsapp:+14155238886"
    assert whatsapp_address("+1 415 555 0000") == "whatsapp:+14155550000"
    assert whatsapp_address("+351 912 345 678") == "whatsapp:+351912345678"


@pytest.mark.parametrize(
    "typed", ["", "Ana", "12345", "+55 11", "whatsapp:", "98765-4321", "+1 555 0000", "ana@example.com"]
)
def test_what_is_no_number_is_refused_with_an_example_of_one(typed: str) -> None:
    with pytest.raises(ValueError, match=r"\+55 11 98765-4321"):
        whatsapp_address(typed)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_whatever_is_typed_gives_an_address_or_a_value_error(typed: str) -> None:
    try:
        address = whatsapp_address(typed)
    except ValueError:
        return
    assert is_address(address)
    assert canonical_address(address) == address


def test_a_user_without_a_phone_number_has_an_address_too() -> None:
    assert is_address("whatsapp:BR.1234567890")
    assert whatsapp_address("BR.1234567890") == "whatsapp:BR.1234567890"


@pytest.mark.parametrize(
    "text",
    ["", "+5511987654321", "whatsapp:5511987654321", "whatsapp:+0511", "whatsapp:+5511987654321 ", "whatsapp:BR."],
)
def test_other_spellings_are_no_address(text: str) -> None:
    assert not is_address(text)


def test_a_digit_that_comes_and_goes_does_not_make_another_person() -> None:
    assert same_phone("whatsapp:+5215512345678", "whatsapp:+525512345678")
    assert not same_phone("whatsapp:+5511987654321", "whatsapp:+5511987654322")
