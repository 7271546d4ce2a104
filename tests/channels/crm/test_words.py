"""The words inside notes, the call they begin with, the line by which ours are known."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.crm.marker import find_marked, marker_of
from channels.crm.words import without_call, words_of_html
from tests.cpu import cpu_seconds


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Oi</p><p>tudo&nbsp;bem?</p>", "Oi\ntudo bem?"),
        ("um<br>dois<br/>três", "um\ndois\ntrês"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<b>12</b> &lt; 13 &amp; <i>14</i>", "12 < 13 & 14"),
        ("<script>alert(1)</script>texto<style>p{}</style>", "texto"),
        ("1 < 2 e 3 > 2", "1 < 2 e 3 > 2"),
        ("a<b sem fim", "a<b sem fim"),
        ("antes<!-- <p>não</p> -->depois<!DOCTYPE x>", "antesdepois"),
        ("um<SCRIPT>x</Script>dois<!-- aberto", "umdois<!-- aberto"),
        ("<script>nunca acaba</p>", ""),
        ("&lt;p&gt;literal&lt;/p&gt;", "<p>literal</p>"),
        ("sem marcas\nnenhuma", "sem marcas nenhuma"),
        ("", ""),
    ],
)
def test_html_becomes_its_words(html: str, words: str) -> None:
    assert words_of_html(html) == words


@given(st.text("<>/&;abp \n\"'=-!", max_size=80))
def test_any_html_can_be_read(html: str) -> None:
    assert isinstance(words_of_html(html), str)


UNITS = (
    "<",
    "<a ",
    "<p",
    "</",
    "<!--",
    "<!-- >",
    "<!-->",
    "<!",
    "<?",
    "<a b='",
    "<script>",
    "<style>x</style>",
    "&",
    "&#x",
)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("ending", ["", ">", "-->"])
def test_hostile_html_is_read_at_once(unit: str, ending: str) -> None:
    assert cpu_seconds(lambda: words_of_html(unit * (100_000 // len(unit)) + ending)) < 2


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("@recado quanto vendi?", "quanto vendi?"),
        ("  @Recado, quanto vendi?", "quanto vendi?"),
        ("RECADO: quanto vendi?", "quanto vendi?"),
        ("recado", ""),
        ("recado\n\nquanto?", "quanto?"),
        ("recados de hoje", None),
        ("deixei recado com ele", None),
        ("@recadoo oi", None),
        ("", None),
    ],
)
def test_a_note_is_for_us_when_it_begins_with_our_name(text: str, rest: str | None) -> None:
    assert without_call(text, ("@recado", "recado")) == rest


def test_a_marker_is_found_at_the_end_alone() -> None:
    part_id = uuid4()
    assert find_marked(f"texto\n\n{marker_of(part_id)}\n ") == part_id
    assert find_marked(f"{marker_of(part_id)} e depois mais") is None
    assert find_marked("ref: r_nonsense") is None
