"""What a company wants kept for so many days goes then, whole, and nothing that somebody still waits for."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from jobs.memory.keeper import take_in
from jobs.privacy.leftovers import clear_leftovers
from jobs.privacy.retention import TABLES, Retention, count_due
from models.errors import ProviderError, StoredFileMissing
from models.faultpoint import set_fault_hook
from models.files.storage import DiskStorage
from models.invariants import find_violations
from models.memory.remembered import claim_conversation
from models.operators.replay import NotReplayable, replay_message
from models.privacy.expiry import _TAKE, EXPIRED
from models.privacy.inventory import HOLDINGS
from models.privacy.retention import find_moment
from models.privacy.retention_rule import KINDS, Kind, find_rules, set_rule
from models.search.index import SearchIndex
from models.session import session_scope
from models.tables import metadata
from tests.jobs.house import House, dying_at
from tests.jobs.personal_rows import MARK, Planted, plant
from tests.jobs.test_erasing import dump, lines_with_mark

MONTH = 30
# What names nobody by its words, and stays when they go: who wrote on which address, and ids that a platform gave.
_WHO = {
    "message": {"external_id", "sender", "quotes", "follows"},
    "outbox": set[str](),
}


@pytest.fixture
def planted(house: House, tmp_path: Path) -> Planted:
    return plant(house, DiskStorage(tmp_path / "files"))


def later(connection: Connection, age: timedelta) -> datetime:
    """As if a month and a day had passed."""
    return find_moment(connection, age - timedelta(days=MONTH + 1))


def a_round(house: House, *kinds: Kind, storage: DiskStorage | None = None, batch: int = 100) -> None:
    """To its end; these kinds are kept for a month."""
    with session_scope(house.engine) as connection:
        for kind in kinds:
            set_rule(connection, house.account.tenant_id, kind, MONTH)
    retention = Retention(house.engine, None, batch, ago=later)
    retention.start_round()
    for _ in range(20):
        retention.work()
    if storage is not None:
        clear_leftovers(house.engine, storage)


def found_by_search(house: House, words: str) -> int:
    (space,) = house.rows("SELECT id FROM search_space WHERE kind = 'turns' ORDER BY id LIMIT 1")
    with session_scope(house.engine) as connection:
        return len(SearchIndex(connection).search(space.id, words, 5))


def test_without_a_rule_nothing_goes(planted: Planted) -> None:
    before = dump(planted.house)
    a_round(planted.house, storage=planted.storage)
    assert lines_with_mark(dump(planted.house)) == lines_with_mark(before)


def test_what_is_younger_stays(planted: Planted) -> None:
    with session_scope(planted.house.engine) as connection:
        for kind in KINDS:
            set_rule(connection, planted.house.account.tenant_id, kind, MONTH + 2)
    before = lines_with_mark(dump(planted.house))
    a_round(planted.house, storage=planted.storage)
    assert lines_with_mark(dump(planted.house)) == before


def test_of_a_conversation_who_wrote_when_and_what_it_cost_stays(planted: Planted) -> None:
    house = planted.house
    sums = "SELECT count(*), sum(tokens_in), sum(tokens_out), sum(cost) FROM completion"
    before = house.rows(sums), house.rows("SELECT count(*), min(received_at) FROM message")
    a_round(house, "conversations", storage=planted.storage)
    assert (house.rows(sums), house.rows("SELECT count(*), min(received_at) FROM message")) == before
    assert house.rows("SELECT DISTINCT text, subject, aside FROM message") == [("", "", "")]
    assert house.rows("SELECT DISTINCT outcome FROM turn") == [("expired",)]
    for table in ("tool_call", "cached_answer", "kept_result", "awaited_answer", "remembered_turn", "search_posting"):
        assert house.rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    assert house.rows("SELECT lines, prose FROM summary") == [([], "")]
    with pytest.raises(StoredFileMissing):
        planted.storage.get(planted.file)


def test_every_word_of_hers_goes_by_one_rule_or_another(planted: Planted) -> None:
    """But who she is, her notes in the company's own records, and what she costs by the day."""
    planted.house.run("UPDATE discount_request SET status = 'refused'")
    a_round(planted.house, *KINDS, storage=planted.storage)
    left = {
        name
        for name, holding in HOLDINGS.items()
        for column in holding.personal
        if planted.house.rows(f"SELECT FROM {name} WHERE {column}::text LIKE '%{MARK}%'")
    }
    who_she_is = {"contact", "identity", "person", "sender_alias", "opt_out", "mailbox_code", "conversation"}
    assert left == {"message", "summary", "crm_entry", "budget", "budget_hold", *who_she_is}
    assert planted.house.rows(f"SELECT FROM message WHERE text || subject || aside LIKE '%{MARK}%'") == []


