"""`audit`: the trail as a manager reads it."""

import pytest
from sqlalchemy import text

from models.audit import note
from models.ids import new_id
from models.session import build_engine, session_scope
from tests.bot.commands.conftest import Cli

WORDS = "Anotar em **Padaria Sol**: «x»"


@pytest.fixture
def trail(cli: Cli, command_database_url: str) -> str:
    """A change that Ana was asked about and made, and one of somebody else's; returns that one's name."""
    assert cli("audit").code == 0  # prepares the company
    engine = build_engine(command_database_url, application_name="test")
    mark = f"bia-{new_id().hex[-8:]}"
    with engine.connect() as connection:
        tenant_id = connection.execute(text("SELECT id FROM tenant WHERE slug = 'default'")).scalar_one()
    for event in ("proposed", "confirmed", "applied"):
        with session_scope(engine) as connection:
            note(connection, tenant_id, new_id(), event, "whatsapp:+5511999990000", "Ana", WORDS)
    with session_scope(engine) as connection:
        note(connection, tenant_id, new_id(), "proposed", "bia@example.com", mark, "Anotar em **Bar**: " + "y" * 200)
    engine.dispose()
    return mark


def test_the_trail_is_shown_newest_first_and_long_changes_short(cli: Cli, trail: str) -> None:
    lines = cli("audit").out.splitlines()
    assert lines[0].split() == ["when", "what", "who", "change"]
    assert trail in lines[1]
    assert lines[1].endswith("…")
    assert [line.split()[2] for line in lines[2:5]] == ["applied", "confirmed", "proposed"]


def test_it_can_be_asked_for_one_person_or_from_a_day_on(cli: Cli, trail: str) -> None:
    found = cli("audit", "--person", trail).out
    assert trail in found
    assert "Ana" not in found
    assert trail not in cli("audit", "--person", "Ana").out
    assert "Nothing was written" in cli("audit", "--since", "2999-01-01").out
