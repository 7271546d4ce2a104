"""Hostile mail: double size takes at most two and a half times as long, and what breaks bounds is refused at once."""

from collections.abc import Callable

import pytest

from channels.email.reading.html import read_html_lines
from channels.email.reading.lines import mark_flowing, split_lines
from channels.email.reading.reply import cut_reply
from models.errors import PayloadError
from tests.channels.email.reading.mails import mail, read
from tests.cpu import cpu_seconds

SIZE = 4_000
FLOOR = 0.03  # seconds; what is faster than this says nothing about growth
TEXTS = {
    "newlines": "\n",
    "spaces": " ",
    "on a": "On a\n",
    "on a <": "On a <",
    "unfinished heads": "Em seg., 2 de mar. de 2026 às 10:12, F <\n",
    "heads": "Em seg., 2 de mar. de 2026 às 10:12, F <a@b.c> escreveu:\n> x\n",
    "marks": "> ",
    "quotes": "> x\n",
    "De": "De: ",
    "De lines": "De:\n",
    "Para lines": "Para: a@b.c\n\n",
    "long line": "aaaaaaaaaa",
    "strokes": "-",
    "delimiters": "--\n",
    "closings": "Att,\nJoão\n",
    "phones": "Enviado do meu iPhone\n",
    "disclaimers": "Esta mensagem é confidencial\n\n",
    "titles": "-----Mensagem original-----\n",
    "addresses": "a@b.c <a@b.c ",
    "digits": "11 1111 1111 ",
    "invisible": "\u200b",
}
MARKUP = {
    "angle brackets": "<",
    "unclosed tags": "<div",
    "blockquotes": "<blockquote>",
    "quotes": "<blockquote type=cite>x",
    "comments": "<!--",
    "attributes": '<a b="',
    "raw": "<style>",
    "paragraphs": "<p>x",
    "closings": "</div>",
    "misnested": "<b><p></b>",
    "entities": "&",
    "tables": "<table><tr><td>",
    "declarations": "<!",
    "spaces in a tag": "<a      ",
}


def cut_text(text: str) -> object:
    return cut_reply(split_lines(text))


def cut_html(source: str) -> object:
    return cut_reply(mark_flowing(read_html_lines(source)))


def check_linear(work: Callable[[str], object], piece: str) -> None:
    """A busy machine may spoil one measurement, hardly three; what grows faster than its size fails every time."""
    for _ in range(3):
        once, twice = (cpu_seconds(lambda size=size: work(piece * size), rounds=2) for size in (SIZE, SIZE * 2))
        if twice < max(2.5 * once, FLOOR):
            break
    assert twice < max(2.5 * once, FLOOR)
    assert twice < 2


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_double_size_takes_double_time(name: str) -> None:
    check_linear(cut_text, TEXTS[name])


@pytest.mark.parametrize("name", MARKUP)
def test_markup_of_double_size_takes_double_time(name: str) -> None:
    check_linear(cut_html, MARKUP[name])


def nested(depth: int) -> bytes:
    """Multiparts in one another."""
    opening = "".join(
        f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n" for level in range(depth)
    )
    return f"From: a@b.c\r\n{opening}\r\nOi".encode()


REFUSED = {
    "empty": b" \r\n",
    "deep": nested(3_000),
    "parts": mail(b"--b\r\n\r\n" * 100_000, content_type="multipart/mixed; boundary=b"),
    "a long header": mail(subject="=?utf-8?q?a?= " * 20_000),
    "many headers": b"X: y\r\n" * 5_000 + b"\r\nOi",
    "long headers": b"".join(b"X-%d: %s\r\n" % (n, b"y" * 10_000) for n in range(20)) + b"\r\nOi",
    "addresses": mail(to=",".join(f"a{n}@b.c" for n in range(201))),
    "endless headers": b"X: " + b"y" * 1_000_000,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_beyond_the_bounds_is_refused_at_once(name: str) -> None:
    def refuse() -> None:
        with pytest.raises(PayloadError):
            read(REFUSED[name])

    assert cpu_seconds(refuse) < 1


READ = {
    "nine deep": nested(9),
    "open comments in an address": mail(to="(" * 15_000 + "a@b.c"),
    "open quotes in an address": mail(to='"' + '\\"' * 7_000),
    "words": mail(subject="=?utf-8?q?a?= " * 1_000),
    "parameters": mail(content_type='text/plain; a="' * 1_000),
    "results": mail(authentication_results="mx.exemplo.com.br;" + "spf=pass(" * 1_500),
    "references": mail(references="<" * 16_000),
    "html of one line": mail("<blockquote>" * 80_000, content_type="text/html"),
    "a server's note to itself": mail(x_ms_exchange_notes="y" * 40_000),
}


@pytest.mark.parametrize("name", READ)
def test_what_is_odd_but_within_the_bounds_is_read_in_no_time(name: str) -> None:
    assert cpu_seconds(lambda: read(READ[name])) < 1.5
