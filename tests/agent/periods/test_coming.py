"""Days still to come, in the words in which people set tasks."""

from datetime import date

import pytest

from agent.periods.coming import find_coming_day, resolve_coming_day
from models.errors import ToolError

TODAY = date(2026, 3, 4)  # a Wednesday


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("amanhã", "2026-03-05"),
        ("mañana", "2026-03-05"),
        ("tomorrow", "2026-03-05"),
        ("depois de amanhã", "2026-03-06"),
        ("hoje", "2026-03-04"),
        ("quinta", "2026-03-05"),
        ("segunda-feira", "2026-03-09"),
        ("na próxima segunda", "2026-03-09"),
        ("next thursday", "2026-03-05"),
        ("el lunes", "2026-03-09"),
        ("quarta", "2026-03-11"),
        ("sexta que vem", "2026-03-06"),
        ("em 3 dias", "2026-03-07"),
        ("in 2 weeks", "2026-03-18"),
        ("10/03", "2026-03-10"),
        ("dia 2/3", "2027-03-02"),
        ("dia 10", "2026-03-10"),
        ("dia 3", "2026-04-03"),
        ("dia 31", "2026-03-31"),
        ("2026-05-04", "2026-05-04"),
        ("10/03/2025", "2025-03-10"),
        ("10 de maio", "2026-05-10"),
        ("ontem", "2026-03-03"),
    ],
)
def test_a_task_looks_ahead(words: str, day: str) -> None:
    assert resolve_coming_day(words, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize("words", ["31/02", "dia 99", "quando der", "xyz"])
def test_what_is_no_day_is_refused(words: str) -> None:
    with pytest.raises(ToolError):
        resolve_coming_day(words, TODAY)


def test_the_end_of_a_text_tells_the_day_and_words_inside_do_not() -> None:
    assert find_coming_day("ligar para o Ipê amanhã!", TODAY) == (date(2026, 3, 5), 17)
    assert find_coming_day("fazer a segunda visita", TODAY) is None
    assert find_coming_day("llamar por la mañana", TODAY) is None
    assert find_coming_day("visitar o Ipê 31/02", TODAY) is None
