"""Message ids and plus-addresses: ours are known again, and nobody else can make them."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.threads import (
    find_part_id,
    find_token,
    is_message_id,
    message_domain,
    part_message_id,
    plus_address,
    read_thread,
    sign_thread,
)

PART = UUID("0193b6c7-0000-7000-8000-000000000001")


@given(st.uuids(), st.text(min_size=1).filter(lambda text: "," not in text and text == text.strip()))
def test_a_token_is_read_with_the_secret_that_signed_it_in_any_case(value: UUID, secret: str) -> None:
    token = sign_thread(secret, value)
    assert len(token) == 42
    assert token.isalnum()
    assert read_thread(secret, token) == read_thread(secret, token.upper()) == value
    assert read_thread(secret + "x", token) is None


def test_an_old_secret_still_reads_and_the_first_one_signs() -> None:
    assert read_thread("new,old", sign_thread("old", PART)) == PART
    assert read_thread("new", sign_thread("new, old", PART)) == PART


@given(st.text(max_size=60))
def test_nothing_else_is_a_token(token: str) -> None:
    assert read_thread("secret", token) is None


def test_a_changed_token_is_none() -> None:
    token = sign_thread("secret", PART)
    assert read_thread("secret", ("b" if token[0] == "a" else "a") + token[1:]) is None
    assert read_thread("", token) is None


def test_a_token_is_found_in_our_own_address_alone() -> None:
    assert find_token("Bot@x.example", plus_address("bot@x.example", "abc")) == "abc"
    assert find_token("bot@x.example", "bot@x.example") == ""
    assert find_token("bot@x.example", "eva+abc@x.example") == ""
    assert find_token("bot@x.example", "bot+abc@y.example") == ""


def test_our_message_ids_have_a_domain_of_their_own() -> None:
    domain = message_domain("Bot@X.example")
    assert domain == "recado.x.example"
    assert find_part_id(part_message_id(PART, domain), domain) == PART
    assert find_part_id(part_message_id(PART, "other.example"), domain) is None
    assert find_part_id("<r.1@recado.x.example>", domain) is None


@pytest.mark.parametrize(
    "value", ["", "a@b", "<a>", "<a@b", "<a@b> <c@d>", "<a@b\r\nX: y>", "<ç@b>", "<a@b c>", "<0f@synthetic.invalid>"]
)
def test_what_is_no_message_id_is_not_repeated(value: str) -> None:
    assert not is_message_id(value)
