"""The requests that Twilio makes, signed by Twilio's own library: inbound messages and status callbacks."""

import itertools
import os
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from twilio.request_validator import RequestValidator

_direct = build_opener(ProxyHandler({}))  # loopback is never reached through a proxy
_numbers = itertools.count(int.from_bytes(os.urandom(8), "big"))


def sign(url: str, params: Mapping[str, str], token: str, algorithm: str = "HMAC_SHA1") -> str:
    """The X-Twilio-Signature of a form posted to that URL."""
    signature: str = RequestValidator(token).compute_signature(url, dict(params), algorithm)
    return signature


def inbound_form(account_sid: str, to: str, body: str, sender: str, **extra: str) -> dict[str, str]:
    """The form of a WhatsApp text, with a MessageSid of its own; `extra` adds parameters or replaces them."""
    sid = f"SM{next(_numbers) % 2**128:032x}"
    return {
        "AccountSid": account_sid,
        "ApiVersion": "2010-04-01",
        "Body": body,
        "From": sender,
        "MessageSid": sid,
        "MessageType": "text",
        "NumMedia": "0",
        "NumSegments": "1",
        "ProfileName": "Ana Souza",
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "To": to,
        "WaId": sender.removeprefix("whatsapp:+"),
        **extra,
    }


def status_form(message: Any, status: str, error_code: str = "") -> dict[str, str]:
    """The form of a status callback about a message of the history."""
    form = {
        "AccountSid": message.account_sid,
        "ApiVersion": "2010-04-01",
        "ChannelPrefix": "whatsapp",
        "From": message.sender,
        "MessageSid": message.sid,
        "MessageStatus": status,
        "SmsSid": message.sid,
        "SmsStatus": status,
        "To": message.to,
    }
    return form | ({"ErrorCode": error_code, "ErrorMessage": ""} if error_code else {})


def post_form(url: str, form: Mapping[str, str], token: str, *, signed_url: str = "", timeout: float = 15.0) -> int:
    """Posts the signed form and tells the HTTP status; `signed_url` where the public URL is another than `url`."""
    request = Request(
        url,
        data=urlencode(form).encode(),
        headers={
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": sign(signed_url or url, form, token),
        },
    )
    try:
        with _direct.open(request, timeout=timeout) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code
