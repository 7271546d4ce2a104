"""The doctor says what an LLM costs, and names those whose cost nobody knows."""

from decimal import Decimal
from pathlib import Path

import pytest

from agent.base import Completion, Cost
from bot.agents.default import describe_default
from bot.assistant import Surroundings, build_assistant
from bot.doctor.prices import check_price, check_unpriced
from bot.settings import load_settings
from models.clock import SystemClock
from models.errors import ConfigurationError
from tests.fakes import ScriptedProvider
from tests.jobs.house import House, house

__all__ = ["house"]

OWN = {
    "LLM_PROVIDER": "openai-compatible",
    "LLM_BASE_URL": "http://127.0.0.1:9/v1",
    "LLM_MODEL": "llama-9",
}


class Unpriced(ScriptedProvider):
    def price(self, completion: Completion, llm: str) -> Cost:
        return Cost(None, "unknown")


def test_an_llm_without_a_price_is_doubtful_and_the_cure_is_named() -> None:
    finding = check_price(Unpriced(), "llama-9")
    assert (finding.state, finding.words) == ("warn", "no price is known for llama-9 at scripted")
    assert "PRICES_FILE" in finding.cure


def test_a_price_of_ones_own_is_shown_with_its_source(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text('prices: [{provider: "127.0.0.1:9", model: "llama-*", input: 0.25, output: 1.5}]', encoding="utf-8")
    settings = load_settings({**OWN, "PRICES_FILE": str(path)}, Path("no-such-file"))
    assistant = build_assistant(
        describe_default(settings), Surroundings(settings, "postgresql://nowhere/none", SystemClock())
    )
    finding = check_price(assistant.agent.provider, "llama-9")
    assistant.close()
    assert finding.state == "ok"
    assert finding.words.startswith("llama-9: 0.25 in, 1.5 out, USD per million tokens (override ")


def test_a_price_file_with_a_mistake_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text("prices: 3", encoding="utf-8")
    settings = load_settings({**OWN, "PRICES_FILE": str(path)}, Path("no-such-file"))
    with pytest.raises(ConfigurationError, match="PRICES_FILE"):
        build_assistant(describe_default(settings), Surroundings(settings, "postgresql://nowhere/none", SystemClock()))


def test_calls_at_a_price_nobody_knows_are_counted_by_llm(house: House) -> None:
    house.advance(house.say("oi", "m1"))
    assert check_unpriced(house.engine).state == "ok"
    for number in range(2):
        house.advance(house.say("oi", f"n{number}"))
    house.run("UPDATE completion SET cost = NULL WHERE id IN (SELECT id FROM completion ORDER BY created_at LIMIT 2)")
    finding = check_unpriced(house.engine)
    assert (finding.state, finding.words) == (
        "warn",
        "calls of 30 days without a known price: 2 of scripted-1 at scripted",
    )
    house.run("UPDATE completion SET created_at = now() - interval '31 days'")
    assert check_unpriced(house.engine).state == "ok"
    assert house.rows("SELECT DISTINCT cost FROM completion WHERE cost IS NOT NULL") == [(Decimal("0.001"),)]
