"""`discounts`: what waits for a manager, as an operator reads it."""

from decimal import Decimal

from sqlalchemy import text

from models.changes.discount import Requester, Wish, add_request, hold_numbered, rule
from models.ids import new_id
from models.session import build_engine, session_scope
from models.tenant import ensure_account
from tests.bot.commands.conftest import Cli


def test_what_waits_is_shown_and_what_was_ruled_on_when_asked_for(cli: Cli, command_database_url: str) -> None:
    assert cli("discounts").code == 0  # prepares the company
    engine = build_engine(command_database_url, application_name="test")
    with session_scope(engine) as connection:
        tenant_id = connection.execute(text("SELECT id FROM tenant WHERE slug = 'default'")).scalar_one()
        account = ensure_account(connection, tenant_id, channel="whatsapp")
        requester = Requester(tenant_id, account.id, "whatsapp:+5511999990000", None, "Ana")
        for customer in ("Bar", "Padaria Sol"):
            add_request(connection, new_id(), requester, Wish(customer, "", Decimal("7.5"), "x"), "pt")
        request = hold_numbered(connection, tenant_id, 1)
        assert request is not None
        assert rule(connection, request, "approved", by="Bia", address="whatsapp:+5511777770000", turn_id=new_id())
    engine.dispose()
    [header, only] = cli("discounts").out.splitlines()
    assert header.split()[:2] == ["no.", "when"]
    assert all(word in only for word in ("2", "Ana", "7.5%", "Padaria Sol", "waiting"))
    assert "approved by Bia" in cli("discounts", "--all").out
