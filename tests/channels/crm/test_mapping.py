"""Mapping files: tried when the channel is built, wrong ones named by file and field."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from channels.crm import CrmChannel
from channels.crm.mapping import PRESETS, preset_names
from models.errors import ConfigurationError
from models.inbound import InboundMessage
from tests.channels.crm.conftest import account_of
from tests.standins.crm_webhooks import message_payload, signed_webhook


def write(folder: Path, fields: Any) -> str:
    path = folder / "crm.json"
    path.write_text(fields if isinstance(fields, str) else json.dumps(fields), encoding="utf-8")
    return str(path)


def generic() -> dict[str, Any]:
    fields: dict[str, Any] = json.loads((PRESETS / "generic.json").read_text(encoding="utf-8"))
    return fields


def test_the_presets_are_those_of_the_settings() -> None:
    assert preset_names() == ["generic", "hubspot", "kommo", "pipedrive", "rd_station", "salesforce"]


@pytest.mark.parametrize("preset", preset_names())
def test_every_preset_passes_its_own_rehearsal(preset: str) -> None:
    assert CrmChannel(account_of(preset)).name == "crm"


def test_a_preset_that_is_none_is_named_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match=r"CRM_PRESET 'zoho'.*generic, hubspot"):
        CrmChannel(account_of("zoho"))


def test_a_file_of_ones_own_replaces_the_preset(tmp_path: Path) -> None:
    fields = generic() | {"name": "Nosso CRM", "person": "event.data.author.name"}
    channel = CrmChannel(account_of("hubspot", mapping=write(tmp_path, fields)))
    [message] = channel.parse(signed_webhook(message_payload("Oi")))
    assert isinstance(message, InboundMessage)
    assert message.sender == "Ana Souza"
    assert message.extra["crm"] == "Nosso CRM"


def test_a_file_may_extend_a_preset_by_what_it_changes(tmp_path: Path) -> None:
    rules = [*generic()["rules"][:1], {**generic()["rules"][1], "turn_when": "event.data.days >= `2`"}]
    channel = CrmChannel(account_of("", mapping=write(tmp_path, {"extends": "generic", "rules": rules})))
    body = {"type": "deal.idle", "data": {"title": "X", "days": 3, "owner": {"id": "ana"}}}
    [event] = channel.parse(signed_webhook(body))
    assert isinstance(event, InboundMessage)
    assert (event.kind, event.unanswerable) == ("event", "")


def change(**fields: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda base: base | fields


def change_reply(**fields: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda base: base | {"reply": base["reply"] | fields}


def change_sample(**fields: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda base: base | {"sample": base["sample"] | fields}


WRONG: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "broken expression": (change(person="event.data.["), "person: not JMESPath"),
    "unknown function": (change(thread="lower(event.data.thread)"), "on its sample: .*lower"),
    "unknown field": (change(sender="event"), "sender: Extra inputs"),
    "missing field": (lambda base: {k: v for k, v in base.items() if k != "id"}, "id: Field required"),
    "number for text": (change(person=7), "person: a string is expected"),
    "no rules": (change(rules=[]), "rules"),
    "scheme": (change(signature={"scheme": "none"}), "signature.scheme"),
    "token without place": (change(signature={"scheme": "token"}), "signature: a token needs"),
    "token under a telling name": (change(signature={"scheme": "token", "query": "q"}), "signature.query"),
    "person not found": (change(person="event.nobody"), "on its sample: person: missing"),
    "id not found": (change(id="event.nothing"), "on its sample: id:"),
    "noise": (change(filter="`false`"), "sample: no rule makes a message"),
    "path with a host": (change_reply(path="evil.example/x"), "reply: path: must begin with /"),
    "path with braces": (change_reply(path="/x/{"), "reply.path: a brace stands alone"),
    "body cannot be read": (change_reply(body={"x": "=join('', to)"}), "reply: join"),
    "no hosts": (change_reply(hosts=[]), "reply.hosts"),
    "unknown secret": (change_reply(headers={"A": "{webhook_secret}"}), "reply: {webhook_secret} in a header"),
    "rate": (change_reply(rate={"requests": 0, "seconds": 1}), "reply.rate.requests"),
    "answer not read": (change_sample(answer={"key": 1}), "reply.id: finds nothing"),
    "note not found": (change_sample(found={"messages": []}), "find: finds no note"),
    "no sample": (change(sample=None), "sample"),
    "no object": (lambda _: [1], "an object is expected"),
    "no JSON": (lambda _: "{", "not a readable JSON file"),
    "extends nothing": (lambda _: {"extends": "zoho"}, "is not one of"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_file_is_said_at_start_up_with_the_field(case: str, tmp_path: Path) -> None:
    alter, words = WRONG[case]
    path = write(tmp_path, alter(generic()))
    with pytest.raises(ConfigurationError, match=words) as caught:
        CrmChannel(account_of("generic", mapping=path))
    assert "crm.json" in str(caught.value) or case == "extends nothing"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.json"):
        CrmChannel(account_of("generic", mapping=str(tmp_path / "nowhere.json")))


@pytest.mark.parametrize(
    ("preset", "url"),
    [
        ("hubspot", "https://evil.example"),
        ("kommo", "https://kommo.com"),
        ("kommo", "https://kommo.com.evil.example"),
        ("kommo", "https://evil-kommo.com"),
        ("salesforce", "http://padaria.my.salesforce.com"),
        ("salesforce", "https://padaria.my.salesforce.com:8443"),
        ("salesforce", "https://padaria.my.salesforce.com@evil.example"),
        ("generic", "https://crm.example.com?x=1"),
        ("generic", "https://"),
        ("generic", "http://127.0.0.1:1"),
        ("generic", "https://crm_.example.com\\@127.0.0.1"),
    ],
)
def test_an_api_of_another_host_stops_the_start(preset: str, url: str) -> None:
    with pytest.raises(ConfigurationError, match="CRM_API_BASE_URL"):
        CrmChannel(account_of(preset, api_base_url=url))


@pytest.mark.parametrize(
    ("preset", "url"),
    [
        ("hubspot", "https://api-eu1.hubapi.com"),
        ("kommo", "https://padaria.kommo.com/"),
        ("salesforce", "https://PADARIA.my.salesforce.com"),
        ("generic", "https://crm.example.com/api"),
    ],
)
def test_the_crms_own_hosts_are_fine(preset: str, url: str) -> None:
    assert CrmChannel(account_of(preset, api_base_url=url)).account.credentials["api_base_url"] == url
