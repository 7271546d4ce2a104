"""`proposals`: what waits for a yes, and what an operator found who looked an unknown fate up."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, insert

from bot.doctor.promises import check_troubles
from models.changes.proposal import find_undoable, proposals
from models.ids import new_id
from models.session import session_scope
from tests.bot.commands.conftest import Cli, run_alone
from tests.bot.commands.stored import Stored, store_in

ANA = "whatsapp:+5511911112222"
WORDS = "Anotar em **Padaria Sol**: «quer preço novo»"


@pytest.fixture
def stored(engine: Engine, fresh_database_url: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Stored:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    return store_in(engine)


def propose(stored: Stored, status: str, *, conversation: UUID | None = None, decided_in: UUID | None = None) -> UUID:
    """A change that Ana said yes to, as it stands now."""
    conversation = conversation or stored.say("anota aí", ANA)
    whose = {"tenant_id": stored.account.tenant_id, "conversation_id": conversation, "address": ANA, "person": "Ana"}
    what = {"tool": "crm_note", "arguments": {}, "words": WORDS, "language": "pt", "definition": "d", "digest": "d"}
    when = {"turn_id": new_id(), "call_key": "c", "expires_at": "2026-01-01T00:00Z", "decided_in": decided_in}
    key = new_id()
    with session_scope(stored.engine) as connection:
        connection.execute(insert(proposals).values(id=key, status=status, **whose, **what, **when))
    return key


def fate(stored: Stored, key: UUID) -> str:
    [(status,)] = stored.rows("SELECT status FROM proposal WHERE id = :key", key=key)
    return str(status)


def notices(stored: Stored) -> list[tuple[str, str]]:
    return [tuple(row) for row in stored.rows("SELECT to_address, body FROM outbox")]


def test_where_nobody_is_asked_proposals_says_so(cli: Cli, stored: Stored) -> None:
    for words in ((), ("list",)):
        done = cli("proposals", *words)
        assert (done.code, "Nobody is being asked" in done.out) == (0, True)


@pytest.mark.parametrize(
    ("found", "status", "said"), [("applied", "applied", "Feito: "), ("absent", "failed", "Não consegui fazer")]
)
def test_what_was_found_is_settled_on_record_and_told(
    stored: Stored, cli: Cli, found: str, status: str, said: str
) -> None:
    key = propose(stored, "unknown")
    listed = cli("proposals").out
    assert str(key)[:18] in listed
    assert "settle ID applied|absent" in listed
    done = cli("proposals", "settle", str(key)[:18], found, "--as", "Bia Lima")
    assert (done.code, done.err) == (0, "")
    assert "Ana is being told" in done.out
    assert fate(stored, key) == status
    assert f"{status} (settled by Bia Lima)" in cli("audit", "--person", "Ana").out
    [(to, body)] = notices(stored)
    assert to == ANA
    assert body.startswith(said)
    again = cli("proposals", "settle", str(key), found)
    assert (again.code, "there is no change of unknown fate" in again.err) == (1, True)
    assert len(notices(stored)) == 1


@pytest.mark.parametrize(
    ("found", "status", "said"), [("applied", "applied", "Não posso desfazer"), ("absent", "undone", "Desfeito: ")]
)
def test_an_undo_in_doubt_is_settled_as_an_undo(stored: Stored, cli: Cli, found: str, status: str, said: str) -> None:
    key = propose(stored, "unknown")
    stored.run("UPDATE proposal SET applied_at = now() WHERE id = :key", key=key)
    assert cli("proposals", "settle", str(key), found).code == 0
    assert fate(stored, key) == status
    assert notices(stored)[0][1].startswith(said)


def test_nothing_that_was_settled_is_taken_back_by_a_word(stored: Stored, cli: Cli) -> None:
    conversation = stored.say("anota aí", ANA)
    key = propose(stored, "unknown", conversation=conversation, decided_in=new_id())
    assert cli("proposals", "settle", str(key), "applied").code == 0
    with session_scope(stored.engine) as connection:
        (always,) = connection.exec_driver_sql("SELECT interval '1 year'").one()
        assert find_undoable(connection, conversation, ANA, always) == []


@pytest.mark.parametrize("status", ["open", "rejected", "expired", "applied", "failed", "undone", "confirmed"])
def test_what_is_known_or_still_being_made_is_nobodys_to_settle(stored: Stored, cli: Cli, status: str) -> None:
    key = propose(stored, status)
    assert cli("proposals", "settle", str(key), "absent").code == 1
    assert fate(stored, key) == status
    assert notices(stored) == []


def test_a_yes_whose_turn_ended_without_an_outcome_is_settled_too(stored: Stored, cli: Cli) -> None:
    conversation = stored.say("sim", ANA)
    stored.reply(conversation, "Desculpe")
    [(turn_id,)] = stored.rows("SELECT id FROM turn")
    stored.run("DELETE FROM outbox")
    key = propose(stored, "confirmed", conversation=conversation, decided_in=turn_id)
    stored.run("UPDATE turn SET status = 'open'")
    assert cli("proposals", "settle", str(key), "absent").code == 1, "a worker is at it"
    stored.run("UPDATE turn SET status = 'answered'")
    assert cli("proposals", "settle", str(key), "absent").code == 0
    assert fate(stored, key) == "failed"


def test_another_companys_change_is_not_found(stored: Stored, cli: Cli) -> None:
    key = propose(stored, "unknown")
    stored.run("INSERT INTO tenant (id, slug, name, timezone) VALUES (:id, 'acme', 'Acme', 'UTC')", id=new_id())
    for words in (
        ("settle", str(key), "applied", "--tenant", "acme"),
        ("--tenant", "acme", "settle", str(key), "applied"),
    ):
        assert "there is no change" in cli("proposals", *words).err
    assert fate(stored, key) == "unknown"


def test_who_asked_by_a_channel_that_is_fetched_is_told_by_the_operator(stored: Stored, cli: Cli) -> None:
    key = propose(stored, "unknown", conversation=stored.say("anota", "ana", by_chat=True))
    assert "tell her yourself" in cli("proposals", "settle", str(key), "applied").out
    assert (fate(stored, key), notices(stored)) == ("applied", [])


def test_an_unknown_fate_shows_where_an_operator_looks(stored: Stored, cli: Cli) -> None:
    conversation = stored.say("anota", ANA)
    assert "changes" not in {finding.subject for finding in check_troubles(stored.engine)}
    assert "fate nobody knows" not in cli("inbox", "show", str(conversation)).out
    propose(stored, "unknown", conversation=conversation)
    [finding] = [one for one in check_troubles(stored.engine) if one.subject == "changes"]
    assert (finding.state, "proposals settle" in finding.cure) == ("warn", True)
    assert "fate nobody knows: 1" in cli("inbox", "show", str(conversation)).out


def test_a_process_that_knows_no_other_command_settles_as_well(
    stored: Stored, fresh_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    key = propose(stored, "unknown")
    engines = {"DATABASE_URL": fresh_database_url, "REDIS_URL": fresh_redis_url, "RECADO_DATA_DIR": str(tmp_path)}
    done = run_alone("proposals", "settle", str(key), "applied", "--as", "Bia", folder=tmp_path, **engines)
    assert (done.returncode, done.stderr) == (0, "")
    assert (fate(stored, key), len(notices(stored))) == ("applied", 1)
    listed = run_alone("proposals", folder=tmp_path, **engines)
    assert (listed.returncode, listed.stderr) == (0, "")
