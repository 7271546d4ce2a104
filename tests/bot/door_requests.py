"""Requests as the outside makes them: signed Twilio forms and questions to /chat."""

from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.standins.twilio_webhooks import inbound_form, sign

SID = "AC" + "0" * 32
TOKEN = "a-secret-of-nobody"
NUMBER = "whatsapp:+14155238886"
SENDER = "whatsapp:+5511987654321"
LOCAL = "http://127.0.0.1:8000"  # what signatures cover when PUBLIC_BASE_URL is unset
WEBHOOK = "/webhooks/whatsapp/default"
FORM_TYPE = "application/x-www-form-urlencoded"


def whatsapp_form(body: str = "Oi", **extra: str) -> dict[str, str]:
    return inbound_form(SID, NUMBER, body, SENDER, **extra)


def post_whatsapp(
    client: FlaskClient,
    form: dict[str, str],
    *,
    path: str = WEBHOOK,
    token: str = TOKEN,
    base: str = LOCAL,
    **more: Any,
) -> TestResponse:
    """Signed as Twilio signs."""
    headers = {"X-Twilio-Signature": sign(base + path, form, token)} | more.pop("headers", {})
    return client.post(path, data=urlencode(form), content_type=FORM_TYPE, headers=headers, **more)


def ask(client: FlaskClient, message: str = "Oi", user_id: str = "ana", **more: Any) -> TestResponse:
    return client.post("/chat", json={"user_id": user_id, "message": message}, **more)


def assert_problem(response: TestResponse, status: int) -> dict[str, Any]:
    """The response is a problem of that status, with all its members; gives the members."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = response.get_json()
    assert {"type", "title", "status", "detail", "trace_id"} <= set(body)
    assert body["status"] == status
    assert body["trace_id"] == response.headers["X-Trace-Id"]
    return body
