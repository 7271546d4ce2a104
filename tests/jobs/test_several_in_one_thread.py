"""Several people write in one thread, as colleagues do below a deal: each is answered as who she is."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from channels.base import Capabilities
from jobs.runtime import set_services
from models.inbound import InboundMessage
from models.inbox import Stored
from models.money.budget import Budgets
from models.person import People
from models.session import session_scope
from models.usage import usage_report
from tests.jobs.house import House

THREAD = "deals/7"


@pytest.fixture
def thread(house: House) -> House:
    house.channel.capabilities = Capabilities(40, "plain", "push", coalesces=False)
    with session_scope(house.engine) as connection:
        people = People(connection, house.account.tenant_id)
        for name, role in (("Rita", "rep"), ("Mia", "manager")):
            person = people.add(name=name, role=role, salesperson=name)
            people.add_identity(person, house.account.id, name.lower())
    return house


def write(house: House, who: str, words: str, unanswerable: str = "") -> Stored:
    message = InboundMessage(words, who.lower(), words, sender_name=who, thread=THREAD, unanswerable=unanswerable)
    return house.receive(message)


def roles(house: House) -> list[tuple[str, str]]:
    return [(r.situation.role, r.messages[-1].content) for r in house.provider.requests]


def test_a_question_that_waits_keeps_the_role_of_who_asked_it_whoever_writes_meanwhile(thread: House) -> None:
    write(thread, "Rita", "quanto vendi?")
    thread.advance(write(thread, "Mia", "moved the deal", unanswerable="no question"))
    assert roles(thread) == [("rep", "quanto vendi?")]


def test_each_of_two_questions_in_one_thread_is_answered_as_its_own_asker(thread: House) -> None:
    write(thread, "Mia", "quanto vendemos?")
    thread.advance(write(thread, "Rita", "quanto vendi?"))
    assert roles(thread) == [("manager", "quanto vendemos?"), ("rep", "quanto vendi?")]


def test_who_is_not_known_gets_nobody_elses_role(thread: House) -> None:
    write(thread, "Eve", "quanto vendi?")
    thread.advance(write(thread, "Mia", "noted", unanswerable="no question"))
    assert [role for role, _ in roles(thread)] == ["manager"]  # by the open door of the demo, as Eve
    assert thread.provider.requests[0].situation.person_name == "Eve"


def test_what_an_answer_cost_is_counted_for_whoever_asked(thread: House) -> None:
    budgets = Budgets(None, None, Decimal(1), timezone="America/Sao_Paulo")
    set_services(replace(thread.services, budgets=budgets))
    write(thread, "Mia", "quanto vendemos?")
    thread.advance(write(thread, "Rita", "quanto vendi?"))
    with session_scope(thread.engine) as connection:
        rows = usage_report(connection, thread.account.tenant_id, date(2000, 1, 1), date(2100, 1, 1), "UTC")
    assert [(row.user, row.turns, row.completions) for row in rows] == [("mia", 1, 1), ("rita", 1, 1)]
    books = thread.rows("SELECT subject, spent FROM budget WHERE kind = 'person_day' ORDER BY subject")
    assert books == [("mia", Decimal("0.001")), ("rita", Decimal("0.001"))]


def test_what_another_was_answered_is_remembered_for_managers_alone(thread: House) -> None:
    for who, words in (
        ("Mia", "margem do hotel?"),
        ("Rita", "quanto vendi?"),
        ("Rita", "e ontem?"),
        ("Mia", "e hoje?"),
    ):
        thread.provider.script = [f"Só para {who}."]
        thread.advance(write(thread, who, words))
    seen = ["\n".join(line.content for line in request.messages) for request in thread.provider.requests]
    assert ["margem do hotel?" in one for one in seen] == [True, False, False, True]
    assert ["Só para Mia." in one for one in seen] == [False, False, False, True]
    assert ["Só para Rita." in one for one in seen] == [False, False, True, True]
