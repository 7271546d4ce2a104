"""A summary without an LLM keeps what was asked and the figures, and grows into what it would be if made at once."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.memory.summarising import MOST_LINES, grow, summarise_turn
from models.memory.summary import SummaryLine

NOON = datetime(2026, 3, 12, 15, tzinfo=UTC)


def test_the_sentence_with_the_figures_is_kept_word_for_word() -> None:
    reply = "Claro, Ana! Em outubro as vendas somaram **R$ 1.284.310,75** em 412 pedidos. Posso ajudar em mais algo?"
    line = summarise_turn(7, "quanto vendi em outubro na Padaria Sol?", reply, NOON, "America/Sao_Paulo")
    assert line is not None
    assert line.text == (
        "12/03/2026: «quanto vendi em outubro na Padaria Sol?» → "
        "Em outubro as vendas somaram R$ 1.284.310,75 em 412 pedidos."
    )


def test_small_talk_is_not_remembered() -> None:
    assert summarise_turn(1, "oi!", "Olá! Como posso ajudar?", NOON, "UTC") is None
    assert summarise_turn(1, "me chama de Bia", "Combinado.", NOON, "UTC") is not None


def test_an_exchange_with_figures_and_names_outweighs_one_without() -> None:
    plain = summarise_turn(1, "como funciona o relatório de vendas", "Ele mostra tudo.", NOON, "UTC")
    rich = summarise_turn(1, "quanto a Padaria Sol comprou?", "Foram R$ 4.200,00 em 3 pedidos.", NOON, "UTC")
    assert plain is not None
    assert rich is not None
    assert rich.weight > plain.weight


@given(
    st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), max_size=80),
    st.lists(st.integers(1, 20), max_size=10),
)
def test_grown_in_any_steps_it_is_the_one_made_at_once(texts: list[tuple[str, str]], steps: list[int]) -> None:
    found = [
        summarise_turn(number, asked, replied, NOON + timedelta(minutes=number), "UTC")
        for number, (asked, replied) in enumerate(texts)
    ]
    lines = [line for line in found if line is not None]
    grown: list[SummaryLine] = []
    rest = lines
    for step in [*steps, len(lines)]:
        grown, rest = grow(grown, rest[:step]), rest[step:]
    assert grown == grow([], lines)
    assert len(grown) <= MOST_LINES
    assert [line.number for line in grown] == sorted(line.number for line in grown)
