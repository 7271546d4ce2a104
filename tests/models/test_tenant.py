"""Companies of one installation: what one has, another cannot get by asking for it."""

import pytest
from sqlalchemy import Engine

from models.session import session_scope
from models.tenant import AccountTaken, ensure_account, ensure_tenant, find_account


def test_an_account_s_name_is_one_company_s_alone(engine: Engine) -> None:
    with session_scope(engine) as connection:
        acme, other = (ensure_tenant(connection, slug=slug, name=slug, timezone="UTC") for slug in ("acme", "other"))
        account = ensure_account(connection, acme, channel="whatsapp", name="sales")
        with pytest.raises(AccountTaken, match="whatsapp account 'sales' belongs to another tenant"):
            ensure_account(connection, other, channel="whatsapp", name="sales")
        assert ensure_account(connection, acme, channel="whatsapp", name="sales") == account
        assert find_account(connection, channel="whatsapp", name="sales") == account
        assert ensure_account(connection, other, channel="chat", name="sales").tenant_id == other
