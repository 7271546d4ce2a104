"""Mail out: a real SMTP peer takes it, refuses it, hangs up on it; and what the outcome then says."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from channels.base import Account
from channels.email.render import render_reply
from channels.email.smtp import Mailer, _provider_id, reconcile_part
from channels.email.smtp_server import SmtpServer, read_smtp_url
from channels.email.threads import find_token, read_thread
from models.errors import ConfigurationError
from models.reply import Absent, Accepted, OutboundPart, Question, Rejected, Reply, ReplyFile, Unknown
from tests.standins.smtp import Fault, StandInSmtp, self_signed

NOW = datetime(2026, 3, 2, 13, 12, tzinfo=UTC)
PART = UUID("0193b6c7-0000-7000-8000-000000000001")
ACCOUNT = Account(
    "email",
    "default",
    "Bot@Example.com.br",
    {"from_name": "Assistente de Vendas", "thread_secret": "a-secret", "timezone": "America/Sao_Paulo"},
)
QUESTION = Question(
    text="Quanto vendi em fevereiro?\n.\nE o João?",
    external_id="<q2@mail.example.com.br>",
    follows=("<a1@recado.example.com.br>", "<q1@mail.example.com.br>"),
    subject="Vendas",
    sender="ana@example.com.br",
    sender_name="Ana Souza",
    asked_at=NOW,
)


@pytest.fixture
def server() -> Iterator[StandInSmtp]:
    with StandInSmtp() as running:
        yield running


def mailer_for(server: StandInSmtp, timeout: float = 60.0) -> Mailer:
    return Mailer(read_smtp_url(server.url), timeout=timeout)


def part_of(reply: Reply, to: str = "ana@example.com.br", part_id: UUID = PART) -> OutboundPart:
    [rendered] = render_reply(ACCOUNT, reply)
    return OutboundPart(part_id, uuid4(), 0, to, rendered.body, attempted_at=NOW, extra=rendered.extra)


def written(message: EmailMessage) -> str:
    """The text body."""
    return str(message.get_body(("plain",)).get_content()).replace("\r\n", "\n")


ANSWER = Reply("Você vendeu **R$ 1.234,56**.", QUESTION)


def test_a_reply_arrives_threaded_with_both_bodies_and_the_question_below(server: StandInSmtp) -> None:
    outcome = mailer_for(server).send(ACCOUNT, part_of(ANSWER), NOW)
    [mail] = server.mails
    message = mail.message
    assert outcome == Accepted(f"<r.{PART}@recado.example.com.br>")
    assert (mail.sender, mail.recipients) == ("Bot@Example.com.br", ("ana@example.com.br",))
    assert message["Message-ID"] == f"<r.{PART}@recado.example.com.br>"
    assert message["In-Reply-To"] == "<q2@mail.example.com.br>"
    assert message["References"] == "<q1@mail.example.com.br> <a1@recado.example.com.br> <q2@mail.example.com.br>"
    assert message["Subject"] == "Re: Vendas"
    assert message["From"] == "Assistente de Vendas <Bot@Example.com.br>"
    assert message["Date"] == "Mon, 02 Mar 2026 13:12:00 +0000"
    text = written(message)
    assert text == (
        "Você vendeu R$ 1.234,56.\n\n"
        "Em 02/03/2026 às 10:12, Ana Souza escreveu:\n> Quanto vendi em fevereiro?\n> .\n> E o João?\n"
    )
    html = message.get_body(("html",)).get_content()
    assert "<strong>R$ 1.234,56</strong>" in html
    assert '<blockquote type="cite"' in html


def test_a_reply_says_that_a_machine_wrote_it(server: StandInSmtp) -> None:
    mailer_for(server).send(ACCOUNT, part_of(ANSWER), NOW)
    message = server.mails[0].message
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Recado"] == "1"


def test_answers_come_back_to_an_address_that_names_the_part(server: StandInSmtp) -> None:
    mailer_for(server).send(ACCOUNT, part_of(ANSWER), NOW)
    [address] = server.mails[0].message["Reply-To"].addresses
    assert read_thread("a-secret", find_token("bot@example.com.br", address.addr_spec)) == PART


def test_without_a_thread_secret_answers_come_back_to_the_mailbox(server: StandInSmtp) -> None:
    mailer_for(server).send(replace(ACCOUNT, credentials={}), part_of(ANSWER), NOW)
    assert server.mails[0].message["Reply-To"] is None


def test_a_second_attempt_sends_the_same_bytes(server: StandInSmtp) -> None:
    part = part_of(replace(ANSWER, files=(ReplyFile("vendas.csv", "text/csv", content=b"a;b\n"),)))
    for later in (timedelta(0), timedelta(minutes=9)):
        mailer_for(server).send(ACCOUNT, part, NOW + later)
    assert server.mails[0].content == server.mails[1].content
    assert server.copies() == {f"<r.{PART}@recado.example.com.br>": 2}


def test_files_are_attached_and_addresses_of_files_are_written_below(server: StandInSmtp) -> None:
    files = (
        ReplyFile("relatório março.pdf", "application/pdf", content=b"%PDF-1.7\x00\xff"),
        ReplyFile("gráfico.png", "image/png", url="https://bot.example.com/media/x"),
    )
    mailer_for(server).send(ACCOUNT, part_of(replace(ANSWER, files=files)), NOW)
    message = server.mails[0].message
    [attached] = message.iter_attachments()
    assert attached.get_filename() == "relatório março.pdf"
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content() == b"%PDF-1.7\x00\xff"
    assert "gráfico.png: https://bot.example.com/media/x" in written(message)


def test_lines_that_begin_with_a_dot_arrive_whole(server: StandInSmtp) -> None:
    mailer_for(server).send(ACCOUNT, part_of(Reply(".\n..\n.fim")), NOW)
    assert written(server.mails[0].message) == ".\n..\n.fim\n"


@pytest.mark.parametrize(
    "place",
    ["subject", "in_reply_to", "references", "name", "file", "type", "own name"],
)
def test_nothing_that_somebody_wrote_becomes_a_header(server: StandInSmtp, place: str) -> None:
    evil = "x@y\r\nBcc: spy@example.org\r\n\r\n<b>"
    question = replace(
        QUESTION,
        subject=evil if place == "subject" else "Vendas",
        external_id=evil if place == "in_reply_to" else "<q@x>",
        follows=(evil,) if place == "references" else (),
        sender_name=evil if place == "name" else "Ana",
    )
    name, kind = (evil if place == "file" else "a.txt"), (f"text/{evil}" if place == "type" else "text/plain")
    own = replace(ACCOUNT, credentials={"from_name": evil}) if place == "own name" else ACCOUNT
    part = part_of(Reply("Oi", question, (ReplyFile(name, kind, content=b"x"),)))
    assert isinstance(mailer_for(server).send(own, part, NOW), Accepted)
    [mail] = server.mails
    assert all("Bcc" not in one for one in mail.message)
    assert b"\nBcc:" not in mail.content
    assert mail.recipients == ("ana@example.com.br",)


@pytest.mark.parametrize(
    "to", ["", "ana", "a b@x.com", "ana@x.com\r\nRCPT TO:<spy@x.com>", "a@x.com,b@x.com", "ç@x.com"]
)
def test_what_is_no_address_is_refused_for_good(server: StandInSmtp, to: str) -> None:
    outcome = mailer_for(server).send(ACCOUNT, part_of(ANSWER, to=to), NOW)
    assert isinstance(outcome, Rejected)
    assert outcome.permanent
    assert server.mails == []


@pytest.mark.parametrize(
    ("fault", "code", "permanent"),
    [
        (Fault("rcpt", "550 no such user"), "smtp_550", True),
        (Fault("rcpt", "451 greylisted"), "smtp_451", False),
        (Fault("mail", "452 disk full"), "smtp_452", False),
        (Fault("mail", "553 not yours"), "smtp_553", True),
        (Fault("data", "554 spam"), "smtp_554", True),
        (Fault("data", "452 later"), "smtp_452", False),
        (Fault("ehlo", "554 not you"), "smtp_554", False),
        (Fault("rcpt"), "connection", False),
        (Fault("mail"), "connection", False),
    ],
    ids=str,
)
def test_a_refusal_says_whether_to_come_back(server: StandInSmtp, fault: Fault, code: str, permanent: bool) -> None:
    server.faults.append(fault)
    if fault.step == "ehlo":
        server.faults.append(fault)  # asked again as HELO
    outcome = mailer_for(server).send(ACCOUNT, part_of(ANSWER), NOW)
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.permanent) == (code, permanent)
    assert server.mails == []


@pytest.mark.parametrize("keeps", [True, False])
def test_hanging_up_on_the_whole_mail_leaves_its_fate_unknown(server: StandInSmtp, keeps: bool) -> None:
    server.faults.append(Fault("data", keeps=keeps))
    assert isinstance(mailer_for(server).send(ACCOUNT, part_of(ANSWER), NOW), Unknown)
    assert len(server.mails) == keeps


def test_silence_after_the_whole_mail_leaves_its_fate_unknown(server: StandInSmtp) -> None:
    server.faults.append(Fault("data", "250 at last", keeps=True, delay=60))
    assert isinstance(mailer_for(server, timeout=4).send(ACCOUNT, part_of(ANSWER), NOW), Unknown)


def test_nobody_listening_is_tried_again() -> None:
    outcome = Mailer(SmtpServer("127.0.0.1", 1, "none")).send(ACCOUNT, part_of(ANSWER), NOW)
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.permanent) == ("connection", False)


def test_it_logs_in_over_tls_and_never_without(tmp_path: Path) -> None:
    server_side, client_side = self_signed(tmp_path)
    with StandInSmtp(login=("bot", "p@ss word"), tls=server_side) as server:
        url = f"smtp://bot:p%40ss%20word@127.0.0.1:{server.port}?tls=starttls"
        outcome = Mailer(read_smtp_url(url), client_side, timeout=180).send(ACCOUNT, part_of(ANSWER), NOW)
        assert isinstance(outcome, Accepted)
        assert (server.mails[0].user, server.mails[0].encrypted) == ("bot", True)


def test_it_speaks_tls_from_the_first_byte_where_the_url_says_so(tmp_path: Path) -> None:
    server_side, client_side = self_signed(tmp_path)
    with StandInSmtp(tls=server_side, implicit=True) as server:
        mailer = Mailer(read_smtp_url(f"smtps://127.0.0.1:{server.port}"), client_side, timeout=180)
        assert isinstance(mailer.send(ACCOUNT, part_of(ANSWER), NOW), Accepted)
        stranger = replace(mailer, tls_context=ssl.create_default_context())
        assert isinstance(stranger.send(ACCOUNT, part_of(ANSWER), NOW), Rejected)
        assert len(server.mails) == 1


def test_a_server_that_cannot_prove_its_name_gets_neither_password_nor_mail(tmp_path: Path) -> None:
    server_side, _ = self_signed(tmp_path)
    with StandInSmtp(login=("bot", "secret"), tls=server_side) as server:
        url = f"smtp://bot:secret@127.0.0.1:{server.port}?tls=starttls"
        outcome = Mailer(read_smtp_url(url), ssl.create_default_context(), timeout=180).send(
            ACCOUNT, part_of(ANSWER), NOW
        )
        assert isinstance(outcome, Rejected)
        assert (outcome.code, server.mails, server.tried) == ("connection", [], [])


def test_a_server_without_tls_gets_nothing_where_tls_is_wanted(server: StandInSmtp) -> None:
    outcome = Mailer(replace(read_smtp_url(server.url), tls="starttls")).send(ACCOUNT, part_of(ANSWER), NOW)
    assert isinstance(outcome, Rejected)
    assert not outcome.permanent


def test_a_wrong_password_is_the_settings_fault_and_not_the_mails(tmp_path: Path) -> None:
    server_side, client_side = self_signed(tmp_path)
    with StandInSmtp(login=("bot", "right"), tls=server_side) as server:
        url = f"smtp://bot:wrong@127.0.0.1:{server.port}?tls=starttls"
        outcome = Mailer(read_smtp_url(url), client_side, timeout=180).send(ACCOUNT, part_of(ANSWER), NOW)
        assert isinstance(outcome, Rejected)
        assert (outcome.code, outcome.permanent) == ("smtp_535", False)


def test_who_knocks_learns_whether_she_would_be_let_in_and_sends_nothing(tmp_path: Path) -> None:
    server_side, client_side = self_signed(tmp_path)
    with StandInSmtp(login=("bot", "right"), tls=server_side) as server:
        right, wrong = (
            Mailer(read_smtp_url(f"smtp://bot:{word}@127.0.0.1:{server.port}?tls=starttls"), client_side, timeout=180)
            for word in ("right", "wrong")
        )
        assert right.knock(ACCOUNT) == ""
        assert wrong.knock(ACCOUNT) == "AUTH: the server answered 535"
        assert server.mails == []
    assert "cannot be used" in right.knock(ACCOUNT)


def test_an_unknown_send_counts_as_absent_only_where_a_second_copy_is_allowed() -> None:
    part = part_of(ANSWER)
    assert reconcile_part(part, resend_unknown=True) == Absent()
    assert isinstance(reconcile_part(part, resend_unknown=False), Unknown)
    assert reconcile_part(replace(part, attempted_at=None), resend_unknown=False) == Absent()


def test_amazons_own_message_id_is_noted_instead_of_ours() -> None:
    answer = b"Ok 0103018f3c2a1b2c-1d2e3f40-0000-4000-8000-000000000000-000000"
    given = "0103018f3c2a1b2c-1d2e3f40-0000-4000-8000-000000000000-000000"
    assert _provider_id("<x@y>", "email-smtp.sa-east-1.amazonaws.com", answer) == f"<{given}@sa-east-1.amazonses.com>"
    assert _provider_id("<x@y>", "email-smtp.us-east-1.amazonaws.com", answer) == f"<{given}@email.amazonses.com>"
    assert _provider_id("<x@y>", "smtp.example.com", answer) == "<x@y>"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://u:p@h.example", SmtpServer("h.example", 587, "starttls", "u", "p")),
        ("smtps://u:p%40@h.example", SmtpServer("h.example", 465, "tls", "u", "p@")),
        ("smtp://relay.internal?tls=none", SmtpServer("relay.internal", 25, "none")),
        ("smtp://localhost:2525", SmtpServer("localhost", 2525, "none")),
        ("smtp://[::1]:2525", SmtpServer("::1", 2525, "none")),
    ],
)
def test_an_smtp_url_says_where_and_how(url: str, expected: SmtpServer) -> None:
    assert read_smtp_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://h",
        "smtp://",
        "smtp://h:99999",
        "smtp://h?tls=maybe",
        "smtps://h?tls=none",
        "smtp://h?x=1",
        "smtp://[::1",
    ],
)
def test_a_wrong_smtp_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="SMTP_URL must look like"):
        read_smtp_url(url)


def test_a_password_is_not_sent_in_the_clear() -> None:
    with pytest.raises(ConfigurationError, match="not sent without TLS") as caught:
        read_smtp_url("smtp://user:hunter22@relay.example?tls=none")
    assert "hunter22" not in str(caught.value)
