"""Twilio's forms become values, and whatever the signature alone would let through is refused."""

from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import Account, InboundRequest
from channels.whatsapp.parse import parse_request
from channels.whatsapp.verify import verify_signature
from models.errors import ChannelError, PayloadError
from models.inbound import InboundMessage, Receipt
from tests.channels.whatsapp.conftest import BASE, DOOR, signed_request
from tests.standins.twilio import ACCOUNT_SID, AUTH_TOKEN, NUMBER
from tests.standins.twilio_webhooks import inbound_form, sign

_ACCOUNT = Account("whatsapp", "default", NUMBER, {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}, BASE)
_SENDER = "whatsapp:+5511987654321"


def _message(body: str = "Oi", sender: str = _SENDER, **extra: str) -> InboundMessage:
    [message] = parse_request(_ACCOUNT, signed_request(inbound_form(ACCOUNT_SID, NUMBER, body, sender, **extra)))
    assert isinstance(message, InboundMessage)
    return message


def _receipt(part: object = "", **form: str) -> Receipt:
    fields = {
        "AccountSid": ACCOUNT_SID,
        "MessageSid": "SM" + "a" * 32,
        "MessageStatus": "delivered",
        "From": NUMBER,
        "To": _SENDER,
        **form,
    }
    target = f"{DOOR}/status/{part}" if part else DOOR
    [receipt] = parse_request(_ACCOUNT, signed_request(fields, target=target))
    assert isinstance(receipt, Receipt)
    return receipt


def _refusal(form: dict[str, str], target: str = DOOR) -> str:
    with pytest.raises(PayloadError) as caught:
        parse_request(_ACCOUNT, signed_request(form, target=target))
    return str(caught.value)


def test_a_text_keeps_its_words_sender_and_id() -> None:
    form = inbound_form(ACCOUNT_SID, NUMBER, " Quanto vendi? \n👍", _SENDER)
    [message] = parse_request(_ACCOUNT, signed_request(form))
    assert message == InboundMessage(
        external_id=form["MessageSid"],
        sender=_SENDER,
        text=" Quanto vendi? \n👍",
        sender_name="Ana Souza",
        reply_to=_SENDER,
        extra={
            "MessageType": "text",
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsStatus": "received",
            "WaId": "5511987654321",
        },
    )


def test_parameters_that_nobody_knows_yet_are_kept() -> None:
    assert _message(ReferralCtwaClid="abc", BrandNew="1").extra["BrandNew"] == "1"


def test_a_call_of_the_fallback_url_is_the_same_message() -> None:
    form = inbound_form(ACCOUNT_SID, NUMBER, "Oi", _SENDER)
    again = {**form, "ErrorCode": "11200", "ErrorUrl": BASE + DOOR}
    [first], [second] = (parse_request(_ACCOUNT, signed_request(f)) for f in (form, again))
    assert isinstance(first, InboundMessage)
    assert isinstance(second, InboundMessage)
    assert (first.external_id, first.text) == (second.external_id, second.text)


def test_a_brazilian_without_the_ninth_digit_is_the_same_person_and_the_given_spelling_an_alias() -> None:
    message = _message(sender="whatsapp:+551187654321")
    assert message.sender == _SENDER
    assert message.aliases == ("whatsapp:+551187654321",)
    assert message.reply_to == "whatsapp:+551187654321"


def test_the_business_scoped_id_is_an_alias_of_the_phone() -> None:
    assert _message(ExternalUserId="whatsapp:BR.12345").aliases == ("whatsapp:BR.12345",)


def test_a_sender_without_a_phone_number_is_known_by_the_business_scoped_id() -> None:
    message = _message(sender="whatsapp:BR.12345", ExternalUserId="whatsapp:BR.12345", WaId="")
    assert (message.sender, message.aliases) == ("whatsapp:BR.12345", ())


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, "text"),
        ({"MessageType": ""}, "text"),
        ({"MessageType": "button", "ButtonPayload": "yes"}, "text"),
        ({"MessageType": "image", "NumMedia": "1", "MediaContentType0": "image/jpeg"}, "image"),
        ({"MessageType": "", "NumMedia": "1", "MediaContentType0": "audio/ogg"}, "audio"),
        ({"MessageType": "text", "NumMedia": "1"}, "media"),
        ({"MessageType": "audio", "NumMedia": "1", "Body": ""}, "audio"),
        ({"MessageType": "contacts", "Body": ""}, "contact"),
        ({"MessageType": "", "Latitude": "-23.5", "Longitude": "-46.6", "Body": ""}, "location"),
        ({"MessageType": "<script>", "Body": ""}, "unknown"),
        ({"Body": "  "}, "empty"),
        ({"Body": "VOICE_CALL_REQUEST", "ButtonPayload": "ACCEPTED", "MessageType": "interactive"}, "call_permission"),
    ],
)
def test_the_kind_tells_words_from_everything_else(fields: dict[str, str], kind: str) -> None:
    message = _message(**fields)
    assert message.kind == kind
    assert all(message.extra[name] == value for name, value in fields.items() if name != "Body")


