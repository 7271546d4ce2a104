"""`memory` and the links of `people`: what is remembered, looked at and put right from the terminal."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from benchmarks.past import write_past
from models.ids import new_id
from models.memory.contact import ensure_contact
from models.memory.customer_fact import NewCustomerFact, tell_of_customers
from models.memory.fact import NewFact, Source, tell
from models.person import People
from models.session import build_engine, session_scope
from models.tenant import AccountKey, ensure_account, ensure_tenant
from tests.bot.commands.conftest import Cli


@pytest.fixture
def own(cli: Cli, fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line on a database in which user-1 told something and asked three times; Ana is known as well."""
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    engine = build_engine(fresh_database_url, application_name="recado-tests")
    with session_scope(engine) as connection:
        tenant = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant, channel="chat")
        _tell(connection, account, "user-1", "preference:payment", "boleto")
        _tell(connection, account, "user-2", "city", "Recife")
        People(connection, tenant).add(name="Ana Souza", role="manager")
    write_past(engine, account, "user-", 2, 3)
    with session_scope(engine) as connection:
        connection.execute(text("UPDATE turn SET remembered_at = NULL"))
    engine.dispose()
    return cli


def _tell(connection: Connection, account: AccountKey, address: str, predicate: str, value: str) -> None:
    contact, holder = ensure_contact(connection, account, address)
    source = Source(account.tenant_id, contact, holder, new_id(), "chat", "manager", date(2026, 3, 2))
    tell(connection, source, [NewFact("person", predicate, value, "preference", value, None, 0.9, True)])


def test_what_was_told_of_customers_is_listed_with_who_said_it(own: Cli, fresh_database_url: str) -> None:
    engine = build_engine(fresh_database_url, application_name="recado-tests")
    with session_scope(engine) as connection:
        tenant = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant, channel="chat")
        contact, holder = ensure_contact(connection, account, "user-1")
        for value in ("João", "Maria"):
            source = Source(tenant, contact, holder, new_id(), "chat", "rep", date(2026, 3, 2))
            told = NewCustomerFact("Padaria Sol", ("padaria", "sol"), "buyer", value, value, 0.9, is_single=True)
            tell_of_customers(connection, source, "Rita", [told])
    engine.dispose()
    done = own("memory", "customers", "padaria")
    assert done.code == 0, done.err
    assert done.out.startswith("Padaria Sol: buyer: «Maria» (Rita said so on ")
    assert done.out.count("\n") == 1
    [fact] = json.loads(own("memory", "customers", "--json").out)
    assert (fact["customer"], fact["value"], fact["teller"]) == ("Padaria Sol", "Maria", "Rita")
    nothing = "Nothing was told of such a customer.\n"
    assert own("memory", "customers", "--known-on", "2020-01-01").out == nothing
    assert own("memory", "customers", "Mercado").out == nothing


def test_what_she_told_is_listed_with_its_source(own: Cli) -> None:
    done = own("memory", "facts", "--user", "user-1")
    assert done.code == 0, done.err
    assert done.out.startswith("preference: «boleto» (you said so on ")
    [fact] = json.loads(own("memory", "facts", "--user", "user-1", "--json").out)
    assert (fact["predicate"], fact["value"], fact["trust"]) == ("preference:payment", "boleto", "typed")
    assert own("memory", "facts", "--user", "user-1", "--known-on", "2020-01-01").out == "She told nothing.\n"


def test_her_conversations_are_searched_and_nobody_elses(own: Cli) -> None:
    found = json.loads(own("memory", "search", "vendas", "do", "mês", "--user", "user-1", "-k", "2", "--json").out)
    assert len(found) == 2
    assert found[0]["asked"] == "Quais foram as vendas do mês passado?"
    other = json.loads(own("memory", "search", "vendas", "--user", "user-2", "-k", "9", "--json").out)
    assert not {one["id"] for one in found} & {one["id"] for one in other}
    assert "Quais foram as vendas" in own("memory", "search", "vendas", "--user", "user-1").out
    assert own("memory", "search", "goiabada", "--user", "user-1").out == ""


def test_a_batch_gives_a_line_for_each_question(own: Cli, tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"id": "a", "text": "vendas"}\n\n{\n{"question": "goiabada"}\n[]\n{"id": 7}\n')
    done = own("memory", "search", "--user", "user-1", "--batch", str(path))
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [line["id"] for line in lines] == ["a", 3, 4, 5, 7]
    assert [len(line["turns"]) if "turns" in line else None for line in lines] == [3, None, 0, None, None]


def test_whom_nobody_knows_is_said(own: Cli) -> None:
    done = own("memory", "facts", "--user", "nobody")
    assert done.code == 1
    assert 'nothing is remembered of "nobody"' in done.err


def test_addresses_are_made_one_person_and_parted_again(own: Cli) -> None:
    assert own("people", "link", "user-1", "user-2").code == 0
    assert own("people", "link", "user-1", "Ana Souza").code == 0
    assert "with others" in own("people", "contacts").out
    assert "boleto" in own("memory", "facts", "--user", "Ana Souza").out
    assert "Recife" in own("memory", "facts", "--user", "Ana Souza").out
    again = own("people", "link", "user-1", "Ana Souza")
    assert (again.code, "they are one person already" in again.err) == (1, True)
    assert own("people", "unlink", "user-1").code == 0
    assert "boleto" not in own("memory", "facts", "--user", "Ana Souza").out
    assert own("people", "proposals").out == "Nothing is proposed.\n"
    assert own("people", "decline", "x").code == 1
