"""Every value of LLM_PROVIDER: what it sends, what it never sends, what it needs, and what the documents say of it."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from agent.base import ChatMessage, Completion, CompletionRequest, ImagePart, Provider, Usage
from agent.providers import dialects
from agent.providers.dialects import HOSTS, UNKNOWN, Dialect
from agent.providers.profiles import PROFILES
from agent.providers.registry import build_provider
from agent.providers.retirements import RETIREMENTS, find_retirement, retirement_warning
from bot.settings import Settings
from models.catalogue import Catalogue
from models.errors import ConfigurationError
from tests.agent.providers.conftest import ask
from tests.agent.providers.test_requests import LOOSE, PARALLEL_TURN, SUMMARY
from tests.agent.providers.test_sdk_client import ANSWERS
from tests.agent.providers.vendor_rules import check_profile
from tests.agent.providers.vendor_server import VendorServer
from tests.fakes import FixedClock

ROOT = Path(__file__).parents[3]
LLM_DOCS = (ROOT / "docs" / "llm.md").read_text(encoding="utf-8")
NAMES = sorted(set(PROFILES) - {"offline"})
WIRE_OF = {"ResponsesProvider": "openai", "MessagesProvider": "anthropic", "CompletionsProvider": "openai-compatible"}


def build_named(name: str, address: str, **changes: Any) -> Provider:
    fields: dict[str, Any] = {"api_key": "a-key", "base_url": address, "llm": "some-llm", "timeout": 10} | changes
    return build_provider(name, catalogue=Catalogue, **fields)


def answer_of(name: str) -> dict[str, Any]:
    return ANSWERS[WIRE_OF[PROFILES[name].adapter.partition(":")[2]]]


def everything() -> CompletionRequest:
    """A request with every option on."""
    picture = ChatMessage("user", "E isto?", images=(ImagePart(b"\x89PNG picture", "image/png"),))
    return ask(messages=[*PARALLEL_TURN, picture], tools=[SUMMARY, LOOSE], tool_choice="none", max_output_tokens=77)


@pytest.fixture
def named(request: pytest.FixtureRequest, vendor: VendorServer) -> Iterator[Provider]:
    provider = build_named(request.param, vendor.url, sees=True)
    yield provider
    provider.close()


@pytest.mark.parametrize("named", NAMES, indirect=True)
def test_nothing_outside_the_profile_is_on_the_wire_with_every_option_on(named: Provider, vendor: VendorServer) -> None:
    vendor.answer_json(answer_of(named.name))
    assert named.complete(everything()).text == "Olá"
    assert "Olá" in list(named.stream(everything()))
    whole, streamed = (asked.body for asked in vendor.asked)
    check_profile(named.name, whole)
    check_profile(named.name, streamed)
    assert "stream" not in whole
    assert set(streamed) - set(whole) <= {"stream", "stream_options"}


@pytest.mark.parametrize("name", NAMES)
def test_what_a_vendor_refuses_is_not_among_what_it_takes(name: str) -> None:
    dialect = PROFILES[name].dialect or UNKNOWN
    assert not dialect.takes & dialect.refuses
    assert len(dialect.takes & {"max_tokens", "max_completion_tokens", "max_output_tokens"}) == 1


def test_the_settings_offer_every_profile_and_no_other() -> None:
    assert set(get_args(Settings.model_fields["llm_provider"].annotation)) == set(PROFILES)
    assert {row.key_setting.lower() for row in PROFILES.values()} - {""} <= set(Settings.model_fields)


@pytest.mark.parametrize("name", sorted(n for n, row in PROFILES.items() if row.key_setting and row.base_url))
def test_a_missing_key_is_named(name: str) -> None:
    with pytest.raises(ConfigurationError, match=PROFILES[name].key_setting):
        build_named(name, "", api_key=None)


@pytest.mark.parametrize("name", sorted(n for n, row in PROFILES.items() if row.foreign_keys))
def test_a_key_of_another_vendor_is_refused_and_ones_own_is_not(name: str) -> None:
    own = {"openai": "sk-proj-", "anthropic": "sk-ant-", "openrouter": "sk-or-", "deepseek": "sk-", "xai": "xai-"}
    own |= {"groq": "gsk_", "huggingface": "hf_", "gemini": "AIza", "mistral": ""}
    build_named(name, "", api_key=own[name] + "0123456789").close()  # type: ignore[attr-defined]
    for prefix in PROFILES[name].foreign_keys:
        with pytest.raises(ConfigurationError, match="another vendor"):
            build_named(name, "", api_key=prefix + "0123456789")


def test_ollama_needs_neither_key_nor_address_but_a_model_and_costs_nothing() -> None:
    provider = build_named("ollama", "", api_key=None)
    completion = Completion("Olá", usage=Usage(input=10, output=1), llm="llama")
    assert provider.price(completion, "llama").source == "local_zero"
    with pytest.raises(ConfigurationError, match="LLM_MODEL"):
        build_named("ollama", "", api_key=None, llm="")


@pytest.mark.parametrize(
    ("llm", "day"),
    [
        ("gpt-4o", RETIREMENTS["gpt-4o"]),
        ("gpt-4o-2024-08-06", RETIREMENTS["gpt-4o"]),
        ("openai/gpt-4o-mini", RETIREMENTS["gpt-4o-mini"]),
        ("claude-sonnet-4-5-20250929", RETIREMENTS["claude-sonnet-4-5"]),
        ("gpt-5.6-sol", None),
        ("gpt-4o-audio", None),
        ("", None),
    ],
)
def test_a_retirement_is_found_by_plain_dated_and_prefixed_names(llm: str, day: date | None) -> None:
    assert find_retirement(llm) == day


@pytest.mark.parametrize("name", NAMES)
def test_no_default_is_about_to_end(name: str) -> None:
    assert find_retirement(PROFILES[name].default_llm) is None


def test_a_start_with_a_retiring_llm_warns_and_one_without_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    build_named("openai", "", llm="gpt-4o", clock=FixedClock())
    assert "gpt-4o ends on 2027-01-14" in caplog.text
    caplog.clear()
    build_named("openai", "", llm="", clock=FixedClock())
    assert caplog.text == ""
    assert "ended on" in retirement_warning("gpt-4o", RETIREMENTS["gpt-4o"] + timedelta(days=1))


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_documentation_has_a_row_for_every_profile(name: str) -> None:
    row = next(line for line in LLM_DOCS.splitlines() if line.startswith(f"| `{name}` |"))
    profile = PROFILES[name]
    assert (f"`{profile.key_setting}`" in row) == bool(profile.key_setting)
    if name != "offline":
        assert ("set `LLM_MODEL`" in row) == (not profile.default_llm)
    assert row.endswith("| yes |" if profile.sees else "| no |")


_SHOWN: dict[str, Dialect] = {
    "`openai`": dialects.OPENAI_RESPONSES,
    "`xai`": dialects.XAI_RESPONSES,
    "`anthropic`": dialects.ANTHROPIC,
    "`ollama`": dialects.OLLAMA,
    **{f"`{host}`": dialect for host, dialect in HOSTS.items()},
    "any other": UNKNOWN,
}
_BASIC = {"model", "messages", "system", "input", "instructions", "tools", "tool_choice", "stream", "store"}


@pytest.mark.parametrize("vendor_name", sorted(_SHOWN))
def test_the_documentation_has_a_row_for_every_dialect(vendor_name: str) -> None:
    dialect = _SHOWN[vendor_name]
    more = sorted(dialect.takes - _BASIC - {"max_output_tokens"})
    cells = [", ".join(f"`{name}`" for name in names) or "-" for names in (more, sorted(dialect.refuses))]
    strict = "yes" if dialect.strict_tools else "no"
    assert f"| {' | '.join([vendor_name, *cells, strict, dialect.price_provider or 'unknown'])} |" in LLM_DOCS