@pytest.mark.parametrize(("told", "opting"), [("STOP", "out"), ("START", "in"), ("HELP", None), ("stop", None)])
def test_what_twilio_heeded_of_opting_out_is_told(told: str, opting: str | None) -> None:
    assert _message("CHEGA", OptOutType=told).extra.get("opting") == opting
    assert "opting" not in _message("CHEGA", opting="out").extra


def test_a_receipt_carries_our_part_and_twilios_word() -> None:
    part = uuid4()
    receipt = _receipt(part, MessageStatus="Undelivered", ErrorCode="63016")
    assert (receipt.part_id, receipt.status, receipt.error_code) == (part, "undelivered", "63016")
    assert receipt.external_id == "SM" + "a" * 32
    assert receipt.extra == {"From": NUMBER, "To": _SENDER}


def test_a_status_posted_to_the_door_for_messages_is_a_receipt_without_a_part() -> None:
    assert _receipt(SmsStatus="delivered").part_id is None


@pytest.mark.parametrize("part", ["", "x", "not-a-part", str(UUID(int=1)).upper().replace("0", "A"), "1/2"])
def test_a_status_path_without_a_part_is_refused(part: str) -> None:
    form = {"AccountSid": ACCOUNT_SID, "MessageSid": "SM" + "a" * 32, "Unexpected": "x"}
    assert _refusal(form, f"{DOOR}/status/{part}")


def _form(**changed: str | None) -> dict[str, str]:
    form = inbound_form(ACCOUNT_SID, NUMBER, "Oi", _SENDER)
    return {name: value for name, value in {**form, **changed}.items() if value is not None}


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (_form(AccountSid="AC" + "2" * 32), "AccountSid"),
        (_form(AccountSid=None), "AccountSid"),
        (_form(MessageSid=None), "MessageSid"),
        (_form(MessageSid="SM" + "A" * 32), "MessageSid"),
        (_form(MessageSid="SM" + "a" * 33), "MessageSid"),
        (_form(SmsSid="SM" + "b" * 32), "SmsSid"),
        (_form(SmsMessageSid="SM" + "b" * 32), "SmsMessageSid"),
        (_form(To="whatsapp:+14155550000"), "To"),
        (_form(To=None), "To"),
        (_form(From=None), "From"),
        (_form(From="+5511987654321"), "From"),
        (_form(From="whatsapp:+5511987654321x"), "From"),
        (_form(From="whatsapp:BR.1;DROP"), "From"),
        (_form(From="whatsapp:+5511900000000"), "WaId"),
        (_form(Body=None), "Body"),
        (_form(Body="a\x00b"), "Body"),
        ({}, "AccountSid"),
    ],
)
def test_a_field_that_breaks_its_grammar_is_named(form: dict[str, str], field: str) -> None:
    assert field in _refusal(form)


def test_a_repeated_parameter_is_refused() -> None:
    request = signed_request(_form())
    with pytest.raises(PayloadError, match="MessageSid: given more than once"):
        parse_request(_ACCOUNT, replace(request, body=request.body + b"&MessageSid=SM" + b"c" * 32))


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "text/plain", ""])
def test_only_forms_are_read(kind: str) -> None:
    with pytest.raises(PayloadError, match="Content-Type"):
        parse_request(_ACCOUNT, replace(signed_request(_form()), headers={"content-type": kind}))


def test_only_post_is_read() -> None:
    with pytest.raises(PayloadError, match="method"):
        parse_request(_ACCOUNT, replace(signed_request(_form()), method="GET"))


