"""No reply links to a host that the company did not allow, however the address is spelt."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.links import find_links, tame_links
from channels.email.markdown import to_html, to_text
from channels.whatsapp.render import render_reply
from models.reply import Reply

ALLOWED = frozenset({"aurora.com.br", "painel.aurora.com.br"})

HOSTILE = [
    "veja https://evil.com/p?d=42",
    "veja http://evil.com",
    "HTTPS://EVIL.COM/x",
    "www.evil.com",
    "evil.com/leak?total=123",
    "evil.amazon/leak/total-123",
    "evil.unheardof?d=42",
    "evil.beauty",
    "evil.com.br",
    "[clique](https://evil.com/a)",
    "[clique]( <https://evil.com/a> )",
    "[clique](//evil.com/a)",
    "[clique](/\\evil.com)",
    "[clique](javascript:alert(1))",
    "[clique](data:text/html,x)",
    '[clique](https://evil.com "título")',
    "![gráfico](https://evil.com/pixel.png?d=1)",
    "![gráfico][g]\n\n[g]: https://evil.com/p.png",
    "[clique][l]\n\n[l]: https://evil.com/p",
    "<https://evil.com>",
    "<a href='https://evil.com/x'>oi</a>",
    "<img src=https://evil.com/x>",
    "ev\u200bil.c\u2060om",
    "https://ev\u00adil.com",
    "e\u202evil.com",
    "evil\\.com",
    "evil&#46;com",
    "evil&period;com",
    "evil**.**com",
    "evil`.`com",
    "evil_._com",
    "h&#116;tps://evil.com",
    "http&colon;//evil.com/x",
    "evil．com",
    "evil。com",
    "еvil.com",
    "xn--80ak6aa92e.com",
    "https://aurora.com.br@evil.com/",
    "https://aurora.com.br%2eevil.com/",
    "https://aurora.com.br.evil.com/",
    "https://aurora.com.br\\@evil.com",
    "https://аurora.com.br/",
    "https://evil.com:443/",
    "http://10.0.0.1/x",
    "10.0.0.1:8080/x",
    "ftp://evil.com/x",
    "tg://resolve?domain=x",
    "intent://evil.com#Intent;end",
    "[a](https://aurora.com.br/x) e [b](https://evil.com/y)",
    "[https://aurora.com.br](https://evil.com)",
    "| a |\n|---|\n| evil.com/x |",
    "- evil.com\n- https://evil.com",
    "~~evil~~.com",
    "evil&amp;#46;com",
    "пример.рф",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_leaves_links_to_a_strange_host_on_any_channel(text: str) -> None:
    tamed = tame_links(text, ALLOWED)
    shown = "\n".join(part.body for part in render_reply(Reply(tamed)))
    for seen in (tamed, shown, to_text(tamed)):
        assert find_links(seen, ALLOWED) == [], seen
        assert "evil.com" not in seen
    hrefs = [piece.split('"')[0] for piece in to_html(tamed).split('href="')[1:]]
    assert all(href.startswith(("https://aurora.com.br", "https://painel.aurora.com.br")) for href in hrefs), hrefs
    assert "<img" not in to_html(tamed)


@pytest.mark.parametrize("secret", ["d=42", "total=123", "pixel.png"])
def test_what_an_address_carries_is_gone(secret: str) -> None:
    for text in HOSTILE:
        assert secret not in tame_links(text, ALLOWED)


@pytest.mark.parametrize(
    "text",
    [
        "https://aurora.com.br/pedidos/4521?x=1",
        "[painel](https://painel.aurora.com.br/a_b)",
        "Você vendeu **R$ 1.234.567,89** em 12.03.2026; meta: 87,5%.",
        "S.A. e Ltda. compraram 1.500 un., i.e. mais que ontem.",
        "Fale com ana.souza@aurora.com.br sobre o pedido.",
        "Período: 2026-01-01 a 2026-01-31 (fonte: sales_order, 3 linhas)",
        "👨‍👩‍👧 família, 🏴󠁧󠁢󠁥󠁮󠁧󠁿 e 🇧🇷",
        "1. Padaria Sol — R$ 12.000,00\n2. Mercado Lima — R$ 9.500,50",
        "arquivo relatorio.pdf e planilha.xlsx",
    ],
)
def test_what_is_no_strange_link_stays_as_it_was(text: str) -> None:
    assert tame_links(text, ALLOWED) == text


def test_a_mail_address_between_brackets_is_no_link_in_our_own_html() -> None:
    """It would carry away what stands before the at sign, at one tap."""
    tamed = tame_links("escreva a <dados-4711@evil.example>", ALLOWED)
    assert tamed == "escreva a dados-4711@evil.example"
    assert "<a " not in to_html(tamed)


def test_a_host_is_still_named() -> None:
    assert tame_links("o site é https://padariasol.com.br/contato.") == "o site é padariasol[.]com[.]br."


_PIECES = "evil . com http :// [ ] ( ) ! < > * _ ` \\ &#46; @ / aurora.com.br www. ~~ | a &amp; 。 : https://"
_BITS = st.sampled_from([*_PIECES.split(), " ", "\n", "\u200b"])


@settings(max_examples=200, deadline=None)
@given(st.lists(_BITS, max_size=14).map("".join))
def test_any_heap_of_pieces_leaves_no_strange_link(text: str) -> None:
    tamed = tame_links(text, ALLOWED)
    assert find_links(tamed, ALLOWED) == []
    assert find_links(to_text(tamed), ALLOWED) == []
    for part in render_reply(Reply(tamed)):
        assert find_links(part.body, ALLOWED) == []
