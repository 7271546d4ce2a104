"""What the payloads on record mean, CRM by CRM."""

from uuid import UUID

import pytest

from channels.crm import CrmChannel
from channels.crm.mapping import preset_names
from models.errors import PayloadError
from models.inbound import InboundMessage, Receipt
from tests.channels.crm.conftest import PAYLOADS, account_of, parse_recorded, recorded
from tests.standins.crm_webhooks import message_payload, signed_webhook

OUR_PART = UUID("0193b6c7-0000-7000-8000-000000000001")


def message_of(preset: str, name: str) -> InboundMessage:
    [message] = parse_recorded(preset, name)
    assert isinstance(message, InboundMessage)
    return message


QUESTIONS = {
    ("generic", "message_created.json"): (
        "msg_7",
        "ana@padaria.example",
        "deal/42",
        "Quanto vendi este mês?",
    ),
    ("hubspot", "question.json"): (
        "3816279340:25:1795177806944:1246965",
        "userId:52871",
        "deal/1246965",
        "Quanto este cliente comprou no último trimestre?",
    ),
    ("pipedrive", "note_created.json"): (
        "note:118",
        "18487521",
        "deal/42",
        "quanto a Padaria Sol comprou\neste ano?",
    ),
    ("pipedrive", "note_of_a_person.json"): ("note:118", "18487521", "person/3", "qual o último pedido?"),
    ("kommo", "lead_note.form"): (
        "leads:note:60864725",
        "7039101",
        "leads/25399013",
        "qual foi o último pedido deste cliente?",
    ),
    ("kommo", "contact_note.form"): (
        "contacts:note:60864999",
        "7039101",
        "contacts/40700289",
        "quanto ele comprou em 2025?",
    ),
    ("salesforce", "task.xml"): (
        "04l5f000004pqrsAAA",
        "0055f000004aBcDAAU",
        "record/0065f00000QwErTAAV",
        "quanto a Padaria Sol & Filhos comprou este ano?",
    ),
}


@pytest.mark.parametrize(("preset", "name"), QUESTIONS, ids="/".join)
def test_a_question_keeps_its_id_person_thread_and_words(preset: str, name: str) -> None:
    message = message_of(preset, name)
    assert (message.external_id, message.sender, message.thread, message.text) == QUESTIONS[preset, name]
    assert message.reply_to == message.thread
    assert message.kind == "text"
    assert message.unanswerable == ""
    assert message.is_verified


EVENTS = {
    ("generic", "deal_moved.json"): "deal.moved: Reposição de farinha de Proposta para Fechamento",
    ("pipedrive", "deal_stage_changed.json"): "O negócio Reposição de farinha passou da etapa 2 para a etapa 3.",
    ("pipedrive", "deal_created.json"): "Negócio criado no CRM: Reposição de farinha.",
    ("pipedrive", "person_created.json"): "Contato criado no CRM: Bruno Lima.",
    ("rd_station", "deal_created.json"): "Negócio criado no CRM: Padaria Sol - reposição, na etapa Proposta.",
    ("rd_station", "deal_updated.json"): "Negócio atualizado no CRM: Padaria Sol - reposição, na etapa Proposta.",
    ("kommo", "lead_status.form"): "O lead Padaria Sol 25399013 passou da etapa 7039101 para a etapa 142.",
    ("kommo", "lead_added.form"): "Registro criado no CRM (leads): Mercado Lua.",
    ("salesforce", "opportunity.xml"): "Oportunidade Padaria Sol: etapa Negociação.",
    ("generic", "deal_idle_briefly.json"): (
        "O negócio Reposição de farinha de Padaria Sol está parado há 3 dias. Rascunhe uma mensagem de retomada "
        "para o responsável enviar ao cliente."
    ),
}


@pytest.mark.parametrize(("preset", "name"), EVENTS, ids="/".join)
def test_an_event_is_described_and_starts_no_turn(preset: str, name: str) -> None:
    event = message_of(preset, name)
    assert event.text == EVENTS[preset, name]
    assert event.kind == "event"
    assert event.unanswerable == "event"
    assert event.sender


def test_an_event_starts_a_turn_where_a_rule_says_so() -> None:
    event = message_of("generic", "deal_idle.json")
    assert event.kind == "event"
    assert event.unanswerable == ""
    assert event.sender == "ana@padaria.example"
    assert event.text.startswith("O negócio Reposição de farinha de Padaria Sol está parado há 9 dias.")


@pytest.mark.parametrize(
    ("preset", "name"),
    [("generic", "echo.json"), ("pipedrive", "echo.json"), ("kommo", "echo.form"), ("salesforce", "echo.xml")],
    ids="/".join,
)
def test_our_own_note_coming_back_is_no_message_but_proof_that_it_arrived(preset: str, name: str) -> None:
    assert parse_recorded(preset, name) == [Receipt(status="delivered", part_id=OUR_PART)]


@pytest.mark.parametrize(
    ("preset", "name"),
    [
        ("generic", "echo_without_marker.json"),
        ("generic", "ping.json"),
        ("pipedrive", "note_for_people.json"),
        ("kommo", "note_for_people.form"),
        ("kommo", "call_note.form"),
        ("rd_station", "deal_deleted.json"),
    ],
    ids="/".join,
)
def test_what_is_not_meant_for_us_gives_nothing(preset: str, name: str) -> None:
    assert parse_recorded(preset, name) == []


