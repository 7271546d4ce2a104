"""`docs`: documents added, listed, searched and removed from the terminal."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from jobs.knowledge.document_reading import read_file
from jobs.knowledge.reading import KnowledgeKeeper, ReadFile
from models.files.storage import DiskStorage
from models.heartbeat import beat
from models.session import session_scope
from tests.bot.commands.conftest import Cli


def a_file(tmp_path: Path, *lines: object, name: str = "passages.jsonl") -> str:
    path = tmp_path / name
    texts = [line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in lines]
    path.write_bytes(b"\n".join(texts))
    return str(path)


def json_lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def own(cli: Cli, fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line on a database of the test's own."""
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    return cli


def test_what_was_added_is_found_listed_and_removed(own: Cli, tmp_path: Path) -> None:
    lines = [{"id": 1, "text": "Prazo de entrega: 3 dias"}, {"id": "b", "text": "Garantia de um ano"}]
    added = own("docs", "add", a_file(tmp_path, *lines))
    assert (added.code, added.out) == (0, "passages.jsonl: 2 passages can be found.\n"), added.err
    found = json.loads(own("docs", "search", "qual", "a", "garantia?", "-k", "1", "--json").out)
    assert [(passage["id"], passage["text"]) for passage in found] == [("b", "Garantia de um ano")]
    assert set(found[0]) == {"id", "document", "title", "place", "path", "text", "score", "coverage"}
    assert "passages.jsonl, line 1" in own("docs", "search", "prazo").out
    (listed,) = json.loads(own("docs", "list", "--json").out)
    assert (listed["key"], listed["state"], listed["chunks"]) == ("passages.jsonl", "ready", 2)
    assert "passages.jsonl" in own("docs", "list").out
    assert own("docs", "remove", "passages.jsonl").code == 0
    assert own("docs", "search", "garantia").out == "Nothing in the documents is about that.\n"
    assert own("docs", "list").out.startswith("No documents yet")
    assert "there is no document passages.jsonl" in own("docs", "remove", "passages.jsonl").err


def test_a_batch_gives_a_line_for_each_question_in_its_order(own: Cli, tmp_path: Path) -> None:
    passages = [{"kind": "passage", "id": n, "text": f"assunto {word}"} for n, word in enumerate(["frete", "boleto"])]
    questions = [
        {"kind": "question", "text": "boleto", "relevant": [1]},
        {"id": "q", "text": "frete"},
        b"",
        b"{",
        b"[]",
        {"id": 9, "text": " "},
        {"question": "nada disso"},
    ]
    path = a_file(tmp_path, *passages, *questions)
    added = own("docs", "add", path)
    assert "1 lines of the kind question were left out" in added.err
    assert "line 6: no JSON" in added.err
    done = own("docs", "search", "--batch", path, "-k", "1")
    answers = json_lines(done.out)
    assert [answer["id"] for answer in answers] == [3, "q", 6, 7, 9, 9]
    assert [[passage["id"] for passage in answer.get("passages", [])] for answer in answers] == [
        [1],
        ["q"],
        [],
        [],
        [],
        [],
    ]
    assert ["error" in answer for answer in answers] == [False, False, True, True, True, False]
    assert all(set(passage) == {"id", "score"} for answer in answers for passage in answer.get("passages", []))
    assert done.code == 0


