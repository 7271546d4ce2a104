"""A vendor on loopback for every adapter test, and the three adapters pointed at it."""

from collections.abc import Iterator

import pytest

from agent.base import ChatMessage, CompletionRequest, Provider
from agent.providers.registry import build_provider
from models.catalogue import Catalogue
from tests.agent.providers.vendor_server import VendorServer

WIRES = ("openai", "openai-compatible", "anthropic")


@pytest.fixture(scope="session")
def shared_vendor() -> Iterator[VendorServer]:
    server = VendorServer()
    yield server
    server.close()


@pytest.fixture
def vendor(shared_vendor: VendorServer) -> VendorServer:
    shared_vendor.asked.clear()
    return shared_vendor


@pytest.fixture(scope="session")
def providers(shared_vendor: VendorServer) -> Iterator[dict[str, Provider]]:
    """One adapter per wire: each instance is meant to serve a whole process."""
    built = {name: build_at(name, shared_vendor.url) for name in WIRES}
    yield built
    for provider in built.values():
        provider.close()  # type: ignore[attr-defined]


def build_at(name: str, address: str, *, timeout: float = 10, key: str = "test-key-0123456789") -> Provider:
    return build_provider(name, api_key=key, base_url=address, llm="some-llm", catalogue=Catalogue, timeout=timeout)


def ask(**changes: object) -> CompletionRequest:
    """A small request; every field can be replaced."""
    fields: dict[str, object] = {"llm": "some-llm", "messages": [ChatMessage("user", "Oi")], "timeout": 10.0}
    return CompletionRequest(**{**fields, **changes})  # type: ignore[arg-type]
