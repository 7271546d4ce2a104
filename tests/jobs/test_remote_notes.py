"""Notes and tasks in the company's own CRM: once, whatever becomes of the answer, the worker or the connection."""

import pytest

from models.faultpoint import set_fault_hook
from tests.jobs.remote_writing import RemoteHouse
from tests.standins.crm import Fault


def test_a_note_goes_into_the_crm_once_she_said_yes_and_out_again_when_she_takes_it_back(remote: RemoteHouse) -> None:
    assert "Anotar em" in remote.ask_for_note()
    assert remote.shelf.notes == []
    assert remote.writing.say("sim", "m2").startswith("Feito: ")
    [text] = remote.shelf.texts()
    assert text.startswith("quer preço novo\n— Ana\n\nref: r_")
    assert remote.writing.say("desfazer", "m3").startswith("Desfeito: ")
    assert remote.shelf.notes == []


def test_a_task_carries_its_day(remote: RemoteHouse) -> None:
    remote.ask("crm_task", customer=remote.writing.customer, text="ligar", due="amanhã")
    remote.writing.say("sim", "m2")
    assert [task["due"] for task in remote.shelf.tasks] == ["2026-03-03"]


def test_a_customer_that_the_crm_does_not_know_is_told_before_anybody_is_asked(remote: RemoteHouse) -> None:
    remote.shelf.customers.clear()
    assert "SIM" not in remote.ask_for_note()
    said = [line.content for line in remote.writing.house.provider.requests[-1].messages if line.role == "tool"]
    assert "knows no customer" in said[-1]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("reset", accepted=True),
        Fault("status", accepted=True, status=500),
        Fault("status", accepted=True, status=504),
        Fault("garbage", accepted=True),
        Fault("reset"),
        Fault("status", status=503),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}-{fault.accepted}",
)
@pytest.mark.parametrize("honours_keys", [True, False])
def test_what_nobody_heard_of_is_written_once(remote: RemoteHouse, fault: Fault, honours_keys: bool) -> None:
    """Where keys are honoured it is sent again under its key; a CRM that breaks that promise is looked into."""
    remote.ask_for_note()
    remote.crm.faults.extend([fault] if honours_keys else [fault, Fault("status", status=503)])
    said = remote.writing.say("sim", "m2")
    is_there = fault.accepted or honours_keys
    assert said.startswith("Feito: " if is_there else "Não sei se isto chegou")
    assert len(remote.shelf.notes) == is_there
    assert remote.shelf.doubles() == []


@pytest.mark.parametrize("status", [400, 401, 403, 422, 429])
def test_a_refusal_is_told_as_one_and_nothing_is_written(remote: RemoteHouse, status: int) -> None:
    remote.ask_for_note()
    remote.crm.faults.append(Fault("status", status=status))
    assert remote.writing.say("sim", "m2").startswith("Não consegui fazer")
    assert remote.shelf.notes == []
    assert remote.writing.trail == ["proposed", "confirmed", "failed"]


@pytest.mark.parametrize("point", ["tool.due", "tool.worked", "tool.journalled", "answer.written", "answer.committed"])
def test_a_worker_that_dies_writes_it_once(remote: RemoteHouse, point: str) -> None:
    remote.ask_for_note()
    assert remote.say_with_a_death("sim", "m2", point).startswith("Feito: ")
    assert len(remote.shelf.notes) == 1
    assert remote.shelf.doubles() == []


def test_a_crm_that_cannot_be_asked_after_a_death_is_written_to_under_the_same_key(remote: RemoteHouse) -> None:
    remote.ask_for_note()
    remote.crm.lists = False
    assert remote.say_with_a_death("sim", "m2", "tool.worked").startswith("Feito: ")
    assert len(remote.shelf.notes) == 1


@pytest.mark.parametrize("point", ["tool.due", "tool.worked"])
def test_where_no_keys_are_kept_a_death_leaves_it_open_rather_than_written_twice(
    remote: RemoteHouse, point: str
) -> None:
    """The list that does not show it may be behind."""
    remote.keep_no_keys()
    remote.ask_for_note()
    remote.shelf.lags = True
    assert remote.say_with_a_death("sim", "m2", point).startswith("Não sei se")
    assert len(remote.shelf.notes) == (point == "tool.worked")
    assert remote.writing.trail == ["proposed", "confirmed", "unknown"]
    [(wanted_at,)] = remote.writing.house.rows("SELECT wanted_at FROM conversation")
    assert wanted_at is not None, "an operator is called"


