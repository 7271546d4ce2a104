"""Every kind of request, and the stand-in's answers, against Twilio's own OpenAPI documents where they are at hand."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from channels.whatsapp import WhatsAppChannel
from models.reply import OutboundPart
from tests.standins.twilio import PERSON, TEMPLATE_SID, StandInTwilio

_FOLDER = Path(__file__).parents[4] / "shared/recordings/twilio"
_MESSAGES, _TYPING = _FOLDER / "messages-openapi.json", _FOLDER / "typing-openapi.json"
_URL = "https://bot.example.com/files/8c1f0e"

pytestmark = pytest.mark.skipif(not _MESSAGES.is_file(), reason="Twilio's OpenAPI documents are not here")


def _part(body: str, **extra: Any) -> OutboundPart:
    return OutboundPart(uuid4(), uuid4(), 0, PERSON, body, datetime.now(UTC), extra)


def _say(channel: WhatsAppChannel, part: OutboundPart) -> None:
    channel.send(part)
    channel.reconcile(part)


def _fall_back(channel: WhatsAppChannel) -> None:
    credentials = {**channel.account.credentials, "template_sid": TEMPLATE_SID}
    templated = WhatsAppChannel(replace(channel.account, credentials=credentials))
    said = templated.as_template(_part("Foram R$ 10."))
    assert said is not None
    _say(templated, said)
    templated.close()


def _fill_gap(channel: WhatsAppChannel) -> None:
    channel.list_since(datetime.now(UTC) - timedelta(hours=1))


_DEEDS: dict[str, Callable[[WhatsAppChannel], None]] = {
    "words": lambda channel: _say(channel, _part("*Olá* 👍")),
    "file": lambda channel: _say(channel, _part("", media_url=[_URL])),
    "words and file": lambda channel: _say(channel, _part("Segue.", media_url=[_URL])),
    "template": _fall_back,
    "history": _fill_gap,
    "typing": lambda channel: channel.show_typing("SM" + "a" * 32),
}


@pytest.mark.parametrize("deed", _DEEDS)
def test_every_request_keeps_to_twilio_s_own_schema(channel: WhatsAppChannel, twilio: StandInTwilio, deed: str) -> None:
    twilio.receive("", files=[twilio.host_file(b"GIF89a", "image/gif")])
    _DEEDS[deed](channel)
    assert twilio.requests
    assert not twilio.history.refusals
    for method, path, parameters in twilio.requests:
        operation = _operation(method, path)
        if method == "POST":
            _check_form(operation, parameters)
        else:
            assert set(parameters) <= {parameter["name"] for parameter in operation["parameters"]}


def test_the_stand_in_answers_in_twilio_s_own_shapes(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    file = twilio.host_file(b"GIF89a", "image/gif")
    twilio.receive("", files=[file])
    for part in (_part("Olá"), _part("", media_url=[_URL])):
        channel.send(part)
    for message in twilio.listed({}):
        _check_answer("api.v2010.account.message", message.as_json())
    _check_answer("api.v2010.account.message.media", file.as_json())


@cache
def _document(path: Path) -> Any:
    return json.loads(path.read_text())


def _operation(method: str, path: str) -> Any:
    document = _document(_TYPING if "Typing" in path else _MESSAGES)
    for template, operations in document["paths"].items():
        if re.fullmatch(re.sub(r"\\{\w+\\}", r"[^/]+", re.escape(template)), path) and method.lower() in operations:
            return operations[method.lower()]
    raise AssertionError(f"Twilio has no {method} {path}")


def _check_form(operation: Any, form: dict[str, str]) -> None:
    schema = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    if "$ref" in schema:
        schema = _document(_TYPING)["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    known = schema["properties"]
    assert set(schema.get("required", [])) <= set(form) <= set(known)
    assert not ("ContentSid" in form and {"Body", "MediaUrl"} & set(form)), "a template goes alone"
    assert "ContentSid" in form or "ContentVariables" not in form
    for name, value in form.items():
        given: object = value.split("\n") if known[name].get("type") == "array" else value
        Draft202012Validator(_as_json_schema(known[name])).validate(given)


def _check_answer(name: str, answer: dict[str, Any]) -> None:
    components = _document(_MESSAGES)["components"]
    schema = _as_json_schema(components["schemas"][name])
    assert set(answer) == set(schema["properties"])
    Draft202012Validator({**schema, "components": _as_json_schema(components)}).validate(answer)


def _as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own."""
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    converted = {key: _as_json_schema(value) for key, value in node.items() if key != "nullable"}
    return {"anyOf": [converted, {"type": "null"}]} if node.get("nullable") is True else converted
