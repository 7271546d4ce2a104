"""One payload of every kind of event, as Twilio documents it, and what becomes of each."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from channels.base import Account
from channels.whatsapp import WhatsAppChannel
from models.inbound import InboundMedia, InboundMessage, Receipt
from tests.channels.whatsapp.conftest import BASE, DOOR, signed_request
from tests.standins.twilio import ACCOUNT_SID, AUTH_TOKEN, NUMBER

_FOLDER = Path(__file__).parents[1] / "payloads/whatsapp/twilio"
_ACCOUNT = Account("whatsapp", "default", NUMBER, {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}, BASE)
_CHANNEL = WhatsAppChannel(_ACCOUNT)
_PHONE, _USER_ID = "whatsapp:+5511987654321", "whatsapp:BR.7Hq2LmZ09xKt"
_MESSAGES: dict[str, dict[str, Any]] = {
    "text": {"text": "Quanto vendi em março? 👍\nE a Bia?"},
    "text-without-phone": {"text": "Oi", "sender": _USER_ID, "reply_to": _USER_ID},
    "text-with-user-id": {"text": "Oi", "aliases": (_USER_ID,)},
    "image": {"kind": "image"},
    "image-with-caption": {"kind": "image", "text": "Isto é o pedido da Aurora?"},
    "voice-note": {"kind": "audio"},
    "video": {"kind": "video", "text": "olha a vitrine"},
    "document": {"kind": "document", "text": "proposta-aurora.pdf"},
    "sticker": {"kind": "sticker"},
    "contact": {"kind": "contact"},
    "location": {
        "kind": "location",
        "text": "Localização: Cliente Aurora, Av. Paulista, 1578 - São Paulo, SP (-23.561414, -46.655881)",
    },
    "location-bare": {"kind": "location", "text": "Localização: -23.561414, -46.655881"},
    "button-reply": {"text": "Sim, confirmar", "quotes": "MM" + "5c" * 16},
    "list-reply": {"text": "Filial Sul", "quotes": "SM" + "5d" * 16},
    "quoted-reply": {"text": "e no mês anterior?", "quotes": "SM" + "5e" * 16},
    "forwarded": {"text": "Promoção: 30% em tudo até sexta", "is_forwarded": True},
    "frequently-forwarded": {"text": "Repasse a todos os contatos", "is_forwarded": True},
    "ad-referral": {"text": "Olá! Quero saber mais"},
    "reaction": {
        "kind": "reaction",
        "text": "👍",
        "quotes": "SM" + "5f" * 16,
        "unanswerable": "a reaction to an earlier message",
    },
    "call-permission": {
        "kind": "call_permission",
        "unanswerable": "an answer to a request to call, not a message",
    },
    "empty": {"kind": "empty"},
    "unsupported": {"kind": "poll"},
    "new-parameter": {"text": "Oi"},
}
_RECEIPTS = {
    "status-delivered": ("delivered", ""),
    "status-read": ("read", ""),
    "status-failed-window-closed": ("undelivered", "63016"),
}
_FILES = {
    "image": "image/jpeg",
    "image-with-caption": "image/png",
    "voice-note": "audio/ogg",
    "video": "video/mp4",
    "document": "application/pdf",
    "sticker": "image/webp",
    "contact": "text/vcard",
}


def _form(name: str) -> dict[str, str]:
    return dict(parse_qsl((_FOLDER / f"{name}.form").read_text(), keep_blank_values=True, strict_parsing=True))


def _read(name: str, target: str = DOOR) -> InboundMessage | Receipt:
    """Through the signature, as the door does it."""
    request = signed_request(_form(name), target=target)
    request = replace(request, body=(_FOLDER / f"{name}.form").read_bytes())
    _CHANNEL.verify(request)
    [found] = _CHANNEL.parse(request)
    return found


def _message(name: str) -> InboundMessage:
    found = _read(name)
    assert isinstance(found, InboundMessage)
    return found


def test_every_payload_has_its_expectation_and_the_reverse() -> None:
    assert {path.stem for path in _FOLDER.iterdir()} == set(_MESSAGES) | set(_RECEIPTS)


@pytest.mark.parametrize("name", _MESSAGES)
def test_a_payload_becomes_what_the_person_said(name: str) -> None:
    message, wanted = _message(name), _MESSAGES[name]
    usual = InboundMessage(_form(name)["MessageSid"], _PHONE, "", reply_to=_PHONE, sender_name="Ana Souza")
    assert replace(message, extra={}, media=()) == replace(usual, **wanted)


@pytest.mark.parametrize("name", _MESSAGES)
def test_only_messages_with_files_have_files(name: str) -> None:
    message, form = _message(name), _form(name)
    document = "proposta-aurora.pdf" if name == "document" else ""
    wanted = (InboundMedia(_FILES[name], document, form["MediaUrl0"]),) if name in _FILES else ()
    assert message.media == wanted


def test_what_came_of_an_advertisement_is_kept_under_one_key() -> None:
    extra = _message("ad-referral").extra
    assert extra["referral"] == {name: value for name, value in _form("ad-referral").items() if "Referral" in name}
    assert not [name for name in extra if name.startswith("Referral")]
    assert "referral" not in _message("text").extra, "every message says ReferralNumMedia=0"


def test_the_payload_behind_a_button_and_a_line_of_a_list_is_kept() -> None:
    assert _message("button-reply").extra["ButtonPayload"] == 'confirmar:{"pedido":4711}'
    assert _message("list-reply").extra["ListId"] == "filial-sul"


def test_the_figures_of_a_place_are_kept() -> None:
    extra = _message("location").extra
    assert (extra["Latitude"], extra["Longitude"]) == ("-23.561414", "-46.655881")


def test_parameters_of_tomorrow_are_kept() -> None:
    extra = _message("new-parameter").extra
    assert (extra["SomethingNew"], extra["AnotherNew"]) == ("ção, 2027", "")


@pytest.mark.parametrize("name", _RECEIPTS)
def test_a_status_becomes_a_receipt_of_our_part(name: str) -> None:
    part = "0193b6c7-0000-7000-8000-000000000001"
    receipt = _read(name, f"{DOOR}/status/{part}")
    assert isinstance(receipt, Receipt)
    assert (receipt.status, receipt.error_code, str(receipt.part_id)) == (*_RECEIPTS[name], part)
    assert receipt.external_id == _form(name)["MessageSid"]