def test_whatever_is_personal_in_an_emptied_row_is_emptied_or_says_who_wrote() -> None:
    for table, values in EXPIRED.items():
        assert set(HOLDINGS[table].personal) - set(values) == _WHO.get(table, set()), table
    assert set(TABLES) == set(KINDS)


def test_whatever_hangs_on_a_turn_and_is_somebodys_goes_with_it_or_by_a_rule_of_its_own() -> None:
    taken = set(re.findall(r"(?:UPDATE|DELETE FROM) (\w+)", " ".join(map(str, _TAKE))))
    hanging = {name for name, one in HOLDINGS.items() if one.personal and "turn_id" in metadata.tables[name].c}
    assert hanging - taken == {"fact", "customer_fact", "proposal", "budget_hold"}, (
        "the last is of days, and goes when they are settled"
    )


def test_who_comes_back_begins_anew_and_is_answered(house: House) -> None:
    house.advance(house.say("quanto vendi?", "m1"))
    a_round(house, "conversations")
    house.provider.script = ["Bom dia."]
    house.advance(house.say("bom dia", "m2"))
    assert house.sent[-1] == "Bom dia."
    prompt = house.provider.requests[-1].messages
    assert [line.content for line in prompt if line.role != "system"] == ["bom dia"]
    assert house.say("quanto vendi?", "m1").is_duplicate, "a redelivery is known for ever"


def test_what_waits_for_its_answer_stays_until_it_had_one_for_so_long(house: House) -> None:
    house.provider.script = [ProviderError("down", kind="server"), "Certo."]
    stored = house.say("quanto vendi?", "m1")
    a_round(house, "conversations")
    house.advance(stored)
    a_round(house, "conversations")
    assert house.rows("SELECT text FROM message") == [("quanto vendi?",)]
    assert count_waiting(house) == 1
    house.make_due()
    house.advance(stored)
    house.run("UPDATE turn SET settled_at = now() + interval '2 days'")
    a_round(house, "conversations")
    assert house.rows("SELECT text FROM message ORDER BY seq") == [("quanto vendi?",), ("Certo.",)]
    house.run("UPDATE turn SET settled_at = now()")
    a_round(house, "conversations")
    assert house.rows("SELECT DISTINCT text FROM message") == [("",)]
    assert count_waiting(house) == 0


def count_waiting(house: House) -> int:
    (row,) = house.rows("SELECT count(*) AS rows FROM retention_waiting")
    return int(row.rows)


def find_rules_reached(house: House) -> dict[str, str]:
    with session_scope(house.engine) as connection:
        [rule] = find_rules(connection)
    return {table: str(at) for table, at in rule.reached.items()}


def test_what_somebody_works_on_is_left_for_the_next_round(house: House) -> None:
    house.advance(house.say("oi", "m1"))
    with session_scope(house.engine) as connection:
        connection.exec_driver_sql("SELECT FROM conversation FOR NO KEY UPDATE")
        a_round(house, "conversations")
    assert house.rows("SELECT text FROM message ORDER BY seq") == [("oi",), ("echo: oi",)]
    a_round(house, "conversations")
    assert house.rows("SELECT DISTINCT text FROM message") == [("",)]


def test_what_is_being_taken_into_memory_is_left_for_the_next_round(house: House) -> None:
    """Or its words would come back with what was read of them before they went."""
    house.advance(house.say("oi", "m1"))
    with session_scope(house.engine) as elsewhere:
        assert claim_conversation(elsewhere) is not None
        a_round(house, "conversations")
    assert house.rows("SELECT text FROM message ORDER BY seq") == [("oi",), ("echo: oi",)]
    a_round(house, "conversations")
    assert house.rows("SELECT DISTINCT text FROM message") == [("",)]


def test_a_round_begins_behind_what_is_done(house: House) -> None:
    for number in range(3):
        house.advance(house.say("oi", f"m{number}"))
    a_round(house, "conversations", batch=2)
    (newest,) = house.rows("SELECT max(id::text) AS id FROM message")
    assert find_rules_reached(house) == {"message": newest.id}
    with session_scope(house.engine) as connection:
        due = count_due(connection, house.account.tenant_id, "conversations", timedelta(days=-1))
    assert due == 0


def test_a_round_does_not_walk_again_past_what_waits(house: House) -> None:
    """However much was passed behind it: a round looks at what waits, and at nothing else."""
    house.say("quem responde?", "m0", sender="+5511999990001")
    for number in range(1, 4):
        house.advance(house.say("oi", f"m{number}"))
    a_round(house, "conversations", batch=2)
    assert house.rows("SELECT text FROM message WHERE text <> ''") == [("quem responde?",)]
    assert (len(find_rules_reached(house)), count_waiting(house)) == (1, 1)
    looked: list[str] = []
    set_fault_hook(looked.append)
    try:
        a_round(house, "conversations", batch=2)
    finally:
        set_fault_hook(None)
    assert looked.count("retention.half-purged") == 2, "once at what waits, once for what is new"


