"""What a person sees of a message and of what becomes of it."""

from io import StringIO

import pytest

from bot.simulator.history import ReceiptCall, Sent
from bot.simulator.screen import Screen, describe_content, describe_status


def sent(*receipts: str, code: str = "") -> Sent:
    message = Sent("whatsapp:+5511987654321", "Faturamento: *R$ 10*\n\nPeríodo: ontem", "")
    message.receipts = [ReceiptCall(status, code, 200) for status in receipts]
    message.status, message.error_code = receipts[-1] if receipts else "queued", code
    return message


@pytest.mark.parametrize(
    ("receipts", "shown"),
    [
        ([], "…"),
        (["sent"], "✓"),
        (["sent", "delivered"], "✓✓"),
        (["sent", "delivered", "read"], "✓✓ read"),
        (["read", "delivered", "sent"], "✓ (reported as read, delivered, sent)"),
    ],
)
def test_ticks_are_whatsapps(receipts: list[str], shown: str) -> None:
    assert describe_status(sent(*receipts)) == shown


def test_what_failed_is_named_with_its_code() -> None:
    assert describe_status(sent("sent", "undelivered", code="63024")) == "✗ undelivered 63024"


def test_templates_and_files_are_named() -> None:
    message = Sent("whatsapp:+5511987654321", "Olá", "", ("https://bot.example.com/f/1",), "HX1")
    assert describe_content(message) == "[template HX1]\nOlá\n[file https://bot.example.com/f/1]"


def test_on_a_terminal_a_reply_stands_above_the_line_that_is_being_typed() -> None:
    out = StringIO()
    Screen(out, is_terminal=True, typed=lambda: "e por ven").show_reply(sent())
    assert out.getvalue() == "\r\x1b[K  Faturamento: *R$ 10*\n\n  Período: ontem\n> e por ven"


def test_in_a_pipe_there_is_neither_prompt_nor_colour() -> None:
    out = StringIO()
    screen = Screen(out, is_terminal=False)
    screen.show_ticks(sent("sent"))
    screen.show_refusal(63016)
    assert out.getvalue() == "    ✓\n    (a send was refused: 63016)\n"