def test_lines_that_cannot_be_read_are_named_and_the_others_taken(own: Cli, tmp_path: Path) -> None:
    lines = [{"text": "sem id"}, {"id": 1}, {"id": [], "text": "x"}, {"id": True, "text": "x"}, b"\xff", "x"]
    added = own("docs", "add", a_file(tmp_path, *lines, {"_id": "beir", "title": "Um título", "text": "um texto"}))
    assert added.out == "passages.jsonl: 2 passages can be found.\n"
    assert [f"line {number}:" in added.err for number in range(1, 8)] == [False, True, True, True, True, True, False]
    (found,) = json.loads(own("docs", "search", "título", "--json").out)
    assert (found["id"], found["text"], found["path"]) == ("beir", "um texto", ["Um título"])
    assert json.loads(own("docs", "search", "id", "--json").out)[0]["id"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "nowhere.jsonl"), "cannot be read"),
        (("add", "empty.jsonl"), "no line is a passage"),
        (("add", "empty.jsonl", "--for", "boss"), "--for: name some of"),
        (("add", "empty.jsonl", "empty.jsonl", "--key", "a"), "--key names one document"),
        (("add", "a/empty.jsonl", "b/empty.jsonl"), "empty.jsonl is named twice"),
        (("search",), "give either a question"),
        (("search", "x", "--batch", "y"), "give either a question"),
        (("search", "--batch", "nowhere.jsonl"), "cannot be read"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong(cli: Cli, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    done = cli("docs", *words)
    assert done.code in {1, 2}
    assert said in done.err


def test_who_may_read_what_and_when_is_said_when_it_is_added(own: Cli, tmp_path: Path) -> None:
    path = a_file(tmp_path, {"id": 1, "text": "desconto de 5%"})
    assert own("docs", "add", path, "--for", "customer", "--to", "2026-03-02", "--key", "folheto").code == 0
    for role, day, count in (("customer", "2026-03-02", 1), ("customer", "2026-03-03", 0), ("rep", "2026-03-02", 0)):
        found = own("docs", "search", "desconto", "--as", role, "--on", day, "--json")
        assert len(json.loads(found.out)) == count


def test_a_new_version_is_for_whom_the_one_before_was_unless_it_is_said(own: Cli, tmp_path: Path) -> None:
    path = tmp_path / "custos.txt"
    path.write_text("El costo es de 3 reales.", encoding="utf-8")
    said = ("--for", "manager", "--language", "es", "--title", "Costos", "--from", "2026-01-01", "--to", "2026-12-31")
    assert own("docs", "add", str(path), *said).code == 0
    [first] = json.loads(own("docs", "list", "--json").out)
    path.write_text("El costo es de 4 reales.", encoding="utf-8")
    assert own("docs", "add", str(path)).code == 0
    [second] = json.loads(own("docs", "list", "--json").out)
    assert {**first, "added_at": second["added_at"]} == second
    assert (second["roles"], second["language"], second["title"]) == (["manager"], "es", "Costos")
    assert own("docs", "add", str(path), "--for", "rep,manager").code == 0
    [third] = json.loads(own("docs", "list", "--json").out)
    assert {**second, "roles": ["rep", "manager"], "added_at": third["added_at"]} == third


def test_a_file_is_read_by_the_command_itself_where_no_worker_lives(own: Cli, tmp_path: Path) -> None:
    terms, other = tmp_path / "termos.txt", tmp_path / "figura.txt"
    terms.write_text("Prazo de entrega: 3 dias.", encoding="utf-8")
    other.write_bytes(b"\0\1\2")
    done = own("docs", "add", str(other), str(terms))
    assert (done.code, done.out) == (1, "termos.txt: 1 passages can be found.\n")
    assert "termos.txt: is stored ..." in done.err
    assert "figura.txt: its bytes are of no kind that can be read" in done.err
    assert json.loads(own("docs", "search", "entrega", "--json").out)[0]["place"] == {"line": 1}
    listed = {one["key"]: one["state"] for one in json.loads(own("docs", "list", "--json").out)}
    assert listed == {"figura.txt": "failed", "termos.txt": "ready"}
    assert own("docs", "remove", "termos.txt", "figura.txt").code == 0
    assert not [path for path in (tmp_path / "data" / "files").rglob("*") if path.is_file()]


def test_where_a_worker_lives_the_command_leaves_the_file_to_it(own: Cli, engine: Engine, tmp_path: Path) -> None:
    read: list[str] = []

    def read_there(name: str, content_type: str, content: bytes, language: str) -> ReadFile:
        read.append(name)
        return read_file(name, content_type, content, language)

    path = tmp_path / "termos.txt"
    path.write_text("Prazo de entrega: 3 dias.", encoding="utf-8")
    with session_scope(engine) as connection:
        beat(connection, "host-1", kind="worker", in_flight=0)
    keeper = KnowledgeKeeper(engine, DiskStorage(tmp_path / "data" / "files"), read_there)
    keeper.start()
    try:
        done = own("docs", "add", str(path))
    finally:
        keeper.stop()
    assert (done.code, done.out, read) == (0, "termos.txt: 1 passages can be found.\n", ["termos.txt"])


def test_a_key_that_says_nothing_of_the_kind_loses_no_headings(own: Cli, tmp_path: Path) -> None:
    path = tmp_path / "termos.md"
    path.write_text("# Termos\n\n## Entrega\n\nO prazo é de 3 dias.\n", encoding="utf-8")
    assert own("docs", "add", str(path), "--key", "condições").code == 0
    (found,) = json.loads(own("docs", "search", "prazo", "--json").out)
    assert (found["document"], found["path"][-1], found["title"]) == ("condições", "Entrega", "Termos")


def test_the_language_is_read_off_the_words_unless_it_is_said(own: Cli, tmp_path: Path) -> None:
    terms = tmp_path / "termos.txt"

    def language_of(words: str, *said: str) -> str:
        terms.write_text(words, encoding="utf-8")
        assert own("docs", "add", str(terms), *said).code == 0
        [listed] = json.loads(own("docs", "list", "--json").out)
        return str(listed["language"])

    english, spanish = "The goods are delivered within ten days.", "El plazo de entrega es de diez días."
    assert language_of("Tabela 7") == "pt"
    assert language_of(english) == "en"
    assert language_of("Lista 8") == "en", "nothing tells: as the version before"
    assert language_of(spanish) == "es"
    assert language_of(spanish, "--language", "pt") == "pt"
    assert language_of(english) == "pt", "what was said holds for the next version"
    passages = a_file(tmp_path, {"id": 1, "text": english})
    assert own("docs", "add", passages).code == 0
    assert [one["language"] for one in json.loads(own("docs", "list", "--json").out)] == ["en", "pt"]
    assert own("docs", "search", "good", "--language", "en").out.startswith("passages.jsonl")
