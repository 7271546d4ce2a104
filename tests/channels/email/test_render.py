"""What a reply becomes: text and HTML of the same words, a subject, a thread, the question below, in its language."""

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import Account
from channels.email.markdown import to_html, to_text
from channels.email.render import render_reply
from channels.email.wording import guess_language, reply_subject
from models.reply import Question, Reply

ACCOUNT = Account("email", "default", "bot@aurora.example", {"from_name": "Assistente"})
ASKED = Question(
    "Quanto vendi?",
    "<q@x.example>",
    subject="Vendas",
    sender="ana@x.example",
    asked_at=datetime(2026, 3, 2, 13, 12, tzinfo=UTC),
)

MARKDOWN = """# Março

Você vendeu **R$ 1.234,56**, 5 * 2 = 10 e _nada_ mais.
Veja [o relatório](https://aurora.example/r) ou <https://aurora.example/s>.

- café: `3`
- chá
  1. verde
  2. preto

| produto | qtd |
|---|---:|
| café | 3 |

> dito

```
a  b
```
"""


def test_the_text_reads_well_without_marks() -> None:
    assert to_text(MARKDOWN) == (
        "Março\n\n"
        "Você vendeu R$ 1.234,56, 5 * 2 = 10 e nada mais.\n"
        "Veja o relatório (https://aurora.example/r) ou https://aurora.example/s.\n\n"
        "- café: 3\n- chá\n  1. verde\n  2. preto\n\n"
        "produto | qtd\ncafé | 3\n\n"
        "> dito\n\n"
        "    a  b"
    )


def test_the_html_shows_the_marks() -> None:
    html = to_html(MARKDOWN)
    for piece in ("<h1>Março</h1>", "<strong>R$ 1.234,56</strong>", '<a href="https://aurora.example/r">', "<table"):
        assert piece in html


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=https://spy.example/x>",
        "![x](https://spy.example/x.png)",
        "[x](javascript:alert(1))",
        '[x](https://a.example/"onload="alert(1))',
        '"><iframe src=//spy.example>',
    ],
)
def test_nothing_in_a_reply_or_its_question_makes_a_mail_program_fetch_or_run(evil: str) -> None:
    [part] = render_reply(ACCOUNT, Reply(evil, replace(ASKED, text=evil, sender_name=evil)))
    page = str(part.extra["html"]) + str(part.extra["quote_html"])
    tags: list[tuple[str, list[tuple[str, str | None]]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append((tag, attributes))  # type: ignore[method-assign]
    parser.feed(page)
    assert {tag for tag, _ in tags} <= {"div", "p", "a", "blockquote", "br"}
    addresses = [
        value or "" for _, attributes in tags for name, value in attributes if name != "style" and name != "type"
    ]
    assert all(address.startswith("https://") for address in addresses)
    assert all(name in ("style", "type", "href") for _, attributes in tags for name, _ in attributes)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Vendas", "Re: Vendas"),
        ("Re: Vendas", "Re: Vendas"),
        ("RES: Vendas", "RES: Vendas"),
        ("re[2]: x", "re[2]: x"),
        ("Resumo", "Re: Resumo"),
        ("ENC: Vendas", "Re: ENC: Vendas"),
        ("", "Re: Sua pergunta"),
        ("a\r\nBcc: x@y", "Re: a Bcc: x@y"),
    ],
)
def test_the_subject_says_re_once(subject: str, expected: str) -> None:
    assert reply_subject(replace(ASKED, subject=subject), "Assistente") == expected


@pytest.mark.parametrize(
    ("text", "language", "line"),
    [
        ("Quanto vendi em março?", "pt", "Em 02/03/2026 às 10:12, ana@x.example escreveu:"),
        ("How much did we sell in March?", "en", "On Mar 2, 2026 at 10:12, ana@x.example wrote:"),
        ("¿Cuánto vendí el mes pasado?", "es", "El 02/03/2026 a las 10:12, ana@x.example escribió:"),
        ("123", "pt", "Em 02/03/2026 às 10:12, ana@x.example escreveu:"),
    ],
)
def test_the_question_is_quoted_in_its_own_language(text: str, language: str, line: str) -> None:
    assert guess_language(text) == language
    [part] = render_reply(ACCOUNT, Reply("Oi", replace(ASKED, text=text)))
    assert part.extra["quote"] == f"{line}\n> {text}"


def test_a_question_without_a_date_or_a_name_is_quoted_all_the_same() -> None:
    [part] = render_reply(ACCOUNT, Reply("Oi", replace(ASKED, asked_at=None, sender="", sender_name="")))
    assert part.extra["quote"] == "? escreveu:\n> Quanto vendi?"


def test_made_up_ids_are_not_repeated_to_the_other_side() -> None:
    question = replace(ASKED, external_id="<0f@synthetic.invalid>", follows=("<q@x.example>",))
    [part] = render_reply(ACCOUNT, Reply("Oi", question))
    assert "in_reply_to" not in part.extra
    [part] = render_reply(ACCOUNT, Reply("Oi", replace(ASKED, follows=("<0f@synthetic.invalid>", "nonsense"))))
    assert part.extra["references"] == ["<q@x.example>"]


def test_a_long_thread_keeps_its_root_and_its_end() -> None:
    follows = tuple(f"<{number}@x.example>" for number in range(99, -1, -1))
    [part] = render_reply(ACCOUNT, Reply("Oi", replace(ASKED, follows=follows)))
    references = part.extra["references"]
    assert len(references) <= 31
    assert references[0] == "<0@x.example>"
    assert references[-2:] == ["<99@x.example>", "<q@x.example>"]


def test_a_reply_beyond_one_mail_loses_no_word() -> None:
    words = [f"palavra{number}" for number in range(60_000)]
    parts = render_reply(ACCOUNT, Reply(" ".join(words)))
    assert len(parts) > 1
    assert " ".join(part.body for part in parts).split() == words


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=300), st.text(max_size=100))
def test_whatever_is_said_can_be_rendered(text: str, asked: str) -> None:
    parts = render_reply(ACCOUNT, Reply(text, replace(ASKED, text=asked, subject=asked, sender_name=asked)))
    assert parts == render_reply(ACCOUNT, Reply(text, replace(ASKED, text=asked, subject=asked, sender_name=asked)))