def test_bodies_over_the_caps_are_refused() -> None:
    request = signed_request(_form())
    for body in (request.body + b"&x=" + b"y" * 65_536, request.body + b"".join(b"&x%d=1" % n for n in range(200))):
        with pytest.raises(PayloadError, match="body"):
            parse_request(_ACCOUNT, replace(request, body=body))


def _shifted() -> list[list[tuple[str, str]]]:
    """Other forms with the very text that the signature of one message covers."""
    form = {**_form(), "Body": "oi"}
    sid = form["MessageSid"]
    pairs = sorted(form.items())
    without = [(n, v) for n, v in pairs if n not in ("From", "MessageSid")]
    swallowed = sorted([*without, ("From", f"{_SENDER}MessageSid{sid}")])
    nameless = sorted([(n, v) for n, v in pairs if n != "Body"] + [("Bod", "yoi")])
    doubled = [*pairs, ("MessageSid", sid)]
    shorter = sorted(
        [(n, v) for n, v in pairs if n not in ("From", "MessageSid")] + [("Fro", f"m{_SENDER}MessageSid{sid}")]
    )
    split_sid = sorted([(n, v) for n, v in pairs if n != "MessageSid"] + [("MessageSi", f"d{sid}")])
    joined_to = sorted([(n, v) for n, v in pairs if n not in ("To", "WaId")] + [("To", f"{NUMBER}WaId{form['WaId']}")])
    return [swallowed, nameless, doubled, shorter, split_sid, joined_to]


@pytest.mark.parametrize("number", range(6))
def test_a_form_rearranged_under_the_same_signature_is_refused(number: int) -> None:
    pairs = _shifted()[number]
    original = sorted((n, v) for n, v in pairs)
    signature = sign(BASE + DOOR, dict(original), AUTH_TOKEN)
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    request = InboundRequest("default", "POST", DOOR, headers, urlencode(pairs).encode())
    verify_signature(_ACCOUNT, request)
    with pytest.raises(PayloadError):
        parse_request(_ACCOUNT, request)


_URL = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/MM{'a' * 32}/Media/ME{'b' * 32}"


def _media_form() -> dict[str, str]:
    return {**_form(Body=""), "NumMedia": "1", "MediaUrl0": _URL, "MediaContentType0": "image/png"}


def _shifted_media(form: dict[str, str]) -> dict[str, dict[str, str]]:
    """The form with fields that swallowed their neighbours."""
    joined = {**form, "MediaContentType0": f"image/pngMediaUrl0{_URL}"}
    del joined["MediaUrl0"]
    swallowed = {**form, "MediaUrl0": f"{_URL}MessageSid{form['MessageSid']}"}
    del swallowed["MessageSid"]
    counted = {**form, "NumMedia": f"1NumSegments{form['NumSegments']}"}
    del counted["NumSegments"]
    return {"joined": joined, "swallowed": swallowed, "counted": counted}


@pytest.mark.parametrize("way", ["joined", "swallowed", "counted"])
def test_a_form_with_a_file_rearranged_under_the_same_signature_is_refused(way: str) -> None:
    original = _media_form()
    form = _shifted_media(original)[way]
    signature = sign(BASE + DOOR, original, AUTH_TOKEN)
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    request = InboundRequest("default", "POST", DOOR, headers, urlencode(form).encode())
    verify_signature(_ACCOUNT, request)
    with pytest.raises(PayloadError):
        parse_request(_ACCOUNT, request)


_KNOWN = st.sampled_from([*_form(), "MessageStatus", "ErrorCode", "ExternalUserId", "Latitude"])
_FORMS = st.dictionaries(_KNOWN | st.text(max_size=10), st.text(max_size=40), max_size=15)


@settings(deadline=None)
@given(
    changes=_FORMS,
    body=st.none() | st.binary(max_size=120),
    tail=st.sampled_from(["", "/status/", f"/status/{UUID(int=7)}", "?a", "/status/%00"]),
)
def test_garbage_behind_a_good_signature_is_a_payload_error_at_worst(
    changes: dict[str, str], body: bytes | None, tail: str
) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    sent = urlencode({**_form(), **changes}, errors="replace").encode() if body is None else body
    request = InboundRequest("default", "POST", DOOR + tail, headers, sent)
    try:
        found = parse_request(_ACCOUNT, request)
    except ChannelError:
        return
    assert len(found) == 1
    assert found == parse_request(_ACCOUNT, request)
