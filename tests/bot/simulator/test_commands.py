"""Each command of the prompt arrives at the program as what it stands for."""

from pathlib import Path

import pytest

from bot.commands.base import CommandError
from bot.simulator.commands import COMMANDS, Desk, WayOut, obey
from bot.simulator.twilio import Trouble
from tests.bot.simulator.conftest import PlayedProgram, shown_on


@pytest.mark.parametrize(
    ("line", "kind", "text"),
    [
        ("Quanto vendi?", "text", "Quanto vendi?"),
        ("/voice quanto vendi?", "audio", ""),
        ("/location -23.5614 -46.6558", "location", "Localização: -23.5614, -46.6558"),
        ("/button Sim, confirmar", "text", "Sim, confirmar"),
        ("/forward Promoção!", "text", "Promoção!"),
    ],
)
def test_it_arrives_as_its_kind(desk: Desk, program: PlayedProgram, line: str, kind: str, text: str) -> None:
    assert obey(desk, line) == [200]
    message = program.messages[0]
    assert (message.kind, message.text, message.sender_name) == (kind, text, "Ana Souza")
    assert message.is_forwarded == line.startswith("/forward")


@pytest.mark.parametrize(
    ("name", "content", "command", "expected"),
    [
        ("foto.png", b"\x89PNG\r\n\x1a\n", "/image {} | a vitrine", ("image", "a vitrine", "image/png")),
        ("proposta.pdf", b"%PDF-1.7", "/pdf {}", ("document", "proposta.pdf", "application/pdf")),
        ("nota.ogg", b"OggS", "/voice {} | quanto vendi?", ("audio", "", "audio/ogg")),
    ],
)
def test_a_file_arrives_with_its_bytes(
    desk: Desk,
    program: PlayedProgram,
    tmp_path: Path,
    name: str,
    content: bytes,
    command: str,
    expected: tuple[str, str, str],
) -> None:
    (tmp_path / name).write_bytes(content)
    obey(desk, command.format(tmp_path / name))
    message = program.messages[0]
    assert (message.kind, message.text, message.media[0].content_type) == expected
    assert program.channel.fetch(message.media[0]).content == content


def test_a_burst_is_several_messages_and_one_redelivery_five_of_the_last(desk: Desk, program: PlayedProgram) -> None:
    assert obey(desk, "/burst oi | tudo bem? | quanto vendi?") == [200] * 3
    assert obey(desk, "/dup") == [200] * 5
    assert [message.text for message in program.messages] == ["oi", "tudo bem?", "quanto vendi?"]


def test_a_quote_points_at_what_the_bot_said_last(desk: Desk, program: PlayedProgram) -> None:
    with pytest.raises(CommandError, match="nothing to quote"):
        obey(desk, "/quote e isso?")
    program.send("Faturamento: R$ 10")
    obey(desk, "/quote e isso?")
    assert program.messages[0].quotes == desk.phone.twilio.history.sent[0].sid


def test_troubles_wait_for_the_next_sends(desk: Desk) -> None:
    for line in ("/fail 63024", "/fail 503", "/undelivered 63016", "/hang", "/late"):
        obey(desk, line)
    twilio = desk.phone.twilio
    kinds = [("refused", 63024), ("refused", 503), ("undelivered", 63016), ("lost", 0)]
    assert list(twilio.troubles) == [Trouble(kind, code) for kind, code in kinds]  # type: ignore[arg-type]
    assert twilio.late == 1


def test_the_window_closes_behind_the_next_message_and_opens_with_the_one_after(desk: Desk) -> None:
    closed = desk.phone.twilio.closed
    obey(desk, "/window")
    obey(desk, "oi")
    assert closed == {"whatsapp:+5511987654321"}
    obey(desk, "oi de novo")
    assert closed == set()


def test_somebody_else_may_write(desk: Desk, program: PlayedProgram) -> None:
    obey(desk, "/who (21) 99876-5432 | João")
    obey(desk, "oi")
    assert (program.messages[0].sender, program.messages[0].sender_name) == ("whatsapp:+5521998765432", "João")


def test_the_log_tells_what_went_out_and_judges_it(desk: Desk, program: PlayedProgram) -> None:
    part = program.part("Olá, Ana")
    program.channel.send(part)
    obey(desk, "/log")
    assert "Olá, Ana" in shown_on(desk)
    assert "Nothing was sent twice." in shown_on(desk)
    program.channel.send(part)
    obey(desk, "/log")
    assert f"sent twice: {program.door}/status/{part.id}" in shown_on(desk)


def test_receipts_are_listed_with_the_doors_answers(desk: Desk, program: PlayedProgram) -> None:
    program.send()
    history = desk.phone.twilio.history
    assert history.wait_for(lambda: len(history.sent[0].receipts) == 3, 5)
    obey(desk, "/receipts")
    assert "sent -> 200, delivered -> 200, read -> 200" in shown_on(desk)


def test_help_names_every_command(desk: Desk) -> None:
    obey(desk, "/help")
    assert all(f"/{name}" in shown_on(desk) for name in COMMANDS)


def test_leaving_is_possible(desk: Desk) -> None:
    with pytest.raises(WayOut):
        obey(desk, "/quit")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("/dance", "/help"),
        ("/burst |", "one | two"),
        ("/voice", "/voice TEXT"),
        ("/dup", "nothing was sent"),
        ("/location here", "-23.5614"),
        ("/fail soon", "no code"),
        ("/fail 700", "no code"),
        ("/undelivered 503", "no code"),
        ("/who nobody", "not a phone number"),
        ("/image no-such-file.png", "cannot be read"),
    ],
)
def test_a_mistake_is_explained_and_sends_nothing(desk: Desk, program: PlayedProgram, line: str, reason: str) -> None:
    with pytest.raises(CommandError, match="(?s)" + reason.replace("|", r"\|")):
        obey(desk, line)
    assert program.messages == []
    assert not desk.phone.twilio.troubles
