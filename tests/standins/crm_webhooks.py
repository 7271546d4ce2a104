"""Webhooks as CRMs send them: signed, with a password or with a token."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import quote

from channels.base import InboundRequest

BASE = "https://bot.example.com"
WEBHOOK = "/webhooks/crm/default"
KEY = b"an invented key of thirty-two by"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def standard_headers(
    body: bytes, *, message_id: str = "msg_1", key: bytes = KEY, stamp: int | None = None
) -> dict[str, str]:
    """The three headers of Standard Webhooks, and the content type."""
    at = str(int(time.time()) if stamp is None else stamp)
    mac = hmac.digest(key, f"{message_id}.{at}.".encode() + body, "sha256")
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": at,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def hubspot_headers(body: bytes, url: str, *, secret: str, stamp: int, method: str = "POST") -> dict[str, str]:
    """HubSpot's version 3, over the URL as HubSpot spells it."""
    mac = hmac.new(secret.encode(), f"{method}{url}".encode() + body + str(stamp).encode(), hashlib.sha256)
    return {
        "content-type": "application/json",
        "x-hubspot-signature-v3": base64.b64encode(mac.digest()).decode(),
        "x-hubspot-request-timestamp": str(stamp),
    }


def basic_headers(user_and_password: str) -> dict[str, str]:
    return {
        "content-type": "application/json",
        "authorization": "Basic " + base64.b64encode(user_and_password.encode()).decode(),
    }


def token_target(token: str) -> str:
    return f"{WEBHOOK}?token={quote(token, safe='')}"


def signed_webhook(payload: Any, *, message_id: str = "msg_1", key: bytes = KEY) -> InboundRequest:
    """A generic CRM's webhook, signed this very second. Bytes are sent as they are."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
    return InboundRequest("default", "POST", WEBHOOK, standard_headers(body, message_id=message_id, key=key), body)


def message_payload(text: str, *, sender: str = "ana@padaria.example", thread: str = "deal/42") -> dict[str, Any]:
    """What a generic CRM says when somebody wrote."""
    return {
        "type": "message.created",
        "timestamp": "2026-11-20T12:30:00Z",
        "data": {"text": text, "thread": thread, "author": {"id": sender, "name": "Ana Souza"}},
    }
