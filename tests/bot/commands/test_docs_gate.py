"""`docs gate`: vectors judged from the terminal, by passages or by questions of one's own."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.commands.conftest import Cli
from tests.standins.embeddings import Fault, StandInEmbeddings

SUBJECTS = ("frete", "garantia", "desconto", "pagamento")
PASSAGES = [
    {
        "id": f"p{number}",
        "text": f"A regra {number}ª de {SUBJECTS[number % 4]} é do setor zona{number}. "
        f"Quem compra na zona{number} pergunta por {SUBJECTS[number % 4]} antes de fechar. "
        f"A zona{number} responde por isso e por mais nada além disso, em todos os casos.",
    }
    for number in range(60)
]
QUESTIONS = [{"text": f"regra da zona{number}", "id": f"p{number}"} for number in range(12)]


@pytest.fixture
def standin() -> Iterator[StandInEmbeddings]:
    with StandInEmbeddings(knows=[one["text"] for one in PASSAGES]) as server:
        yield server


@pytest.fixture
def own(cli: Cli, fresh_database_url: str, standin: StandInEmbeddings, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line on a database of the test's own, with vectors."""
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("EMBEDDINGS_BASE_URL", standin.url)
    monkeypatch.setenv("EMBEDDINGS_MODEL", "good-512")
    return cli


def a_file(tmp_path: Path, lines: list[dict[str, object]], name: str) -> str:
    path = tmp_path / name
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    return str(path)


def test_a_verdict_is_given_shown_and_overruled_by_questions_of_ones_own(
    own: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "docs add FILE" in own("docs", "gate").err
    own("docs", "add", a_file(tmp_path, [dict(one) for one in PASSAGES], "regras.jsonl"))
    made = own("docs", "gate")
    assert made.code == 0, made.err
    assert made.out.startswith("Vectors of good-512 have a say: R@5 ")
    assert made.out.endswith("on 60 questions made of passages.\n")
    assert made.out in own("docs", "list").out
    questions = a_file(tmp_path, [*map(dict, QUESTIONS), {"text": "zona99", "id": ["gone", "p1"]}], "perguntas.jsonl")
    given = own("docs", "gate", "--questions", questions)
    assert "No passage has the id gone" in given.out
    assert "on 13 questions of yours." in given.out
    monkeypatch.setenv("EMBEDDINGS_MODEL", "bad-64")
    refused = own("docs", "gate", "--questions", questions)
    assert "Vectors of bad-64 have no say" in refused.out
    usage = json.loads(own("usage", "--json").out)["embeddings"]
    assert {(one["embedder"], one["purpose"]) for one in usage} >= {("good-512", "documents"), ("good-512", "gate")}
    assert "good-512" in own("usage").out


def test_what_cannot_be_judged_says_why(
    own: Cli, tmp_path: Path, standin: StandInEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    own("docs", "add", a_file(tmp_path, [dict(one) for one in PASSAGES], "regras.jsonl"))
    few = a_file(tmp_path, [dict(QUESTIONS[0])], "poucas.jsonl")
    assert "1 questions prove nothing" in own("docs", "gate", "--questions", few).err
    wrong = a_file(tmp_path, [{"text": "sem resposta"}], "erradas.jsonl")
    assert "line 1 is no question" in own("docs", "gate", "--questions", wrong).err
    standin.faults.append(Fault(401, {"error": {"code": "invalid_api_key", "message": "no"}}))
    assert "invalid_api_key" in own("docs", "gate").err
    own("docs", "remove", "regras.jsonl")
    assert "docs add FILE" in own("docs", "gate").err
    own("docs", "add", a_file(tmp_path, [dict(one) for one in PASSAGES], "regras.jsonl"))
    assert own("docs", "gate").code == 0, "what was mended is tried at once"
    monkeypatch.setenv("EMBEDDINGS_MODEL", "nobody")
    assert "model_not_found" in own("docs", "gate").err
    monkeypatch.delenv("EMBEDDINGS_BASE_URL")
    assert "set EMBEDDINGS_BASE_URL" in own("docs", "gate").err
    assert own("docs", "search", "regra", "da", "zona7", "-k", "1").code == 0
    assert standin.asked