def test_what_waits_stays_when_it_is_kept_for_longer_by_then(house: House) -> None:
    house.say("quem responde?", "m0")
    a_round(house, "conversations")
    house.run("UPDATE message SET unanswerable = 'auto-reply'")
    with session_scope(house.engine) as connection:
        set_rule(connection, house.account.tenant_id, "conversations", MONTH + 2)
    retention = Retention(house.engine, None, ago=later)
    retention.start_round()
    retention.work()
    assert (house.rows("SELECT text FROM message"), count_waiting(house)) == ([("quem responde?",)], 1)
    a_round(house, "conversations")
    assert (house.rows("SELECT text FROM message"), count_waiting(house)) == ([("",)], 0)


def test_another_companys_words_stay(planted: Planted) -> None:
    house = planted.house
    house.run("INSERT INTO tenant (id, slug, name, timezone) VALUES (gen_random_uuid(), 'other', 'Other', 'UTC')")
    before = lines_with_mark(dump(house))
    with session_scope(house.engine) as connection:
        (other,) = connection.exec_driver_sql("SELECT id FROM tenant WHERE slug = 'other'").one()
        for kind in KINDS:
            set_rule(connection, other, kind, MONTH)
    a_round(house, storage=planted.storage)
    assert lines_with_mark(dump(house)) == before


def test_files_go_before_the_words_that_came_with_them(planted: Planted) -> None:
    a_round(planted.house, "files", storage=planted.storage)
    with pytest.raises(StoredFileMissing):
        planted.storage.get(planted.file)
    assert planted.house.rows("SELECT status, transcript, storage_key FROM media") == [
        ("deleted", f"voz de {MARK}", "")
    ]


def test_what_is_taken_out_of_memory_is_found_no_more_and_stays_in_the_conversation(house: House) -> None:
    for number in range(3):
        house.advance(house.say("quanto a padaria comprou?", f"m{number}"))
    while take_in(house.services):
        pass
    house.advance(house.say("e a mercearia?", "m9"))
    assert found_by_search(house, "padaria") == 3
    a_round(house, "memory", batch=2)
    assert found_by_search(house, "padaria") == 0
    assert house.rows("SELECT count(*) FROM search_posting") == [(0,)]
    assert house.rows("SELECT count(*) FROM message WHERE text <> ''") == [(8,)]
    while take_in(house.services):
        pass
    assert house.rows("SELECT count(*) FROM remembered_turn") == [(0,)], "what is forgotten is not taken in again"


def test_lines_of_what_went_are_cut_out_of_the_summary(house: House) -> None:
    for number in range(2):
        house.advance(house.say("oi", f"m{number}"))
    lines = '[{"number": 1, "text": "a"}, {"number": 9, "text": "b"}]'
    house.run(
        "INSERT INTO summary "
        "(conversation_id, sender, tenant_id, covers_from, covers_up_to, lines, prose, prose_up_to) "
        f"SELECT id, sender, tenant_id, 0, 2, '{lines}', 'a b', 2 FROM conversation"
    )
    a_round(house, "memory")
    assert house.rows("SELECT lines, prose, prose_up_to FROM summary") == [([{"number": 9, "text": "b"}], "", 0)]


def test_a_change_that_waits_for_its_fate_stays(planted: Planted) -> None:
    planted.house.run("UPDATE proposal SET status = 'unknown'")
    a_round(planted.house, "changes", "discounts")
    assert planted.house.rows("SELECT count(*) FROM proposal") == [(1,)]
    assert planted.house.rows("SELECT count(*) FROM discount_request") == [(1,)], "nobody ruled on it"
    assert planted.house.rows("SELECT event, words, person FROM audit") == [("proposed", "", "")]


def test_a_turn_whose_words_went_is_not_begun_again(house: House) -> None:
    stored = house.say("oi", "m1")
    house.advance(stored)
    house.run("UPDATE turn SET outcome = 'apologised'")
    a_round(house, "conversations")
    with session_scope(house.engine) as connection, pytest.raises(NotReplayable, match="no longer kept"):
        replay_message(connection, house.account.tenant_id, stored.message_id)


def test_no_promise_is_broken_by_it(planted: Planted) -> None:
    a_round(planted.house, *KINDS, storage=planted.storage)
    with session_scope(planted.house.engine) as connection:
        assert find_violations(connection) == {}


def test_whoever_dies_in_between_leaves_the_rest_to_the_next(planted: Planted) -> None:
    with dying_at("retention.half-purged"):
        a_round(planted.house, "conversations", storage=planted.storage, batch=1)
    a_round(planted.house, "conversations", storage=planted.storage)
    assert planted.house.rows("SELECT DISTINCT text FROM message") == [("",)]
    assert planted.house.rows("SELECT storage_key FROM media") == [("",)]
    with pytest.raises(StoredFileMissing):
        planted.storage.get(planted.file)
