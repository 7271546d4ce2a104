"""What the fake signs is what Twilio's own library signs."""

from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.simulator.webhooks import post_form, sign
from tests.bot.simulator.conftest import PlayedProgram

_TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)


@given(form=st.dictionaries(_TEXT.filter(bool), _TEXT, max_size=6), token=st.text("0123456789abcdef", min_size=1))
def test_twilios_validator_accepts_every_signed_form(form: dict[str, str], token: str) -> None:
    url = "https://bot.example.com/webhooks/whatsapp/default?x=%C3%A7"
    assert RequestValidator(token).validate(url, form, sign(url, form, token))


def test_another_token_signs_differently(program: PlayedProgram) -> None:
    assert post_form(program.door, {"MessageSid": "SM1"}, "somebody else's") == 403


def test_nobody_at_the_door_is_no_status() -> None:
    assert post_form("http://127.0.0.1:9/", {}, "t") == 0
