"""One specimen per channel: an account, requests as its platform makes them, and requests that it never made.

A new channel adds its builder here; without one the contract suite fails.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from channels.base import Account, InboundRequest
from tests.channels.email.providers.posting import MAILBOX, basic, payload, postmark_request
from tests.channels.email.providers.posting import SECRET as EMAIL_SECRET
from tests.channels.whatsapp.conftest import BASE, signed_request
from tests.standins.crm_webhooks import SECRET, message_payload, signed_webhook, standard_headers
from tests.standins.twilio import ACCOUNT_SID, AUTH_TOKEN, NUMBER
from tests.standins.twilio_webhooks import inbound_form


@dataclass(frozen=True)
class Specimen:
    """`unreadable` is genuine but makes no sense; `forged` is empty where the door authenticates the caller."""

    account: Account
    message: InboundRequest
    unreadable: InboundRequest
    to: str
    forged: tuple[InboundRequest, ...] = field(default=())
    receipt: InboundRequest | None = None
    door_authenticates: bool = False
    unreachable: Account | None = None  # the account with nobody listening where it sends to


def _chat() -> Specimen:
    body = json.dumps({"user_id": "ana", "message": "Quanto vendi?"}).encode()
    headers = {"content-type": "application/json", "idempotency-key": "k-1"}
    request = InboundRequest("chat", "POST", "/chat", headers, body)
    return Specimen(
        account=Account("chat", "chat"),
        message=request,
        unreadable=replace(request, body=b"[" * 100_000),
        to="ana",
        door_authenticates=True,
    )


def _whatsapp() -> Specimen:
    credentials = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}
    account = Account("whatsapp", "default", NUMBER, credentials, BASE)
    form = inbound_form(ACCOUNT_SID, NUMBER, "Quanto vendi?", "whatsapp:+5511987654321")
    message = signed_request(form)
    status = {"AccountSid": ACCOUNT_SID, "MessageSid": form["MessageSid"], "MessageStatus": "read"}
    path = "/webhooks/whatsapp/default/status/0193b6c7-0000-7000-8000-000000000001"
    unsigned = {"content-type": message.headers["content-type"]}
    return Specimen(
        account=account,
        message=message,
        unreadable=signed_request({"AccountSid": ACCOUNT_SID}),
        to="whatsapp:+5511987654321",
        forged=(
            replace(message, headers=unsigned),
            replace(message, headers={**unsigned, "x-twilio-signature": ""}),
            replace(message, headers={**unsigned, "x-twilio-signature": "ção"}),
            replace(message, body=message.body + b"&Body=mais"),
            replace(message, target="/webhooks/whatsapp/other"),
            signed_request(form, token="another-token"),
        ),
        receipt=signed_request(status, target=path),
        unreachable=replace(account, credentials={**credentials, "api_base_url": "http://127.0.0.1:1"}),
    )


def _crm() -> Specimen:
    credentials = {
        "preset": "generic",
        "webhook_secret": SECRET,
        "api_token": "token",
        "api_base_url": "https://crm.example.com",
    }
    account = Account("crm", "default", "", credentials, BASE)
    message = signed_webhook(message_payload("Quanto vendi?"))
    echo = message_payload("Nada.\n\nref: r_0193b6c7-0000-7000-8000-000000000001", sender="recado")
    stale = standard_headers(message.body, stamp=1_700_000_000)
    return Specimen(
        account=account,
        message=message,
        unreadable=signed_webhook(b"[" * 100_000),
        to="ana@padaria.example",
        forged=(
            replace(message, headers={"content-type": "application/json"}),
            replace(message, headers={**message.headers, "webhook-signature": ""}),
            replace(message, headers={**message.headers, "webhook-signature": "ção v1 v1,ção v1,"}),
            replace(message, headers={**message.headers, "webhook-id": "msg_2"}),
            replace(message, headers=stale),
            replace(message, body=message.body + b" "),
            signed_webhook(message_payload("Quanto vendi?"), key=b"another key of two dozen bytes"),
        ),
        receipt=signed_webhook(echo),
        unreachable=replace(
            account,
            credentials={**credentials, "api_base_url": "http://127.0.0.1:1", "allow_insecure_hosts": "127.0.0.1"},
        ),
    )


def _email() -> Specimen:
    """Through Postmark, whose proof is no matter of time; the other providers have tests of their own."""
    credentials = {"provider": "postmark", "webhook_secret": EMAIL_SECRET, "smtp_url": "smtp://127.0.0.1:1"}
    account = Account("email", "default", MAILBOX, credentials, BASE)
    message = postmark_request()
    bounce = payload("raw/bounce.eml").decode().replace("@recado.aurora.example", "@recado.entrada.aurora.example")
    return Specimen(
        account=account,
        message=message,
        unreadable=postmark_request(Headers=None),
        to="ana.souza@aurora.example",
        forged=(
            replace(message, headers={"content-type": "application/json"}),
            postmark_request(authorization=basic("another")),
            postmark_request(authorization=basic("")),
            postmark_request(authorization=f"Bearer {EMAIL_SECRET}"),
            postmark_request(authorization="Basic ção"),
        ),
        receipt=postmark_request(RawEmail=bounce),
        unreachable=account,
    )


SPECIMENS: dict[str, Callable[[], Specimen]] = {"chat": _chat, "crm": _crm, "email": _email, "whatsapp": _whatsapp}
