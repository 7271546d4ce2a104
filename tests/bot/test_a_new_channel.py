"""What a new channel takes: one file and one registry line. Door, inbox, queue and worker ask for nothing more."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.app import create_app, door_of
from bot.services import ChannelDirectory
from channels.base import Account
from channels.registry import CHANNELS
from jobs.advance import advance
from jobs.runtime import set_services
from models.session import session_scope
from models.tenant import ensure_account
from tests.bot.conftest import Door
from tests.contracts.pigeon import SENT
from tests.jobs.house import House, house

__all__ = ["house"]

ACCOUNT = Account("pigeon", "default", credentials={"word": "columba"})
NOTE = {"ring": "r1", "loft": "telhado", "note": "quanto vendi?"}


@pytest.fixture
def pigeons(door: Door, house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setitem(CHANNELS, "pigeon", "tests.contracts.pigeon.PigeonChannel")  # the one registry line
    directory = ChannelDirectory({("pigeon", "default"): ACCOUNT})
    with session_scope(door.engine) as connection:
        ensure_account(connection, house.account.tenant_id, channel="pigeon")
    set_services(replace(house.services, channel_for=directory.find))
    SENT.clear()
    made = Door(create_app(replace(door.services, channel_for=directory.find)), door.services)
    yield made
    door_of(made.app).close()
    made.app.redis_conn.close()  # type: ignore[attr-defined]


def test_a_note_comes_in_once_and_its_answer_flies_back_in_parts(pigeons: Door, house: House) -> None:
    house.provider.script = ["Há caixas. " * 10]
    for _ in range(2):
        answer = pigeons.client.post("/webhooks/pigeon/default", json=NOTE, headers={"X-Pigeon": "columba"})
        assert answer.status_code == 200
    [[conversation_id]] = house.rows("SELECT id FROM conversation")
    advance(str(conversation_id))
    assert [part.to for part in SENT] == ["telhado", "telhado"]
    assert "".join(part.body for part in SENT) == ("Há caixas. " * 10).strip()


@pytest.mark.parametrize(
    ("word", "note", "status"), [("rolinha", NOTE, 403), ("", NOTE, 403), ("columba", {"ring": "r1"}, 400)]
)
def test_the_door_refuses_as_it_does_for_every_channel(
    pigeons: Door, house: House, word: str, note: dict[str, str], status: int
) -> None:
    answer = pigeons.client.post("/webhooks/pigeon/default", json=note, headers={"X-Pigeon": word})
    assert answer.status_code == status
    assert house.rows("SELECT count(*) FROM message") == [(0,)]
