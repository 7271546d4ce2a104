"""Every command of an operator speaks of one company: `--tenant` says which."""

import pytest
from sqlalchemy import Engine

from models.session import session_scope
from models.tenant import ensure_account, ensure_tenant
from tests.bot.commands.conftest import Cli
from tests.bot.commands.stored import Stored, store_in


@pytest.fixture
def acme(engine: Engine, fresh_database_url: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Stored:
    """What is stored belongs to another company than the default's."""
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    ours = store_in(engine)
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="acme", name="Acme", timezone="America/Manaus")
        account = ensure_account(connection, tenant_id, channel="whatsapp", name="acme")
    return Stored(engine, account, ours.chat, ours.mail)


def test_a_company_sees_its_own_conversations_alone(cli: Cli, acme: Stored) -> None:
    conversation = str(acme.say("tem furadeira?", "whatsapp:+5511911113333", "Bia"))
    assert "Bia" not in cli("inbox", "list").out
    assert "Bia" in cli("inbox", "list", "--tenant", "acme").out
    assert "tem furadeira?" in cli("inbox", "show", conversation, "--tenant", "acme").out
    assert cli("inbox", "show", conversation).code == 1
    assert cli("inbox", "take", conversation, "--as", "Rui", "--tenant", "acme").code == 0
    acme.reply(acme.say("e broca?", "whatsapp:+5511911114444"), "Tem.", status="failed")
    assert "Tem." in cli("outbox", "list", "--tenant", "acme").out
    assert "Tem." not in cli("outbox", "list").out


@pytest.mark.parametrize(
    "words",
    [
        ("usage",),
        ("audit",),
        ("proposals",),
        ("discounts",),
        ("replay", "--list"),
        ("outbox", "list"),
        ("inbox", "list"),
        ("why", "x"),
    ],
    ids=lambda words: words[0],
)
def test_each_command_asks_for_a_company_that_there_is(cli: Cli, acme: Stored, words: tuple[str, ...]) -> None:
    assert "there is no tenant nobody" in cli(*words, "--tenant", "nobody").err
    if words[0] != "why":
        assert cli(*words, "--tenant", "acme").code == 0


def test_the_limits_of_the_environment_are_not_another_companys(cli: Cli, acme: Stored) -> None:
    assert "held back" in cli("usage", BUDGET_DAY_USD="5").out
    assert "held back" not in cli("usage", "--tenant", "acme", BUDGET_DAY_USD="5").out


def test_an_account_of_another_company_is_served_by_nobody_before_it_has_an_agent(cli: Cli, acme: Stored) -> None:
    assert cli("agents", "list", "--tenant", "acme").out.splitlines()[-1].startswith("whatsapp/acme  nobody: ")
    assert cli("agents", "list").out.splitlines()[-1] == "whatsapp/default  the environment's agent"