def test_where_no_keys_are_kept_a_death_is_told_as_done_once_the_list_shows_it(remote: RemoteHouse) -> None:
    remote.keep_no_keys()
    remote.ask_for_note()
    assert remote.say_with_a_death("sim", "m2", "tool.worked").startswith("Feito: ")
    assert len(remote.shelf.notes) == 1


def test_a_worker_that_thaws_behind_another_writes_nothing(remote: RemoteHouse) -> None:
    remote.keep_no_keys()
    remote.ask_for_note()
    house = remote.writing.house
    stored = house.say("sim", "m2")

    def freeze(name: str) -> None:
        if name == "tool.due":
            house.run("UPDATE conversation SET fence = fence + 1, lease_owner = 'another'")

    set_fault_hook(freeze)
    house.advance(stored)
    set_fault_hook(None)
    assert remote.shelf.notes == []


QUOTES = {
    "quoted in the middle": "> {ours}\n\nFechado em R$ 9.000, contrato anexo. - Paulo",
    "quoted at the end": "Fechado em R$ 9.000, contrato anexo. - Paulo\n\n> {ours}",
}


@pytest.mark.parametrize("answer", QUOTES.values(), ids=QUOTES)
@pytest.mark.parametrize("is_id_lost", [False, True])
def test_an_undo_leaves_alone_what_a_colleague_answered_to_the_note(
    remote: RemoteHouse, answer: str, is_id_lost: bool
) -> None:
    remote.ask_for_note()
    remote.writing.say("sim", "m2")
    [ours] = remote.shelf.notes
    remote.shelf.notes.insert(0, ours | {"id": "hers", "key": "k", "text": answer.format(ours=ours["text"])})
    if is_id_lost:
        remote.writing.house.run("UPDATE proposal SET result = '{\"ok\": true}'")
    assert remote.writing.say("desfazer", "m3").startswith("Desfeito: ")
    assert [note["id"] for note in remote.shelf.notes] == ["hers"]


def test_an_undo_needs_no_list_that_shows_the_note(remote: RemoteHouse) -> None:
    remote.ask_for_note()
    remote.writing.say("sim", "m2")
    remote.shelf.lags = True
    assert remote.writing.say("desfazer", "m3").startswith("Desfeito: ")
    assert remote.shelf.notes == []


def test_an_undo_that_finds_nothing_to_take_back_is_not_told_as_done(remote: RemoteHouse) -> None:
    remote.ask_for_note()
    remote.writing.say("sim", "m2")
    remote.writing.house.run("UPDATE proposal SET result = '{\"ok\": true}'")
    remote.shelf.lags = True
    assert remote.writing.say("desfazer", "m3").startswith("Não sei se")
    assert len(remote.shelf.notes) == 1


def test_an_undo_that_was_refused_keeps_the_id_for_the_next_one(remote: RemoteHouse) -> None:
    remote.ask_for_note()
    remote.writing.say("sim", "m2")
    remote.shelf.lags = True
    remote.crm.faults.append(Fault("status", status=403))
    assert remote.writing.say("desfazer", "m3").startswith("Não posso desfazer")
    assert remote.writing.say("desfazer", "m4").startswith("Desfeito: ")
    assert remote.shelf.notes == []


def test_an_undo_whose_answer_got_lost_is_not_told_as_done_and_can_be_said_again(remote: RemoteHouse) -> None:
    remote.ask_for_note()
    remote.writing.say("sim", "m2")
    remote.crm.faults.append(Fault("status", status=500))
    assert remote.writing.say("desfazer", "m3").startswith("Não sei se")
    assert len(remote.shelf.notes) == 1


def test_an_undo_dies_and_is_gone_on_with(remote: RemoteHouse) -> None:
    remote.ask_for_note()
    remote.writing.say("sim", "m2")
    assert remote.say_with_a_death("desfazer", "m3", "answer.written").startswith("Desfeito: ")
    assert remote.shelf.notes == []
