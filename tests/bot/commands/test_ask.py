"""`ask`: a question, or a file of them, through the same agent, tools and data as everybody's."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.commands.ask import read_question
from tests.bot.commands.conftest import Cli, Outcome

TODAY = "2026-03-02"
FEBRUARY = {"start": "2026-02-01", "end": "2026-02-28"}


def lines_of(done: Outcome) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.out.splitlines()]


def write_batch(tmp_path: Path, *lines: object) -> str:
    path = tmp_path / "questions.jsonl"
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path.write_bytes(b"\n".join(texts) + b"\n")
    return str(path)


def test_the_reply_alone_is_printed(cli: Cli) -> None:
    done = cli("ask", "Quais foram as vendas do mês passado?", "--today", TODAY)
    assert done.code == 0, done.err
    assert "R$ " in done.out
    assert "{" not in done.out


def test_json_prints_the_run(cli: Cli) -> None:
    done = cli("ask", "Quais", "foram", "as", "vendas", "do", "mês", "passado?", "--today", TODAY, "--json")
    run = json.loads(done.out)
    (call,) = run["tool_calls"]
    assert set(run) == {"reply", "tool_calls", "engine", "model", "tokens_used", "cost", "time_ms", "steps"}
    assert (run["engine"], run["tokens_used"], run["cost"], run["steps"]) == ("offline", 0, "0", 2)
    assert call["name"] == "sales_summary"
    assert {name: call["arguments"]["period"][name] for name in FEBRUARY} == FEBRUARY
    assert call["result"]["ok"] is True


def test_the_asker_is_a_manager_who_also_sells(cli: Cli) -> None:
    run = json.loads(cli("ask", "quanto eu vendi mês passado?", "--today", TODAY, "--json").out)
    assert run["tool_calls"][0]["arguments"]["filters"]["salesperson"] == "Marina Azevedo"


def test_a_batch_gives_a_line_for_each_question_in_its_order(cli: Cli, tmp_path: Path) -> None:
    question = {"text": "Quais foram as vendas do mês passado?", "today": TODAY}
    done = cli("ask", "--batch", write_batch(tmp_path, {"id": "a"} | question, b"", {"id": 7} | question))
    assert done.code == 0, done.err
    first, second = lines_of(done)
    assert (first["id"], second["id"]) == ("a", 7)
    assert first["reply"] == second["reply"]
    assert first["tool_calls"][0]["name"] == "sales_summary"


def test_each_question_of_a_batch_is_the_first_of_a_fresh_conversation(cli: Cli, tmp_path: Path) -> None:
    opening = {"id": 1, "text": "Quais foram as vendas do mês passado?", "today": TODAY}
    done = cli("ask", "--batch", write_batch(tmp_path, opening, {"id": 2, "text": "e no anterior?", "today": TODAY}))
    assert lines_of(done)[1]["tool_calls"] == []


def test_a_bad_line_is_answered_as_such_and_the_next_one_still_answered(cli: Cli, tmp_path: Path) -> None:
    good = {"id": "ok", "text": "oi", "today": TODAY}
    bad: list[object] = [b"{no json", b'\xff"', [1], {"id": "x"}, {"id": "y", "text": "oi", "today": "ontem"}]
    done = cli("ask", "--batch", write_batch(tmp_path, *bad, good))
    *errors, answered = lines_of(done)
    assert done.code == 0
    assert [(line["id"], line["line"]) for line in errors] == [(None, 1), (None, 2), (None, 3), ("x", 4), ("y", 5)]
    assert errors[0]["error"].startswith("the line is no JSON")
    assert errors[3]["error"] == "text: a question is missing"
    assert errors[4]["error"] == "today: 'ontem' is not a date such as 2026-03-02"
    assert answered["id"] == "ok"


def test_a_batch_in_which_nothing_can_be_answered_fails(cli: Cli, tmp_path: Path) -> None:
    assert cli("ask", "--batch", write_batch(tmp_path, b"{")).code == 1


def test_the_day_of_the_command_line_holds_for_lines_without_one(cli: Cli, tmp_path: Path) -> None:
    path = write_batch(tmp_path, {"id": 1, "text": "Quais foram as vendas do mês passado?"})
    (line,) = lines_of(cli("ask", "--batch", path, "--today", TODAY))
    period = line["tool_calls"][0]["arguments"]["period"]
    assert {name: period[name] for name in FEBRUARY} == FEBRUARY


def test_a_question_or_a_batch_must_be_given_but_not_both(cli: Cli, tmp_path: Path) -> None:
    for words in ((), ("--batch", "x.jsonl", "oi")):
        done = cli("ask", *words)
        assert done.code == 2
        assert "give either a question" in done.err
    assert "nowhere.jsonl cannot be read" in cli("ask", "--batch", "nowhere.jsonl").err


@pytest.mark.parametrize(
    "fields", [None, "x", {"text": 1}, {"text": " "}, {"text": "x" * 8001}, {"text": "x", "today": 5}]
)
def test_what_is_no_question_is_refused(fields: object) -> None:
    with pytest.raises(ValueError, match=r"text|today|object"):
        read_question(fields, None)


def test_what_is_no_sales_question_is_answered_from_the_documents(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "termos.jsonl"
    path.write_text('{"id": 1, "text": "Prazo de entrega: 3 dias úteis, com frete de R$ 12,50."}')
    assert "fora do meu alcance" in cli("ask", "qual o prazo de entrega?").out
    assert cli("docs", "add", str(path)).code == 0
    done = cli("ask", "qual o prazo de entrega?")
    assert done.out == "Segundo **termos.jsonl**, linha 1: “Prazo de entrega: 3 dias úteis, com frete de R$ 12,50.”\n"
    assert cli("docs", "remove", "termos.jsonl").code == 0


def test_a_rep_sees_her_own_figures_and_is_called_as_the_sales_data_calls_her(cli: Cli) -> None:
    done = cli("ask", "quanto vendi mês passado?", "--role", "rep", "--name", "camila ferrari", "--json")
    assert done.code == 0, done.err
    (call,) = json.loads(done.out)["tool_calls"]
    assert call["arguments"]["filters"] == {"salesperson": "Camila Ferrari"}
    done = cli("ask", "vendas de Marina Azevedo", "--role", "rep", "--name", "Camila Ferrari", "--json")
    (call,) = json.loads(done.out)["tool_calls"]
    assert call["result"]["error"]["code"] == "not_allowed"


def test_who_would_see_nothing_is_told_why(cli: Cli) -> None:
    done = cli("ask", "vendas de ontem", "--role", "customer")
    assert done.code != 0
    assert "--role customer needs --name" in done.err
    done = cli("ask", "vendas de ontem", "--role", "rep", "--name", "Ninguém Jamais")
    assert done.code != 0
    assert 'knows no salesperson "Ninguém Jamais"' in done.err
