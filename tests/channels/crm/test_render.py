"""Replies as plain text, for notes that know no Markdown."""

import pytest

from channels.crm import CrmChannel
from channels.crm.render import MAX_TEXT, render_reply
from models.reply import Question, Reply, ReplyFile
from tests.channels.crm.conftest import account_of


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Você vendeu **R$ 1.234,56** em *maio*.", "Você vendeu R$ 1.234,56 em maio."),
        ("# Vendas\n\ntotal", "Vendas\n\ntotal"),
        ("- um\n- dois\n  - três", "- um\n- dois\n  - três"),
        ("* um\n* dois", "• um\n• dois"),
        ("2024. foi\n2025. melhor", "2024. foi\n2025. melhor"),
        ("| Mês | Valor |\n|---|---|\n| maio | 10 |\n| junho | 20 |", "Mês: maio · Valor: 10\nMês: junho · Valor: 20"),
        ("| Mês | Valor |\n|---|---|", "Mês · Valor"),
        ("veja [o pedido](https://example.com/p)", "veja o pedido (https://example.com/p)"),
        ("[https://example.com](https://example.com)", "https://example.com"),
        ("`a*b` e 5 * 2 * 3", "a*b e 5 * 2 * 3"),
        ("> citado\n> mais\n\nfim", "> citado\n> mais\n\nfim"),
        ("```\nx = 1\n\ny\n```", "x = 1\n\ny"),
        ("a\n\n---\n\nb", "a\n\n———\n\nb"),
        ("![gráfico](https://example.com/g.png)", "gráfico (https://example.com/g.png)"),
        ("<b>não</b> é <script>html</script>", "<b>não</b> é <script>html</script>"),
        ("linha\ndois\\\ntrês", "linha\ndois\ntrês"),
        ("", "…"),
    ],
)
def test_markdown_becomes_plain_text(markdown: str, text: str) -> None:
    [part] = render_reply(Reply(markdown))
    assert part.body == text


def test_a_long_reply_becomes_several_notes_and_loses_no_word() -> None:
    words = [f"palavra{number}" for number in range(3_000)]
    parts = render_reply(Reply(" ".join(words)))
    assert len(parts) > 1
    assert all(len(part.body) <= MAX_TEXT for part in parts)
    assert " ".join(part.body for part in parts).split() == words


def test_files_are_links_below_the_text() -> None:
    files = (ReplyFile("vendas.pdf", "application/pdf", "https://bot.example.com/f/1"), ReplyFile("x", "text/plain"))
    [part] = render_reply(Reply("Segue.", files=files))
    assert part.body == "Segue.\n\nvendas.pdf: https://bot.example.com/f/1"


def test_a_reply_remembers_what_it_answers() -> None:
    [part] = CrmChannel(account_of("generic")).render(Reply("Oi", question=Question("Oi?", "msg_7", sender="ana")))
    assert part.extra == {"external_id": "msg_7", "sender": "ana"}
