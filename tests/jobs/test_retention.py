"""Raw events go when their days are over, but never one that something still needs."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import ProgrammingError

from jobs.privacy.retention import Retention
from models.errors import ProviderError
from models.ids import first_id_at, new_id
from models.inbound import InboundMedia, InboundMessage
from models.inbox import Stored
from models.money.budget_books import begin_books
from models.privacy.retention import find_moment, forget_old_books
from models.privacy.retention_rule import set_rule
from models.session import session_scope
from models.tenant import ensure_account, ensure_tenant
from tests.jobs.house import House, dying_at
from tests.models.test_budget import limited

KEPT = "SELECT count(*) FROM raw_event"
AT_ONCE = timedelta(seconds=-5)  # whatever there is, is older


def purge(house: House, keep: timedelta | None = AT_ONCE, batch: int = 100) -> int:
    """One round to its end; how many are left."""
    retention = Retention(house.engine, keep, batch)
    retention.start_round()
    retention.work()
    return int(house.rows(KEPT)[0][0])


def picture(house: House, unanswerable: str = "") -> Stored:
    inside = (InboundMedia("image/png", "a.png", ""),)
    return house.receive(InboundMessage("m1", "+5511999990000", "", media=inside, unanswerable=unanswerable))


def test_what_was_answered_goes_and_what_was_said_stays(house: House) -> None:
    house.advance(house.say("oi", "m1"))
    assert purge(house) == 0
    assert house.rows("SELECT text FROM message ORDER BY seq") == [("oi",), ("echo: oi",)]
    assert house.say("oi", "m1").is_duplicate, "a redelivery is known for ever"


def test_what_is_younger_stays(house: House) -> None:
    house.advance(house.say("oi", "m1"))
    assert purge(house, timedelta(minutes=1)) == 1


def test_zero_days_keep_everything(house: House) -> None:
    house.advance(house.say("oi", "m1"))
    assert purge(house, None) == 1


def test_what_waits_for_its_turn_stays(house: House) -> None:
    stored = house.say("oi", "m1")
    assert purge(house) == 1
    house.provider.script = [ProviderError("down", kind="server")]
    house.advance(stored)
    assert purge(house) == 1, "its turn is put off"
    house.make_due()
    house.advance(stored)
    assert purge(house) == 0


def test_a_file_that_lies_in_the_event_stays_until_it_is_fetched(house: House) -> None:
    house.advance(picture(house))
    house.run("UPDATE media SET status = 'pending'")
    house.run("UPDATE turn SET status = 'settled'")
    assert purge(house) == 1
    house.run("UPDATE media SET url = 'https://api.twilio.com/media/1'")
    assert purge(house) == 0, "its bytes are elsewhere"


def test_the_files_of_a_machines_mail_are_nothing_that_anybody_waits_for(house: House) -> None:
    picture(house, unanswerable="auto-reply")
    assert purge(house) == 0


def test_a_round_goes_on_behind_what_it_had_to_leave(house: House) -> None:
    for number in range(5):
        house.say("oi", f"m{number}", sender=f"+551199999000{number}")
    house.run("UPDATE message SET unanswerable = 'auto-reply' WHERE external_id IN ('m1', 'm4')")
    assert purge(house, batch=2) == 3


def test_what_another_company_keeps_is_not_passed_on_the_way(house: House) -> None:
    house.advance(house.say("oi", "m1"))
    with session_scope(house.engine) as connection:
        other = ensure_tenant(connection, slug="other", name="Other", timezone="UTC")
        account = ensure_account(connection, other, channel="fake", name="other")
        set_rule(connection, other, "requests", None)
    ages = (str(first_id_at(datetime.now(UTC) - timedelta(days=days))) for days in range(1, 41))
    rows = ", ".join(f"('{one}', '{account.id}', '', '')" for one in ages)
    house.run(f"INSERT INTO raw_event (id, account_id, target, body) VALUES {rows}")
    assert purge(house, batch=1) == 40, "a beat of ten batches comes to what is the first company's"


def test_a_walk_that_fails_holds_up_no_other(house: House) -> None:
    house.advance(house.say("oi", "m1"))
    with session_scope(house.engine) as connection:
        set_rule(connection, house.account.tenant_id, "conversations", 1)
        set_rule(connection, house.account.tenant_id, "requests", 1)
    house.run("UPDATE turn SET settled_at = now() - interval '3 days'")
    house.run("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no'; END$$")
    house.run("CREATE TRIGGER refuse BEFORE UPDATE ON message EXECUTE FUNCTION refuse()")
    retention = Retention(house.engine, None, ago=lambda connection, age: find_moment(connection, AT_ONCE))
    retention.start_round()
    with pytest.raises(ProgrammingError):
        retention.work()
    retention.work()
    assert house.rows(KEPT) == [(0,)]


def test_a_death_between_batches_leaves_the_rest_to_the_next_round(house: House) -> None:
    for number in range(3):
        house.advance(house.say("oi", f"m{number}"))

    with dying_at("retention.half-purged"):
        purge(house, batch=1)
    assert house.rows(KEPT) == [(2,)]
    assert purge(house) == 0


def test_an_id_tells_when_it_was_made() -> None:
    before, made, after = datetime.now(UTC), new_id(), datetime.now(UTC)
    assert first_id_at(before) <= made
    assert made < first_id_at(after + timedelta(milliseconds=2))


def test_books_of_days_long_gone_are_forgotten_and_those_of_months_kept(house: House) -> None:
    with session_scope(house.engine) as connection:
        begin_books(connection, house.account.tenant_id, limited(day="1"))
        forget_old_books(connection, timedelta(days=62))
    assert house.rows("SELECT count(*) FROM budget") == [(2,)]
    house.run("UPDATE budget SET begins_on = begins_on - 70")
    with session_scope(house.engine) as connection:
        forget_old_books(connection, timedelta(days=62))
    assert house.rows("SELECT kind FROM budget") == [("month",)]
