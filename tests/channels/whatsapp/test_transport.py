"""Twilio's hosts, and what stands for them."""

import pytest

from channels.whatsapp.transport import is_api_host, rebase

_SEND = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json?PageSize=5"
_TYPING = "https://messaging.twilio.com/v2/Indicators/Typing.json"


@pytest.mark.parametrize(
    ("url", "base", "wanted"),
    [
        (_SEND, "https://api.twilio.com", _SEND),
        (_TYPING, "https://api.twilio.com", _TYPING),
        (_TYPING, "https://api.twilio.com/", _TYPING),
        (_SEND, "https://api.dublin.ie1.twilio.com", _SEND.replace("api.", "api.dublin.ie1.")),
        (_TYPING, "https://api.dublin.ie1.twilio.com", _TYPING.replace("messaging.", "messaging.dublin.ie1.")),
        (_SEND, "http://127.0.0.1:9999", _SEND.replace("https://api.twilio.com", "http://127.0.0.1:9999")),
        (_TYPING, "http://127.0.0.1:9999/twilio", "http://127.0.0.1:9999/twilio/v2/Indicators/Typing.json"),
        (_TYPING, "https://twilio.example.com", "https://twilio.example.com/v2/Indicators/Typing.json"),
    ],
)
def test_a_region_has_hosts_of_its_own_and_a_stand_in_is_all_of_them(url: str, base: str, wanted: str) -> None:
    assert rebase(url, base) == wanted


@pytest.mark.parametrize(
    ("host", "is_twilio"),
    [
        ("api.twilio.com", True),
        ("api.dublin.ie1.twilio.com", True),
        ("api.twilio.com.example.com", False),
        ("apixtwilio.com", False),
        ("messaging.twilio.com", False),
        ("127.0.0.1", False),
    ],
)
def test_only_twilio_s_api_is_twilio_s_api(host: str, is_twilio: bool) -> None:
    assert is_api_host(host) is is_twilio
