"""Machines are never answered, and people are not taken for machines."""

from dataclasses import replace

import pytest

from channels.email.reading.reader import read_mail
from tests.channels.email.reading.mails import NOW, OWN, mail, read

MACHINES = [
    ({"auto_submitted": "auto-replied"}, "auto-submitted"),
    ({"auto_submitted": "auto-generated (rejected); x=y"}, "auto-submitted"),
    ({"return_path": "<>"}, "null-sender"),
    ({"content_type": 'multipart/report; report-type=delivery-status; boundary="b"'}, "report"),
    ({"content_type": "message/disposition-notification"}, "report"),
    ({"x_failed_recipients": "x@y.z"}, "failed-recipients"),
    ({"content_type": "text/calendar; charset=utf-8; method=REQUEST"}, "calendar"),
    ({"content_type": "text/calendar; method=REPLY"}, "calendar"),
    ({"precedence": "Bulk"}, "bulk"),
    ({"precedence": "auto_reply"}, "bulk"),
    ({"list_id": "<vendas.exemplo.com.br>"}, "list"),
    ({"list_unsubscribe": "<mailto:x@y.z>"}, "list"),
    ({"x_loop": "bot"}, "loop"),
    ({"x_autoreply": "yes"}, "auto-reply"),
    ({"x_autorespond": "1"}, "auto-reply"),
    ({"x_auto_response_suppress": "All"}, "auto-response-suppress"),
    ({"x_auto_response_suppress": "DR, OOF, AutoReply"}, "auto-response-suppress"),
    ({"from": "MAILER-DAEMON@cliente.com.br"}, "machine-sender"),
    ({"from": "Correio <postmaster@cliente.com.br>"}, "machine-sender"),
    ({"from": "no-reply@cliente.com.br"}, "machine-sender"),
    ({"from": "pedidos-noreply@cliente.com.br"}, "machine-sender"),
    ({"from": "nao-responda@cliente.com.br"}, "machine-sender"),
    ({"from": "naoresponder@cliente.com.br"}, "machine-sender"),
    ({"from": "bounce+123=x@cliente.com.br"}, "machine-sender"),
    ({"from": "Bot <bot@exemplo.com.br>"}, "own-address"),
    ({"from": "bot+abc@exemplo.com.br"}, "own-address"),
    ({"x_recado": "1"}, "own-mail"),
    ({"message_id": "<r.1@mail.exemplo.com.br>"}, "own-mail"),
    ({"subject": "Resposta automática: férias"}, "automatic-subject"),
    ({"subject": "=?utf-8?Q?Resposta_autom=C3=A1tica=3A_Pedido?="}, "automatic-subject"),
    ({"subject": "Ausência temporária"}, "automatic-subject"),
    ({"subject": "Fora do escritório: até 10/03"}, "automatic-subject"),
    ({"subject": "Mensagem automática - recebemos seu contato"}, "automatic-subject"),
    ({"subject": "Automatic reply: Order"}, "automatic-subject"),
    ({"subject": "Out of Office: back Monday"}, "automatic-subject"),
    ({"subject": "Respuesta automática: Pedido"}, "automatic-subject"),
    ({"subject": "Fuera de la oficina"}, "automatic-subject"),
    ({"subject": "Undelivered Mail Returned to Sender"}, "automatic-subject"),
    ({"subject": "Não é possível entregar: Pedido"}, "automatic-subject"),
    ({"subject": "Falha na entrega da mensagem"}, "automatic-subject"),
    ({"subject": "Falha de entrega (Failure)"}, "automatic-subject"),
    ({"subject": "E-mail automático: recebemos seu contato"}, "automatic-subject"),
    ({"subject": "Lida: Pedido 10"}, "automatic-subject"),
]


@pytest.mark.parametrize(("fields", "reason"), MACHINES, ids=lambda value: str(value))
def test_a_machine_is_told_by_what_it_sends(fields: dict[str, str], reason: str) -> None:
    found = read(mail("Estou ausente", **fields))
    assert (found.machine, found.unanswerable) == (reason, reason)


def test_the_envelope_tells_the_null_sender_where_no_header_does() -> None:
    assert read(mail(), envelope_sender="").machine == "null-sender"
    assert read(mail(), envelope_sender="ana@cliente.com.br").machine == ""


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"auto_submitted": "no"},
        {"return_path": "<ana@cliente.com.br>"},
        {"precedence": "normal"},
        {"x_auto_response_suppress": "RN, NRN"},
        {"in_reply_to": "<r.1@mail.exemplo.com.br>"},
        {"from": "Noel Reply <noel@cliente.com.br>"},
        {"from": "bruno@cliente.com.br"},
        {"from": "nonato@cliente.com.br"},
        {"subject": "Automação da linha 3"},
        {"subject": "RES: Fora do prazo"},
        {"subject": "Entrega automática de tinta"},
        {"subject": "Férias coletivas: muda o pedido?"},
        {"subject": "Não entregue: pedido 44"},
        {"subject": "Não foi possível entregar o pedido 44"},
        {"subject": "Falha na entrega do pedido 44"},
        {"subject": "E-mail automático do sistema com erro"},
        {"content_type": "text/plain; name"},
        {"content_type": "text/calendar"},
        {"content_type": "text/calendar; method=PUBLISH", "content_disposition": "attachment; filename=feiras.ics"},
    ],
    ids=str,
)
def test_a_person_is_answered(fields: dict[str, str]) -> None:
    assert read(mail("Oi", **fields)).unanswerable == ""


def test_people_of_a_shared_domain_are_no_echo_of_ours() -> None:
    shared = replace(OWN, message_domain="exemplo.com.br")
    colleague = mail(**{"from": "leo@exemplo.com.br"}, message_id="<CAB1@exemplo.com.br>")
    assert read_mail(colleague, shared, NOW).machine == ""
    assert read_mail(mail(message_id="<r.7f@exemplo.com.br>"), shared, NOW).machine == "own-mail"
