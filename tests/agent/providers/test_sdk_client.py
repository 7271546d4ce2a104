"""The one client of a process: no retry, a real deadline, threads, forks, and no key in an error."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from agent.base import Provider
from agent.providers.sdk_client import Endpoint, SdkClient, build_anthropic_client
from models.errors import ProviderError
from tests.agent.providers import bodies
from tests.agent.providers.conftest import WIRES, ask, build_at
from tests.agent.providers.vendor_server import Answer, VendorServer
from tests.ports import free_port

ROOT = Path(__file__).parents[3]
ANSWERS: dict[str, dict[str, Any]] = {
    "openai": bodies.responses_body(bodies.responses_text("Olá")),
    "openai-compatible": bodies.chat_body({"content": "Olá"}),
    "anthropic": bodies.anthropic_body(bodies.anthropic_text("Olá")),
}
PATHS = {"openai": "/responses", "openai-compatible": "/chat/completions", "anthropic": "/v1/messages"}


@pytest.mark.parametrize("wire", WIRES)
def test_the_request_reaches_the_vendors_path_with_the_key(
    wire: str, vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    vendor.answer_json(ANSWERS[wire])
    providers[wire].complete(ask())
    asked = vendor.asked[-1]
    assert asked.path == PATHS[wire]
    assert asked.headers["authorization"] == "Bearer test-key-0123456789"


def test_anthropics_sdk_makes_no_spans_and_sends_no_trace_context() -> None:
    client = build_anthropic_client(Endpoint("http://localhost", "key"))
    assert client.open_telemetry["propagation"] is False
    assert client.open_telemetry["traces"]["enabled"] is False
    client.close()


@pytest.mark.parametrize("wire", WIRES)
def test_the_vendors_request_id_is_taken_from_its_header(
    wire: str, vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    vendor.answer_json(ANSWERS[wire], x_request_id="req_9")
    assert providers[wire].complete(ask()).request_id == "req_9"


def test_anthropic_behind_a_proxy_is_found_with_and_without_the_version_in_the_address(vendor: VendorServer) -> None:
    vendor.answer_json(ANSWERS["anthropic"])
    build_at("anthropic", vendor.url + "/v1").complete(ask())
    assert vendor.asked[-1].path == "/v1/messages"
    assert vendor.asked[-1].headers["x-api-key"] == "test-key-0123456789"


def test_an_organisation_of_the_environment_is_not_sent_to_a_compatible_server(
    vendor: VendorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    vendor.answer_json(ANSWERS["openai-compatible"])
    build_at("openai-compatible", vendor.url).complete(ask())
    assert "secret" not in str(vendor.asked[-1].headers)


@pytest.mark.parametrize("wire", WIRES)
def test_many_threads_share_one_client_and_each_gets_its_answer(
    wire: str, vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    vendor.answer_json(ANSWERS[wire])
    with ThreadPoolExecutor(16) as pool:
        texts = list(pool.map(lambda _: providers[wire].complete(ask()).text, range(64)))
    assert texts == ["Olá"] * 64
    assert len(vendor.asked) == 64


def test_a_connection_is_used_again(vendor: VendorServer) -> None:
    vendor.answer_json(ANSWERS["openai"])
    provider = build_at("openai", vendor.url)
    before = vendor.connections
    for _ in range(5):
        provider.complete(ask())
    assert vendor.connections == before + 1


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("asked_for", ["of the request", "of the settings"])
def test_a_silent_vendor_is_a_timeout(wire: str, asked_for: str, vendor: VendorServer) -> None:
    # The body's first byte comes at once; the rest would take minutes.
    vendor.answer = Answer(200, b" " * 600, {"content-type": "application/json"}, drip=0.1)
    short, long = 0.3, 60.0
    provider = build_at(wire, vendor.url, timeout=short if asked_for == "of the settings" else long)
    started = time.monotonic()
    with pytest.raises(ProviderError) as caught:
        provider.complete(ask(timeout=short if asked_for == "of the request" else long))
    assert caught.value.kind == "timeout"
    assert not caught.value.permanent
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("wire", WIRES)
def test_a_refused_connection_says_so(wire: str) -> None:
    provider = build_at(wire, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ProviderError, match="refused") as caught:
        provider.complete(ask())
    assert caught.value.kind == "connection"


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "server"),
        (b"<html>Sign in</html>", "server"),
        (b'{"choices": [', "server"),
        (b"[" * 100_000, "server"),
        (b"[]", "unknown"),
        (b"null", "unknown"),
        (b'"hello"', "unknown"),
    ],
)
def test_a_success_that_is_no_object_is_an_error(
    wire: str, body: bytes, kind: str, vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    vendor.answer = Answer(200, body, {"content-type": "application/json"})
    with pytest.raises(ProviderError) as caught:
        providers[wire].complete(ask())
    assert caught.value.kind == kind


@pytest.mark.parametrize("wire", WIRES)
def test_a_key_that_the_vendor_quotes_does_not_reach_the_error(
    wire: str, vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    vendor.answer_json({"error": {"message": "wrong key test-key-0123456789"}}, 401)
    with pytest.raises(ProviderError) as caught:
        providers[wire].complete(ask())
    assert "test-key" not in str(caught.value)
    assert "***" in str(caught.value)
    assert caught.value.kind == "auth"


class _Sdk:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def _counting() -> tuple[SdkClient, list[_Sdk]]:
    built: list[_Sdk] = []

    def build(endpoint: Endpoint) -> _Sdk:
        built.append(_Sdk())
        return built[-1]

    return SdkClient("vendor", Endpoint("http://localhost", "key"), build), built


def test_the_client_is_built_once_however_many_threads_come_first() -> None:
    client, built = _counting()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.preload(), range(64)))
    assert len(built) == 1


@pytest.mark.parametrize("end", [SdkClient.close, SdkClient.__del__], ids=["closed", "dropped"])
def test_the_connections_are_closed_once(end: Callable[[SdkClient], None]) -> None:
    client, built = _counting()
    client.preload()
    end(client)
    end(client)
    assert built[0].closed == 1


_FORK = """
import os
from agent.providers.sdk_client import Endpoint, SdkClient

class Sdk:
    closed = False
    def close(self):
        self.closed = True

built = []
client = SdkClient("vendor", Endpoint("http://localhost", "key"), lambda endpoint: built.append(Sdk()) or built[-1])
client.preload()
child = os.fork()
if not child:
    client.preload()
    rebuilt = len(built) == 2
    client.close()
    os._exit(0 if rebuilt and built[1].closed and not built[0].closed else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
client.preload()
assert len(built) == 1
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_gets_a_client_of_its_own_and_leaves_its_parents_alone() -> None:
    done = subprocess.run([sys.executable, "-c", _FORK], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
