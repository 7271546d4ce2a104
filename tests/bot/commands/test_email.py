"""`python -m bot email`: what is read in a mail, for an operator who wonders about an answer."""

import json
from pathlib import Path

import pytest

from bot.__main__ import main

LETTER = """From: Ana Lima <ana@cliente.com.br>
To: bot@exemplo.com.br
Subject: Pedido
Content-Type: text/plain; charset=utf-8

Quero 40 caixas.

Att,
Ana

Em 02/03/2026 10:12, Vendas escreveu:
> Quantas?
"""


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "pedido.eml"
    path.write_text(LETTER, encoding="utf-8")
    return path


def test_each_file_is_one_line_of_json(letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    machine = tmp_path / "ferias.eml"
    machine.write_text("Subject: Ausência temporária\n" + LETTER.replace("Subject: Pedido\n", ""), encoding="utf-8")
    assert main(["email", str(letter), str(machine), "--json"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {
        "file": str(letter),
        "text": "Quero 40 caixas.",
        "quoted": "Em 02/03/2026 10:12, Vendas escreveu:\n> Quantas?",
        "signature": "Att,\nAna",
        "answer": True,
        "reason": "",
    }
    assert (second["answer"], second["reason"]) == (False, "automatic-subject")


def test_a_person_gets_it_in_words(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["email", str(letter)]) == 0
    shown = capsys.readouterr().out
    assert f"{letter}: would be answered" in shown
    assert "    Quero 40 caixas." in shown


def test_our_own_address_gets_no_answer(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["email", str(letter), "--own", "Ana@Cliente.com.br", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reason"] == "own-address"


def test_a_file_that_is_no_mail_is_refused_and_a_missing_one_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "vazio.eml"
    empty.touch()
    assert main(["email", str(empty), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reason"] == "mail: empty"
    assert main(["email", str(tmp_path / "nada.eml"), "--json"]) == 1
    assert "cannot be opened" in json.loads(capsys.readouterr().out)["reason"]
