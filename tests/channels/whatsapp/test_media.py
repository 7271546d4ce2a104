"""Files are fetched from few places, within bounds, and nobody but Twilio's API sees the credentials."""

import ssl
from dataclasses import replace
from typing import Any

import pytest

from channels.base import Account
from channels.whatsapp import WhatsAppChannel
from channels.whatsapp.media import MAX_BYTES, Patience, fetch_media
from models.errors import DeliveryError
from models.inbound import InboundMedia, InboundMessage
from tests.channels.whatsapp.conftest import signed_request
from tests.standins.twilio import ACCOUNT_SID, StandInTwilio

_OGG = b"OggS\0\x02" + b"\0" * 22 + b"\x01\x13OpusHead" + b"\x01" * 500
_FILE = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/MM{'a' * 32}/Media/ME{'b' * 32}"


@pytest.fixture
def local(account: Account, twilio: StandInTwilio) -> Account:
    return replace(account, credentials={**account.credentials, "api_base_url": twilio.url})


def _refusal(account: Account, media: InboundMedia, **patience: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        fetch_media(account, media, Patience(**patience))
    return caught.value


def _host(twilio: StandInTwilio, content: bytes = _OGG, kind: str = "audio/ogg", **changes: Any) -> InboundMedia:
    return InboundMedia(kind, url=twilio.host_file(content, kind, **changes).url)


def test_a_voice_note_is_fetched_as_its_webhook_names_it(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    form = twilio.receive("", files=[twilio.host_file(_OGG, "audio/ogg")])
    [message] = channel.parse(signed_request(form))
    assert isinstance(message, InboundMessage)
    assert message.kind == "audio"
    fetched = channel.fetch(message.media[0])
    assert (fetched.content, fetched.content_type) == (_OGG, "audio/ogg")


def test_the_content_network_sees_neither_credentials_nor_cookies(local: Account, twilio: StandInTwilio) -> None:
    fetch_media(local, _host(twilio), Patience())
    assert [path for _, path, _ in twilio.requests]
    assert twilio.history.leaks == []


def test_the_authorities_to_believe_are_read_once(
    local: Account, twilio: StandInTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch_media(local, _host(twilio), Patience())
    monkeypatch.setattr(ssl.SSLContext, "__new__", None)  # whoever reads them again fails
    assert fetch_media(local, _host(twilio), Patience()).content == _OGG


def test_the_type_is_that_of_the_bytes(local: Account, twilio: StandInTwilio) -> None:
    media = _host(twilio, b"\x89PNG\r\n\x1a\n\0\0", "audio/ogg")
    assert fetch_media(local, media, Patience()).content_type == "image/png"


def test_a_url_of_twilio_s_own_host_is_asked_of_the_configured_one(local: Account, twilio: StandInTwilio) -> None:
    file = twilio.host_file(_OGG, "audio/ogg")
    url = file.url.replace(twilio.url, "https://api.twilio.com")
    assert fetch_media(local, InboundMedia("audio/ogg", url=url), Patience()).content == _OGG


def test_a_file_that_lags_behind_its_message_may_be_asked_for_again(local: Account, twilio: StandInTwilio) -> None:
    media = _host(twilio, misses=1)
    assert not _refusal(local, media).permanent
    assert fetch_media(local, media, Patience()).content == _OGG


def test_an_empty_file_is_not_there_yet(local: Account, twilio: StandInTwilio) -> None:
    assert not _refusal(local, _host(twilio, b"")).permanent


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(401, True), (403, True), (404, False), (409, False), (410, True), (429, False), (500, False), (503, False)],
)
def test_an_answer_other_than_the_file_says_whether_to_ask_again(
    local: Account, twilio: StandInTwilio, status: int, permanent: bool
) -> None:
    assert _refusal(local, _host(twilio, status=status)).permanent is permanent


def test_wrong_credentials_are_for_good(local: Account, twilio: StandInTwilio) -> None:
    wrong = replace(local, credentials={**local.credentials, "auth_token": "wrong"})
    assert _refusal(wrong, _host(twilio)).permanent


def test_a_file_at_the_limit_is_taken_and_a_larger_one_is_not(local: Account, twilio: StandInTwilio) -> None:
    assert len(fetch_media(local, _host(twilio, _OGG.ljust(MAX_BYTES, b"\1")), Patience()).content) == MAX_BYTES
    refusal = _refusal(local, _host(twilio, _OGG.ljust(MAX_BYTES + 1, b"\1")))
    assert (refusal.permanent, "16 MB" in str(refusal)) == (True, True)


def test_a_host_that_trickles_is_given_up_and_may_be_asked_again(local: Account, twilio: StandInTwilio) -> None:
    assert not _refusal(local, _host(twilio, pause=0.15), total=0.2).permanent


def test_a_host_that_says_nothing_is_given_up_and_may_be_asked_again(local: Account, twilio: StandInTwilio) -> None:
    assert not _refusal(local, _host(twilio, pause=5.0), read=0.1).permanent


def test_twilio_out_of_reach_may_be_asked_again(local: Account, twilio: StandInTwilio) -> None:
    media = _host(twilio)
    with twilio.refusing():
        assert not _refusal(local, media).permanent


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example.com/file",
        "https://twiliocdn.com.evil.example.com/file",
        "https://eviltwiliocdn.com/file",
        "http://mms.twiliocdn.com/file",
        "https://mms.twiliocdn.com:8443/file",
        "https://user@mms.twiliocdn.com/file",
        "https://s3-external-1.amazonaws.com/somebody-else/file",
        "http://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/file",
        "file:///etc/passwd",
        "https://[::1",
        "http://127.0.0.1:x/",
        "",
    ],
)
def test_a_redirect_elsewhere_is_not_followed(local: Account, twilio: StandInTwilio, location: str) -> None:
    media = _host(twilio, location=location)
    refusal = _refusal(local, media)
    assert refusal.permanent
    assert "evil" not in str(refusal), "what is logged must not be the stranger's choice"


def test_redirects_end_somewhere(local: Account, twilio: StandInTwilio) -> None:
    file = twilio.host_file(_OGG, "audio/ogg")
    file.location = file.url
    assert _refusal(local, InboundMedia("audio/ogg", url=file.url)).permanent
    assert len(twilio.requests) == 3


@pytest.mark.parametrize(
    "path",
    [
        f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json",
        f"/2010-04-01/Accounts/{ACCOUNT_SID}.json",
        _FILE + "/../../../../Messages.json",
        _FILE + ".json",
        _FILE.replace("AC1", "AC2"),
        "/v2/Indicators/Typing.json",
    ],
)
def test_a_forged_url_reads_nothing_else_of_the_account(local: Account, twilio: StandInTwilio, path: str) -> None:
    assert _refusal(local, InboundMedia("text/plain", url=twilio.url + path)).permanent
    assert twilio.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "no url",
        "http://api.twilio.com" + _FILE,
        "https://evil.example.com" + _FILE,
        "https://api.twilio.com.evil.example.com" + _FILE,
        "http://127.0.0.1:9/file",
        "http://localhost:9/file",
        "https://api.twilio.com@127.0.0.1:9" + _FILE,
    ],
)
def test_only_twilio_s_hosts_are_asked(account: Account, url: str) -> None:
    assert _refusal(account, InboundMedia("image/png", url=url)).permanent
