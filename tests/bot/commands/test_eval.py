"""`eval`: the configured LLM examined over the demo company."""

import json
from pathlib import Path

import pytest

from tests.bot.commands.conftest import Cli
from tests.standins.llm import StandInLlm
from tests.standins.llm_wires import Says


def test_the_offline_engine_passes_and_every_kind_is_told(cli: Cli) -> None:
    done = cli("eval", "--json", "--at-least", "0.95")
    told = json.loads(done.out)
    assert done.code == 0, [trial for trial in told["trials"] if not trial["right"]]
    *kinds, whole = told["scores"]
    assert (whole["kind"], whole["questions"], len(told["trials"])) == ("all", len(told["trials"]), len(told["trials"]))
    assert sum(kind["right"] for kind in kinds) == whole["right"]
    assert (told["provider"], whole["tokens_used"], whole["cost"]) == ("offline", 0, "0")
    assert 0 < whole["p50_ms"] <= whole["p95_ms"]


def test_an_llm_that_makes_figures_up_fails_the_threshold_and_is_shown_with_what_it_cost(
    cli: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "mine.jsonl"
    question = {"kind": "total", "text": "vendas de ontem?", "calls": [{"name": "sales_summary", "arguments": {}}]}
    path.write_text("\n".join(json.dumps(question | {"id": str(number)}) for number in range(5)))
    with StandInLlm(answer=lambda asked: Says("Foram R$ 1.000.000,00.")) as llm:
        done = cli(
            *("eval", "--questions", str(path), "--limit", "4", "--at-least", "0.5"),
            **{"LLM_PROVIDER": "openai-compatible", "LLM_BASE_URL": f"{llm.url}/v1", "LLM_MODEL": "standin"},
        )
        assert len(llm.history) >= 4
    assert done.code == 1, done.err
    lines = done.out.splitlines()
    (whole,) = [line.split() for line in lines if line.startswith("altogether")]
    assert whole[1:4] == ["4", "0", "0"]
    assert whole[5:7] == ["0%", "░" * 10]
    assert int(whole[7]) > 0
    assert whole[8] == "?", "the price of a stand-in is unknown, and never 0"
    assert lines.count("    no tool was called") == 4


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--only", "nothing"), "no question is of a kind"),
        (("--questions", "nowhere.jsonl"), "nowhere.jsonl cannot be read"),
        (("--at-least", "2"), "no share between 0 and 1"),
        (("--limit", "0"), "no number from 1 on"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(cli: Cli, words: tuple[str, ...], complaint: str) -> None:
    done = cli("eval", *words)
    assert done.code == 2
    assert complaint in done.err


def test_a_question_of_ones_own_that_cannot_be_read_is_told_in_one_line(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text('{"id": "1", "kind": "meta", "txt": "oi"}\n', encoding="utf-8")
    done = cli("eval", "--questions", str(path))
    assert done.code == 2
    unknown = "txt: is not known here: correct the name or remove it"
    assert done.err == f"recado: --questions: {path}, line 1: text: is missing; {unknown}\n"


def test_an_mcp_server_that_may_not_be_reached_is_refused_in_one_line(cli: Cli) -> None:
    pytest.importorskip("mcp", reason="the MCP extra (requirements-mcp.txt) is not installed")
    done = cli("mcp", "http://mcp.example.com/mcp")
    assert done.err == "recado: url: must begin with https:// (http:// only on this machine)\n"
