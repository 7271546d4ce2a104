"""`people`: roles and addresses, written whole or not at all."""

import re

import pytest
from sqlalchemy import text

from models.demo.aurora import aurora
from models.session import build_engine
from tests.bot.commands.conftest import Cli

REP, OTHER = aurora().salespeople[1].name, aurora().salespeople[2].name
CUSTOMER = aurora().customers[0].name


def count_people(database_url: str, name: str) -> int:
    engine = build_engine(database_url, application_name="test")
    with engine.connect() as connection:
        found: int = connection.execute(
            text("SELECT count(*) FROM person WHERE name = :name"), {"name": name}
        ).scalar_one()
    engine.dispose()
    return found


def test_a_rep_is_added_with_canonical_addresses_and_the_catalogues_spelling(cli: Cli) -> None:
    typed = REP.upper().replace("Ã", "A")
    words = ("--salesperson", typed, "--whatsapp", "(11) 8765-4321", "--email", "Rita@Example.COM", "--chat", "rita-1")
    done = cli("people", "add", "--name", "Rita  Um", "--role", "rep", *words)
    assert done.code == 0, done.err
    assert "whatsapp/default: whatsapp:+5511987654321" in done.out
    listed = next(line for line in cli("people", "list").out.splitlines() if line.startswith("Rita Um"))
    assert re.split(r"\s{2,}", listed)[:3] == ["Rita Um", "rep", REP]
    assert "chat:rita-1, email:rita@example.com, whatsapp:+5511987654321" in listed


def test_a_user_of_the_crm_is_known_by_the_id_in_its_webhooks(cli: Cli) -> None:
    done = cli("people", "add", "--name", "Do CRM", "--role", "manager", "--crm", " userId:52871 ")
    assert done.code == 0, done.err
    assert "crm/default: userId:52871" in done.out
    assert cli("people", "add", "--name", "X", "--role", "manager", "--crm", "a\u200bb").code != 0


def test_a_taken_address_is_refused_and_nothing_is_half_done(cli: Cli, command_database_url: str) -> None:
    assert cli("people", "add", "--name", "Primeira", "--role", "manager", "--chat", "taken").code == 0
    done = cli("people", "add", "--name", "Segunda", "--role", "manager", "--chat", "free-1", "--chat", "taken")
    assert done.code == 1
    assert "taken already belongs to Primeira; nothing was written" in done.err
    assert count_people(command_database_url, "Segunda") == 0
    assert cli("people", "add", "--name", "Segunda", "--role", "manager", "--chat", "free-1").code == 0


def test_two_spellings_of_one_number_are_one_address(cli: Cli) -> None:
    assert cli("people", "add", "--name", "Com nove", "--role", "manager", "--whatsapp", "+5511912341234").code == 0
    done = cli("people", "add", "--name", "Sem nove", "--role", "manager", "--whatsapp", "whatsapp:+55 11 9123-41234")
    assert done.code == 1
    assert "already belongs to Com nove" in done.err


def test_an_unknown_salesperson_gets_the_nearest_names(cli: Cli) -> None:
    almost = REP[:-1] + "z"
    done = cli("people", "add", "--name", "X", "--role", "rep", "--salesperson", almost, "--chat", "x-1")
    assert done.code == 1
    assert f'--salesperson: the sales data knows no salesperson "{almost}"; the nearest: {REP}' in done.err


def test_a_customer_sees_what_the_catalogue_calls_her(cli: Cli) -> None:
    words = ("--customer", CUSTOMER.lower(), "--email", "compras@example.com")
    assert cli("people", "add", "--name", "Compras", "--role", "customer", *words).code == 0
    assert CUSTOMER in cli("people", "list").out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--role", "rep", "--chat", "a"), "--role rep needs --salesperson"),
        (("--role", "customer", "--chat", "a"), "--role customer needs --customer"),
        (("--role", "manager", "--customer", CUSTOMER, "--chat", "a"), "--customer goes with --role customer"),
        (
            ("--role", "customer", "--customer", CUSTOMER, "--salesperson", REP, "--chat", "a"),
            "--salesperson goes with",
        ),
        (("--role", "manager"), "give at least one address"),
        (("--role", "manager", "--chat", "a", "--chat", " a "), "given twice"),
        (("--role", "manager", "--chat", " "), "--chat: a user_id"),
        (("--role", "manager", "--whatsapp", "12"), "--whatsapp: '12' is not a"),
        (("--role", "manager", "--email", "ana"), "--email: 'ana' is no e-mail address"),
        (("--role", "boss", "--chat", "a"), "invalid choice: 'boss'"),
    ],
)
def test_what_does_not_fit_together_is_refused(cli: Cli, words: tuple[str, ...], complaint: str) -> None:
    done = cli("people", "add", "--name", "Ninguém", *words)
    assert done.code != 0
    assert complaint in done.err
    assert "Ninguém" not in cli("people", "list").out


def test_an_empty_name_is_refused(cli: Cli) -> None:
    assert "--name is empty" in cli("people", "add", "--name", " ", "--role", "manager", "--chat", "b").err


def test_names_are_kept_as_typed_while_the_sales_data_is_out_of_reach(cli: Cli) -> None:
    words = ("--role", "rep", "--salesperson", "Fulana de Tal", "--chat", "fulana")
    done = cli("people", "add", "--name", "Fulana", *words, SALES_DATABASE_URL="postgresql://u:hunter22@127.0.0.1:1/x")
    assert done.code == 0, done.err
    assert "the sales data cannot be read" in done.err
    assert "hunter22" not in done.err
    assert "Fulana de Tal" in cli("people", "list").out


def test_a_removed_person_is_gone_with_her_addresses(cli: Cli) -> None:
    assert cli("people", "add", "--name", "Ída", "--role", "manager", "--chat", "ida").code == 0
    assert cli("people", "remove", "IDA").out.startswith("Removed Ída.")
    assert "Ída" not in cli("people", "list").out
    assert cli("people", "add", "--name", "Outra", "--role", "manager", "--chat", "ida").code == 0


def test_removing_asks_for_an_id_where_two_share_a_name(cli: Cli) -> None:
    for user in ("g-1", "g-2"):
        assert cli("people", "add", "--name", "Gêmea", "--role", "manager", "--chat", user).code == 0
    done = cli("people", "remove", "gemea")
    assert done.code == 1
    first = re.findall(r"[0-9a-f-]{36}", done.err)[0]
    assert cli("people", "remove", first).code == 0
    assert "nobody is called" in cli("people", "remove", first).err
