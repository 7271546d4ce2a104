"""LLM_PROVIDER's values build what they name, and every wrong setting is refused with its name and its cure."""

import importlib
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from agent.base import Completion, Provider, Usage
from agent.providers import profiles
from agent.providers.completions import CompletionsProvider
from agent.providers.messages import MessagesProvider
from agent.providers.profiles import PROFILES
from agent.providers.registry import build_provider, resolve_llm
from agent.providers.responses import ResponsesProvider
from models.catalogue import Catalogue
from models.errors import ConfigurationError
from tests.agent.providers import bodies
from tests.agent.providers.conftest import ask
from tests.agent.providers.vendor_server import VendorServer

ROOT = Path(__file__).parents[3]
LOCAL = "http://localhost:11434/v1"


def _build(name: str, key: str | None = "a-key", base_url: str = "", llm: str = "some-llm") -> Provider:
    return build_provider(name, api_key=key, base_url=base_url, llm=llm, catalogue=Catalogue, timeout=5)


@pytest.mark.parametrize(
    ("name", "base_url", "adapter"),
    [
        ("openai", "", ResponsesProvider),
        ("anthropic", "", MessagesProvider),
        ("openai-compatible", LOCAL, CompletionsProvider),
    ],
)
def test_each_value_builds_its_wire(name: str, base_url: str, adapter: type) -> None:
    provider = _build(name, base_url=base_url)
    assert type(provider) is adapter
    assert (provider.name, provider.engine) == (name, "llm")


def test_every_row_names_an_adapter_that_exists() -> None:
    for profile in PROFILES.values():
        module, _, attribute = profile.adapter.partition(":")
        assert callable(getattr(importlib.import_module(module), attribute))


def test_offline_needs_no_setting_and_says_what_it_is() -> None:
    provider = build_provider("offline", api_key=None, base_url="", llm="", catalogue=Catalogue, timeout=5)
    assert (provider.name, provider.engine) == ("offline", "offline")


@pytest.mark.parametrize(
    ("name", "key", "base_url", "llm", "named"),
    [
        ("gpt", "k", "", "", "LLM_PROVIDER"),
        ("", "k", "", "", "LLM_PROVIDER"),
        ("openai", None, "", "", "OPENAI_API_KEY"),
        ("openai", "  ", "", "", "OPENAI_API_KEY"),
        ("anthropic", None, "", "", "ANTHROPIC_API_KEY"),
        ("openai", "sk-ant-api03-x", "", "", "OPENAI_API_KEY"),
        ("anthropic", "sk-proj-x", "", "", "ANTHROPIC_API_KEY"),
        ("openai", "sk-x\ny", "", "", "OPENAI_API_KEY"),
        ("openai", "“sk-x”", "", "", "OPENAI_API_KEY"),
        ("openai", "sk x", "", "", "OPENAI_API_KEY"),
        ("openai-compatible", "k", "", "an-llm", "LLM_BASE_URL"),
        ("openai-compatible", "k", "localhost:11434", "an-llm", "LLM_BASE_URL"),
        ("openai-compatible", "k", "http://[::1", "an-llm", "LLM_BASE_URL"),
        ("openai-compatible", "k", "http://host:99999/v1", "an-llm", "LLM_BASE_URL"),
        ("openai-compatible", "k", LOCAL + "/chat/completions", "an-llm", "LLM_BASE_URL"),
        ("openai", "k", "https://proxy.example/v1/responses/", "", "LLM_BASE_URL"),
        ("openai-compatible", None, "https://api.groq.com/openai/v1", "an-llm", "LLM_API_KEY"),
        ("openai-compatible", "k", LOCAL, "", "LLM_MODEL"),
        ("openai-compatible", "k", LOCAL, "  ", "LLM_MODEL"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(name: str, key: str | None, base_url: str, llm: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as caught:
        _build(name, key, base_url, llm)
    assert "sk-" not in str(caught.value)


def test_a_server_of_ones_own_needs_no_key() -> None:
    assert _build("openai-compatible", None, LOCAL).name == "openai-compatible"


def test_the_llm_is_the_setting_or_the_default() -> None:
    assert resolve_llm("openai", " gpt-x ") == "gpt-x"
    assert resolve_llm("openai", "") == PROFILES["openai"].default_llm
    assert resolve_llm("offline", "") == ""


def test_the_day_to_review_the_default_llms_is_at_most_a_quarter_after_the_last_review() -> None:
    assert timedelta(0) < profiles.DEFAULTS_REVIEW_BY - profiles.DEFAULTS_REVIEWED_ON <= timedelta(days=92)


def test_no_llm_is_named_outside_the_profiles() -> None:
    names = [profile.default_llm for profile in PROFILES.values() if profile.default_llm]
    for path in (ROOT / "agent").rglob("*.py"):
        if path.name != "profiles.py":
            assert not [name for name in names if name in path.read_text(encoding="utf-8")], path


@pytest.mark.parametrize(
    ("base_url", "source"),
    [
        ("https://api.openai.com/v1", "price_table"),
        ("http://localhost:8000/v1", "unknown"),
        ("https://api.openai.com.example/v1", "unknown"),
        ("https://router.huggingface.co/v1", "unknown"),
    ],
)
def test_a_compatible_server_has_a_price_only_where_its_company_is_known(base_url: str, source: str) -> None:
    llm = PROFILES["openai"].default_llm
    completion = Completion("Olá", usage=Usage(input=10, output=1), llm=llm)
    assert _build("openai-compatible", base_url=base_url).price(completion, llm).source == source


def test_an_empty_name_in_the_request_asks_for_the_llm_of_the_settings(
    vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    vendor.answer_json(bodies.chat_body({"content": "Olá"}))
    providers["openai-compatible"].complete(ask(llm=""))
    assert vendor.asked[-1].body["model"] == "some-llm"


_IMPORTS = """
import json, sys
from agent.providers.registry import build_provider
from models.catalogue import Catalogue
heavy = ("openai", "anthropic", "genai_prices", "httpx2", "pydantic")
seen = {}
for name, url in (("openai", ""), ("anthropic", ""), ("openai-compatible", "http://localhost:1/v1")):
    built = build_provider(name, api_key="k", base_url=url, llm="x", catalogue=Catalogue, timeout=5)
seen["built"] = [name for name in heavy if name in sys.modules]
built.preload()
seen["preloaded"] = [name for name in heavy if name in sys.modules]
print(json.dumps(seen))
"""


def test_an_sdk_is_loaded_by_preload_and_only_the_chosen_one() -> None:
    done = subprocess.run([sys.executable, "-c", _IMPORTS], cwd=ROOT, capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout)
    assert seen["built"] == []
    assert seen["preloaded"] == ["openai", "genai_prices", "httpx2", "pydantic"]