def test_a_person_who_quotes_a_note_of_ours_is_a_person() -> None:
    quote = "Isto está certo?\n\nref: r_0193b6c7-0000-7000-8000-000000000001\n\nacho que não"
    [message] = CrmChannel(account_of("generic")).parse(signed_webhook(message_payload(quote)))
    assert isinstance(message, InboundMessage)
    assert message.text == quote


def test_forwarded_words_and_strangers_are_marked() -> None:
    assert message_of("generic", "message_forwarded.json").is_forwarded
    assert not message_of("generic", "message_created.json").is_forwarded
    assert not message_of("generic", "message_unverified.json").is_verified


def test_a_batch_gives_each_item_its_meaning_in_order() -> None:
    read = parse_recorded("hubspot", "batch.json")
    assert all(isinstance(item, InboundMessage) for item in read)
    assert [(item.kind, item.thread) for item in read if isinstance(item, InboundMessage)] == [
        ("text", "contact/501"),
        ("event", "deal/1246965"),
        ("event", "contact/502"),
    ]
    kinds = [item.kind for item in parse_recorded("salesforce", "batch.xml") if isinstance(item, InboundMessage)]
    assert kinds == ["text", "event", "text"]


def test_a_repeated_delivery_has_the_same_id() -> None:
    first, again = (message_of("hubspot", name).external_id for name in ("question.json", "question_repeated.json"))
    assert first == again


def test_one_wording_in_a_field_is_one_question_however_often_the_deal_changes() -> None:
    question, event = parse_recorded("rd_station", "deal_updated_with_question.json")
    assert isinstance(question, InboundMessage)
    assert isinstance(event, InboundMessage)
    assert question.external_id == "650878567482d9c0c7002050:Quanto este cliente comprou no ano passado?"
    assert question.sender == "ana@padaria.example"
    assert event.kind == "event"
    assert event.external_id != question.external_id


def test_another_company_of_the_same_crm_is_not_ours() -> None:
    assert parse_recorded("salesforce", "task.xml", address="00D5f000000otherAAA") == []
    assert len(parse_recorded("salesforce", "task.xml", address="00D5f000000abcdEAA")) == 1
    assert parse_recorded("kommo", "lead_note.form", address="1") == []
    assert parse_recorded("hubspot", "question.json", address="1") == []
    assert len(parse_recorded("hubspot", "question.json", address="4433")) == 1


def test_an_item_that_cannot_be_read_does_not_take_the_others_with_it(caplog: pytest.LogCaptureFixture) -> None:
    whole = {"eventId": 1, "subscriptionId": 2, "occurredAt": 3, "objectId": 4, "sourceId": "userId:1"}
    whole |= {"subscriptionType": "deal.propertyChange", "propertyName": "recado_pergunta", "propertyValue": "Oi"}
    broken = {name: value for name, value in whole.items() if name != "sourceId"}
    channel = CrmChannel(account_of("hubspot"))
    [message] = channel.parse(signed_webhook([broken, whole]))
    assert isinstance(message, InboundMessage)
    assert message.sender == "userId:1"
    assert "person: missing" in caplog.text
    with pytest.raises(PayloadError, match="person: missing"):
        channel.parse(signed_webhook([broken]))


def test_addresses_with_characters_nobody_sees_are_refused_and_names_are_only_cleaned() -> None:
    channel = CrmChannel(account_of("generic"))
    with pytest.raises(PayloadError, match="person"):
        channel.parse(signed_webhook(message_payload("Oi", sender="ana\u200b@padaria.example")))
    payload = message_payload("Oi")
    payload["data"]["author"]["name"] = "Ana 👩\u200d🌾\x00 " + "x" * 500
    [message] = channel.parse(signed_webhook(payload))
    assert isinstance(message, InboundMessage)
    assert message.sender_name.startswith("Ana 👩\u200d🌾 x")
    assert len(message.sender_name) <= 200


def test_an_id_of_any_length_becomes_one_that_can_be_stored() -> None:
    channel = CrmChannel(account_of("generic"))
    ids = set()
    for ending in ("a", "b", "a"):
        [message] = channel.parse(signed_webhook(message_payload("Oi"), message_id="m" * 5_000 + ending))
        assert isinstance(message, InboundMessage)
        assert len(message.external_id) <= 200
        ids.add(message.external_id)
    assert len(ids) == 2


@pytest.mark.parametrize("payload", [b'"text"', b"7", b"null", b"[" + b"{}," * 1_000 + b"{}]"])
def test_what_is_no_object_or_far_too_much_is_refused(payload: bytes) -> None:
    with pytest.raises(PayloadError):
        CrmChannel(account_of("hubspot")).parse(signed_webhook(payload))


def test_every_preset_has_payloads_on_record_and_reads_all_of_them() -> None:
    assert sorted(path.name for path in PAYLOADS.iterdir()) == preset_names()
    for preset in preset_names():
        for path in sorted((PAYLOADS / preset).iterdir()):
            parse_recorded(preset, path.name)
            assert recorded(preset, path.name).body


def test_only_salesforce_wants_to_read_something_in_our_answer() -> None:
    body, content_type = CrmChannel(account_of("salesforce")).acknowledge()
    assert "<Ack>true</Ack>" in body
    assert content_type.startswith("text/xml")
    assert CrmChannel(account_of("hubspot")).acknowledge() == ("", "text/plain")
