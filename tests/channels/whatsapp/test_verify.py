"""The signature, held against Twilio's own validator."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels.base import Account, InboundRequest
from channels.whatsapp.verify import verify_signature
from models.errors import VerificationError
from tests.channels.whatsapp.conftest import BASE, DOOR, signed_request
from tests.standins.twilio import ACCOUNT_SID, AUTH_TOKEN, NUMBER

_FORM = {"AccountSid": ACCOUNT_SID, "Body": " Olá, ção 👍 ", "From": "whatsapp:+5511987654321", "Empty": ""}
_ACCOUNT = Account("whatsapp", "default", NUMBER, {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}, BASE)


def _refused(account: Account, request: InboundRequest) -> bool:
    try:
        verify_signature(account, request)
    except VerificationError:
        return True
    return False


def test_a_form_signed_by_twilio_passes() -> None:
    verify_signature(_ACCOUNT, signed_request(_FORM))


@pytest.mark.parametrize(
    "target", [f"{DOOR}?x=%C3%A7", f"{DOOR}?y=%7Ba%7D&z", "/webhooks/whatsapp/caf%C3%A9", f"{DOOR}?"]
)
def test_escapes_in_the_url_are_signed_as_they_were_sent(target: str) -> None:
    verify_signature(_ACCOUNT, signed_request(_FORM, target=target))


@pytest.mark.parametrize(
    ("base", "signed"),
    [
        ("https://bot.example.com", "https://bot.example.com:443"),
        ("https://bot.example.com:443", "https://bot.example.com"),
        ("https://bot.example.com:8443", "https://bot.example.com:8443"),
        ("https://bot.example.com:8443", "https://bot.example.com"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.0.0.1:8000", "http://localhost:8000"),
        ("http://localhost:8000", "http://127.0.0.1:8000"),
        ("http://bot.example.com", "http://bot.example.com:80"),
        ("https://example.com/recado", "https://example.com/recado"),
    ],
)
def test_the_port_may_be_in_the_signed_url_or_not(base: str, signed: str) -> None:
    verify_signature(replace(_ACCOUNT, public_base_url=base), signed_request(_FORM, url=signed + DOOR))


@pytest.mark.parametrize("port", ["", ":8443"])
@pytest.mark.parametrize("prefix", ["", "/recado", "/a/b-c_1", "/caf%C3%A9"])
@pytest.mark.parametrize(
    "target",
    [DOOR, f"{DOOR}/", f"{DOOR}?x=%C3%A7", f"{DOOR}?y=%7B%22a%22%3A1%7D", f"{DOOR}?x=%c3%a7", f"{DOOR}?a=b+c&a=b%20c"],
)
def test_escapes_ports_and_path_prefixes_together_are_signed_as_they_are(port: str, prefix: str, target: str) -> None:
    base = f"https://bot.example.com{port}{prefix}"
    account = replace(_ACCOUNT, public_base_url=base)
    request = signed_request(_FORM, target=target, url=base + target)
    verify_signature(account, request)
    for other in (target.upper(), f"/x{target}", f"{target}#f"):
        assert _refused(account, replace(request, target=other))


@pytest.mark.parametrize(("one", "other"), [("%C3%A7", "ç"), ("%7B", "{"), ("%C3%A7", "%c3%a7"), ("%20", "+")])
def test_two_spellings_of_one_url_are_two_urls_to_the_signature(one: str, other: str) -> None:
    request = signed_request(_FORM, target=f"{DOOR}?x={one}")
    verify_signature(_ACCOUNT, request)
    assert _refused(_ACCOUNT, replace(request, target=f"{DOOR}?x={other}"))


@pytest.mark.parametrize(
    "url",
    [
        f"http://bot.example.com{DOOR}",
        f"https://evil.example.com{DOOR}",
        f"https://bot.example.com:444{DOOR}",
        f"{BASE}{DOOR}/",
        f"{BASE}{DOOR}?a=1",
    ],
)
def test_a_signature_over_another_url_is_refused(url: str) -> None:
    assert _refused(_ACCOUNT, signed_request(_FORM, url=url))


def test_a_changed_parameter_is_refused() -> None:
    request = signed_request(_FORM)
    assert _refused(_ACCOUNT, replace(request, body=request.body.replace(b"5511987654321", b"5511987654322")))


def test_every_secret_of_a_rotation_is_accepted_and_no_other() -> None:
    account = replace(_ACCOUNT, credentials={"auth_token": "new-token, old-token"})
    verify_signature(account, signed_request(_FORM, token="new-token"))
    verify_signature(account, signed_request(_FORM, token="old-token"))
    assert _refused(account, signed_request(_FORM, token="new-token, old-token"))
    assert _refused(account, signed_request(_FORM, token=""))


def test_a_shared_key_signs_with_sha256_when_the_header_says_so() -> None:
    account = replace(_ACCOUNT, credentials={**_ACCOUNT.credentials, "shared_key": "shared", "shared_key_id": "wk_1"})
    settings = "key=wk_1,algorithm=HMAC_SHA256"
    verify_signature(account, signed_request(_FORM, token="shared", algorithm="HMAC_SHA256", settings=settings))
    assert _refused(account, signed_request(_FORM, token="shared", algorithm="HMAC_SHA256"))
    assert _refused(account, signed_request(_FORM, algorithm="HMAC_SHA256", settings=settings))
    other = "key=wk_2,algorithm=HMAC_SHA256"
    assert _refused(account, signed_request(_FORM, token="shared", algorithm="HMAC_SHA256", settings=other))


def test_an_account_without_a_shared_key_refuses_that_scheme() -> None:
    settings = "key=wk_1,algorithm=HMAC_SHA256"
    assert _refused(_ACCOUNT, signed_request(_FORM, token="", algorithm="HMAC_SHA256", settings=settings))


@pytest.mark.parametrize("settings", ["algorithm=NONE", "algorithm=HMAC_MD5", "key=a,algorithm=SHA512"])
def test_an_unknown_algorithm_is_refused(settings: str) -> None:
    assert _refused(_ACCOUNT, signed_request(_FORM, settings=settings))


def test_without_credentials_everything_is_refused() -> None:
    assert _refused(replace(_ACCOUNT, credentials={}), signed_request(_FORM, token=""))
    assert _refused(replace(_ACCOUNT, credentials={"auth_token": " , "}), signed_request(_FORM, token=""))


def test_without_a_public_url_everything_is_refused() -> None:
    assert _refused(replace(_ACCOUNT, public_base_url=""), signed_request(_FORM, url=DOOR))


def _foreign(signature: str) -> InboundRequest:
    request = signed_request(_FORM)
    return replace(request, headers={**request.headers, "x-twilio-signature": signature})


@pytest.mark.parametrize(
    "signature",
    [
        "",
        " ",
        "x",
        "ção",
        "=" * 28,
        "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "A" * 100_000,
        "\x00",
        signed_request(_FORM, token="another").headers["x-twilio-signature"],
        signed_request({**_FORM, "Body": "outra"}).headers["x-twilio-signature"],
        signed_request(_FORM).headers["x-twilio-signature"].swapcase(),
        signed_request(_FORM).headers["x-twilio-signature"] + " ",
        signed_request(_FORM).headers["x-twilio-signature"].rstrip("="),
        signed_request(_FORM, algorithm="HMAC_SHA256").headers["x-twilio-signature"],
        hashlib.sha1(BASE.encode()).hexdigest(),
    ],
    ids=range(15),
)
def test_a_foreign_signature_is_refused(signature: str) -> None:
    assert _refused(_ACCOUNT, _foreign(signature))


def test_a_signature_of_another_account_on_the_same_host_is_refused() -> None:
    other = replace(_ACCOUNT, name="second", credentials={"account_sid": "AC" + "2" * 32, "auth_token": "second"})
    assert _refused(other, signed_request(_FORM))
    assert _refused(_ACCOUNT, signed_request(_FORM, token="second"))


def test_a_signature_of_a_status_callback_does_not_open_the_door_for_messages() -> None:
    status = signed_request(_FORM, target=f"{DOOR}/status/0193b6c7-0000-7000-8000-000000000001")
    verify_signature(_ACCOUNT, status)
    assert _refused(_ACCOUNT, replace(status, target=DOOR))


def test_a_missing_signature_is_refused() -> None:
    request = signed_request(_FORM)
    assert _refused(_ACCOUNT, replace(request, headers={"content-type": request.headers["content-type"]}))


def test_a_json_body_passes_only_with_its_hash_in_the_signed_url() -> None:
    body = b'{"a": "\xc3\xa7"}'
    target = f"{DOOR}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"content-type": "application/json", "x-twilio-signature": _sign_url(BASE + target)}
    verify_signature(_ACCOUNT, InboundRequest("default", "POST", target, headers, body))
    assert _refused(_ACCOUNT, InboundRequest("default", "POST", target, headers, b'{"a": 1}'))
    bare = {"content-type": "application/json", "x-twilio-signature": _sign_url(BASE + DOOR)}
    assert _refused(_ACCOUNT, InboundRequest("default", "POST", DOOR, bare, body))
    assert _refused(_ACCOUNT, InboundRequest("default", "POST", DOOR, bare, b""))


def test_a_body_that_cannot_be_read_is_refused() -> None:
    request = signed_request(_FORM)
    assert _refused(_ACCOUNT, replace(request, body=b"Body=%ff"))
    assert _refused(_ACCOUNT, replace(request, body=b"Body=\xff"))
    assert _refused(_ACCOUNT, replace(request, body=b"a=" + b"x" * 70_000))
    assert _refused(_ACCOUNT, replace(request, body=b"&".join(b"p%d=" % n for n in range(300))))


def _sign_url(url: str) -> str:
    signature: str = RequestValidator(AUTH_TOKEN).compute_signature(url, {})
    return signature


_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
_VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(deadline=None)
@given(st.dictionaries(_NAMES, _VALUES, max_size=12))
def test_whatever_twilios_library_signs_is_accepted(form: dict[str, str]) -> None:
    verify_signature(_ACCOUNT, signed_request(form))


@settings(deadline=None)
@given(
    target=st.text(max_size=60),
    signature=st.text(max_size=40),
    settings=st.text(max_size=40),
    kind=st.sampled_from(["application/x-www-form-urlencoded", "application/json", "", "text/plain"]),
    method=st.sampled_from(["POST", "GET", "PUT", ""]),
    body=st.binary(max_size=200),
    base=st.sampled_from([BASE, "", "nonsense", "http://[", "https://[::1]:8000"]),
)
def test_garbage_is_refused_and_nothing_else_happens(
    target: str, signature: str, settings: str, kind: str, method: str, body: bytes, base: str
) -> None:
    headers = {
        "content-type": kind,
        "x-twilio-signature": signature,
        "x-twilio-webhooks-signature-settings": settings,
    }
    account = replace(_ACCOUNT, public_base_url=base)
    for path in (target, "/" + target, f"/?bodySHA256={target}"):
        assert _refused(account, InboundRequest("default", method, path, headers, body))
