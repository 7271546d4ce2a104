"""Markdown in WhatsApp's marks: what is said stays said, and nothing is torn."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.rendering import utf16_length
from channels.whatsapp.render import MAX_TEXT, PART_LIMIT, render_reply
from models.reply import Reply


def _rendered(text: str) -> str:
    [part] = render_reply(Reply(text))
    return part.body


@pytest.mark.parametrize(
    ("markdown", "whatsapp"),
    [
        ("**negrito**", "*negrito*"),
        ("um *itálico* e _outro_", "um _itálico_ e _outro_"),
        ("~~velho~~ novo", "~velho~ novo"),
        ("`SELECT 1`", "`SELECT 1`"),
        ("**a *b* c**", "*a _b_ c*"),
        ("# Vendas\n\nTexto", "*Vendas*\n\nTexto"),
        ("## **Vendas** de março", "*Vendas de março*"),
        ("- um\n- **dois**", "- um\n- *dois*"),
        ("* um\n* dois", "• um\n• dois"),
        ("1. um\n2. dois", "1. um\n2. dois"),
        ("1. um\n1. dois", "1. um\n1. dois"),
        ("00) um", "00) um"),
        ("- um\n  - dentro", "- um\n  - dentro"),
        ("> citado\n> ainda", "> citado\n> ainda"),
        ("```sql\nselect 1\n  from x\n```", "```select 1\n  from x```"),
        ("[nosso site](https://x.com/a_b)", "nosso site (https://x.com/a_b)"),
        ("[https://x.com](https://x.com)", "https://x.com"),
        ("<https://x.com>", "https://x.com"),
        ("![gráfico](https://x.com/g.png)", "gráfico (https://x.com/g.png)"),
        ("| Mês | Total |\n|---|---:|\n| Jan | R$ 1 |\n| Fev | **R$ 2** |",
         "*Mês:* Jan · *Total:* R$ 1\n*Mês:* Fev · *Total: R$ 2*"),
        ("a\n\n---\n\nb", "a\n\n———\n\nb"),
        ("linha um\nlinha dois", "linha um\nlinha dois"),
        ("a &amp; b <b>c</b>", "a & b <b>c</b>"),
        ("", "…"),
        (" \n ", "…"),
    ],
)  # fmt: skip
def test_each_construct_has_its_whatsapp_form(markdown: str, whatsapp: str) -> None:
    assert _rendered(markdown) == whatsapp


@pytest.mark.parametrize(
    "text",
    [
        "R$ 5 * 2 = R$ 10",
        "2*3*4 = 24",
        "5*2 e 3*4",
        "(5)*3*(4)",
        "2**3**2",
        "__init__ e snake_case_name",
        "5 < 6 > 4",
        "~10 unidades",
        "2026. Foi um bom ano",
        "+ 5%",
        "- 5%",
        "#1 em vendas",
        "R$ 1.234,56 (+12,5%)",
        "[1]: nota",
        "    recuado",
    ],
)
def test_figures_and_code_names_are_not_taken_for_markup(text: str) -> None:
    assert _rendered(text) == text.strip()


def test_numbers_that_are_years_are_not_counted_on() -> None:
    assert _rendered("2026. bom\n2024. mau") == "2026. bom\n2024. mau"


def test_emphasis_across_lines_is_marked_on_each_line() -> None:
    assert _rendered("**um\ndois**") == "*um*\n*dois*"


def test_a_mark_that_whatsapp_would_show_as_a_character_is_left_out() -> None:
    assert _rendered("**5 \\* 3** e **fim**") == "5 * 3 e *fim*"


def test_control_characters_and_lone_surrogates_do_not_leave() -> None:
    assert _rendered("a\x00b\x1bc\ud800d\r\ne") == "abcd\ne"


def test_a_long_reply_is_cut_between_paragraphs() -> None:
    paragraphs = [f"Parágrafo {n}: " + "palavra " * 60 for n in range(9)]
    parts = [part.body for part in render_reply(Reply("\n\n".join(paragraphs)))]
    assert len(parts) > 2
    assert all(part.startswith("Parágrafo ") for part in parts)


def test_bold_text_over_a_cut_is_bold_in_both_parts() -> None:
    first, second, *_ = render_reply(Reply("**" + "palavra " * 300 + "fim**"))
    assert first.body.startswith("*palavra ")
    assert first.body.endswith(" palavra*")
    assert second.body.startswith("*palavra ")


def test_an_address_is_not_torn() -> None:
    address = "https://example.com/" + "a" * 300
    parts = render_reply(Reply("palavra " * 170 + address + " fim"))
    assert sum(address in part.body for part in parts) == 1


def test_letters_made_of_several_characters_stay_whole() -> None:
    family, flag = "👩‍👩‍👧‍👦", "🇧🇷"
    bodies = [part.body for part in render_reply(Reply(family * 400 + flag * 900))]
    assert "".join(bodies) == family * 400 + flag * 900
    assert all(re.fullmatch(f"(?:{family}|{flag})+", body) for body in bodies)


def test_length_is_counted_in_utf16_units_as_twilio_does() -> None:
    parts = render_reply(Reply("👍" * 1599))
    assert len(parts) == 3
    assert all(utf16_length(part.body) <= PART_LIMIT < MAX_TEXT for part in parts)


_WORD = st.text(st.sampled_from("abcçãé019👍👩🏽"), min_size=1, max_size=12)
_LINE = st.lists(_WORD, min_size=1, max_size=12).map(" ".join)
_WRAPS = st.sampled_from(
    ["{}", "**{}**", "*{}*", "~~{}~~", "`{}`", "**x *{}* y**", "# {}", "- {}", "> {}", "```\n{}\n```"]
)
_BLOCK = st.builds(str.format, _WRAPS, _LINE)
_DOCUMENT = st.lists(_BLOCK, min_size=1, max_size=40).map("\n\n".join)


def _bare(text: str) -> str:
    return re.sub(r"[\s*_~`#>•-]+", "", text)


@settings(deadline=None)
@given(_DOCUMENT, st.integers(1, 8))
def test_no_word_is_lost_no_mark_is_open_no_part_too_long(document: str, times: int) -> None:
    text = "\n\n".join([document] * times)
    bodies = [part.body for part in render_reply(Reply(text))]
    assert _bare("".join(bodies)) == _bare(text)
    for body in bodies:
        assert utf16_length(body) <= PART_LIMIT
        assert body == body.strip() != ""
        for mark in "*_~`":
            assert body.count(mark) % 2 == 0, (mark, body)


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_at_all_gives_parts_within_the_limit(text: str) -> None:
    bodies = [part.body for part in render_reply(Reply(text * 5))]
    assert bodies
    assert all(body.strip() and utf16_length(body) <= PART_LIMIT for body in bodies)
    assert all(body.encode("utf-8") for body in bodies)


@settings(deadline=None)
@given(st.text(st.sampled_from("0123456789 .,*+-()=R$%\n"), max_size=80))
def test_no_digit_is_ever_lost_or_moved(text: str) -> None:
    digits = re.sub(r"\D", "", text)
    assert re.sub(r"\D", "", "".join(part.body for part in render_reply(Reply(text)))) == digits


@pytest.mark.parametrize("piece", ["*a ", "[", "_*", "`", "**a**b", "![](", "\n- ", "| a ", "é\u0301", "<a "])
def test_hostile_text_is_rendered_in_good_time(piece: str) -> None:
    assert render_reply(Reply(piece * 4000))
