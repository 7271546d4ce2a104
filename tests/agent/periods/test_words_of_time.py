"""Every convention of the period table, in three languages, with accents and without."""

from datetime import date

import pytest

from agent.periods import find_periods

WEDNESDAY = date(2026, 3, 4)


def spans(text: str, today: date = WEDNESDAY) -> list[str]:
    return [f"{one.period.start}/{one.period.end}" for one in find_periods(text, today)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("hoje hj today hoy", "2026-03-04/2026-03-04"),
        ("ontem ontm yesterday ayer", "2026-03-03/2026-03-03"),
        ("anteontem anteayer", "2026-03-02/2026-03-02"),
    ],
)
def test_single_days_have_many_names(words: str, expected: str) -> None:
    assert {span for word in words.split() for span in spans(word)} == {expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the day before yesterday", "2026-03-02/2026-03-02"),
        ("de ontem pra hoje", "2026-03-03/2026-03-04"),
        ("ayer y anteayer", "2026-03-02/2026-03-03"),
        ("ontem e hj", "2026-03-03/2026-03-04"),
        ("essa semana", "2026-03-02/2026-03-08"),
        ("this week", "2026-03-02/2026-03-08"),
        ("vendas da semana passada", "2026-02-23/2026-03-01"),
        ("semana pasada", "2026-02-23/2026-03-01"),
        ("last week", "2026-02-23/2026-03-01"),
        ("semana retrasada", "2026-02-16/2026-02-22"),
        ("the week before last", "2026-02-16/2026-02-22"),
        ("hace dos semanas", "2026-02-16/2026-02-22"),
        ("há 3 dias", "2026-03-01/2026-03-01"),
        ("este mês", "2026-03-01/2026-03-31"),
        ("vendas do mês", "2026-03-01/2026-03-31"),
        ("mes pasado", "2026-02-01/2026-02-28"),
        ("last moth", "2026-02-01/2026-02-28"),
        ("mês retrasado", "2026-01-01/2026-01-31"),
        ("no mês que vem", "2026-04-01/2026-04-30"),
        ("next month", "2026-04-01/2026-04-30"),
        ("semana que viene", "2026-03-09/2026-03-15"),
    ],
)
def test_days_weeks_and_months_are_counted_from_today(text: str, expected: str) -> None:
    assert spans(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("últimos 30 dias", "2026-02-03/2026-03-04"),
        ("utimos 30 dias", "2026-02-03/2026-03-04"),
        ("últimos sete dias", "2026-02-26/2026-03-04"),
        ("los últimos siete días", "2026-02-26/2026-03-04"),
        ("last two weeks", "2026-02-19/2026-03-04"),
        ("últimas 2 semanas", "2026-02-19/2026-03-04"),
        ("últimos 3 meses", "2025-12-05/2026-03-04"),
        ("nos últimos dez dias", "2026-02-23/2026-03-04"),
        ("past twenty-five days", "2026-02-08/2026-03-04"),
        ("os 30 dias anteriores", "2026-01-04/2026-02-02"),
        ("mês anterior", "2026-02-01/2026-02-28"),
    ],
)
def test_the_last_n_end_today_and_the_n_before_end_where_those_begin(text: str, expected: str) -> None:
    assert spans(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no trimestre", "2026-01-01/2026-03-31"),
        ("trimestre passado", "2025-10-01/2025-12-31"),
        ("este semestre", "2026-01-01/2026-06-30"),
        ("primeiro trimestre", "2026-01-01/2026-03-31"),
        ("1º tri", "2026-01-01/2026-03-31"),
        ("2o trimestre", "2025-04-01/2025-06-30"),
        ("Q3", "2025-07-01/2025-09-30"),
        ("H1", "2026-01-01/2026-06-30"),
        ("1T25", "2025-01-01/2025-03-31"),
        ("T1", "2026-01-01/2026-03-31"),
        ("quarto trimestre do ano passado", "2025-10-01/2025-12-31"),
        ("first half of 2025", "2025-01-01/2025-06-30"),
        ("no ano", "2026-01-01/2026-12-31"),
        ("year to date", "2026-01-01/2026-12-31"),
        ("MTD", "2026-03-01/2026-03-04"),
        ("ano passado", "2025-01-01/2025-12-31"),
        ("em 2025", "2025-01-01/2025-12-31"),
    ],
)
def test_quarters_halves_and_years_are_whole(text: str, expected: str) -> None:
    assert spans(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("em março", "2026-03-01/2026-03-31"),
        ("in march", "2026-03-01/2026-03-31"),
        ("em abril", "2025-04-01/2025-04-30"),
        ("março/25", "2025-03-01/2025-03-31"),
        ("03/2025", "2025-03-01/2025-03-31"),
        ("março do ano passado", "2025-03-01/2025-03-31"),
        ("janeiro e fevereiro", "2026-01-01/2026-02-28"),
        ("jan e fev", "2026-01-01/2026-02-28"),
        ("nov a fev", "2025-11-01/2026-02-28"),
        ("janeiro a março de 2025", "2025-01-01/2025-03-31"),
        ("de 10 a 20 de abril", "2025-04-10/2025-04-20"),
        ("entre 10/04 e 20/04", "2025-04-10/2025-04-20"),
        ("10 a 20/4", "2025-04-10/2025-04-20"),
        ("10-20 de abril", "2025-04-10/2025-04-20"),
        ("del 10 al 20 de abril", "2025-04-10/2025-04-20"),
        ("from April 10 to 20", "2025-04-10/2025-04-20"),
        ("do dia 10 ao dia 20", "2026-02-10/2026-02-20"),
        ("01/12 a 15/01", "2025-12-01/2026-01-15"),
        ("01/12 e 15/01", "2025-12-01/2026-01-15"),
        ("12/02", "2026-02-12/2026-02-12"),
        ("05/03", "2025-03-05/2025-03-05"),
        ("12/02/25", "2025-02-12/2025-02-12"),
        ("3 de março de 2025", "2025-03-03/2025-03-03"),
        ("March 3rd", "2026-03-03/2026-03-03"),
        ("dia 31", "2026-01-31/2026-01-31"),
    ],
)
def test_dates_without_a_year_are_the_latest_already_begun(text: str, expected: str) -> None:
    assert spans(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("desde o dia 5", "2026-02-05/2026-03-04"),
        ("desde janeiro", "2026-01-01/2026-03-04"),
        ("since the 5th", "2026-02-05/2026-03-04"),
        ("este mês até agora", "2026-03-01/2026-03-04"),
        ("so far this month", "2026-03-01/2026-03-04"),
        ("do começo do mês até ontem", "2026-03-01/2026-03-03"),
        ("desde el inicio del mes hasta ayer", "2026-03-01/2026-03-03"),
        ("primeira quinzena", "2026-03-01/2026-03-15"),
        ("pedidos da segunda quinzena de janeiro", "2026-01-16/2026-01-31"),
        ("primera quincena de enero", "2026-01-01/2026-01-15"),
        ("na segunda", "2026-03-02/2026-03-02"),
        ("na quarta", "2026-02-25/2026-02-25"),
        ("sexta passada", "2026-02-27/2026-02-27"),
        ("el viernes pasado", "2026-02-27/2026-02-27"),
        ("de segunda a sexta", "2026-02-23/2026-02-27"),
        ("fim de semana", "2026-02-28/2026-03-01"),
        ("black friday de 2024", "2024-11-29/2024-11-29"),
        ("semana da black friday", "2025-11-24/2025-11-30"),
        ("carnaval", "2026-02-14/2026-02-17"),
        ("semana do carnaval", "2026-02-16/2026-02-22"),
        ("mesmo período do ano passado", "2025-03-01/2025-03-31"),
    ],
)
def test_open_ends_fortnights_weekdays_and_feasts(text: str, expected: str) -> None:
    assert spans(text) == [expected]


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("essa semana", date(2026, 3, 8), "2026-03-02/2026-03-08"),
        ("em março", date(2026, 3, 31), "2026-03-01/2026-03-31"),
        ("fim de semana", date(2026, 3, 7), "2026-03-07/2026-03-08"),
        ("fim de semana", date(2026, 3, 8), "2026-03-07/2026-03-08"),
        ("mês passado", date(2026, 1, 1), "2025-12-01/2025-12-31"),
        ("ontem", date(2026, 1, 1), "2025-12-31/2025-12-31"),
        ("do começo do mês até ontem", date(2026, 3, 1), "2026-02-01/2026-02-28"),
        ("29/02/2024 a 29/02/2024", date(2026, 3, 4), "2024-02-29/2024-02-29"),
        ("na segunda", date(2026, 3, 2), "2026-02-23/2026-02-23"),
        ("dia 31", date(2026, 3, 31), "2026-03-31/2026-03-31"),
        ("01/12 a 15/01", date(2025, 12, 1), "2025-12-01/2026-01-15"),
        ("carnaval", date(2026, 2, 14), "2026-02-14/2026-02-17"),
        ("black friday", date(2026, 11, 26), "2025-11-28/2025-11-28"),
    ],
)
def test_the_edges_of_the_calendar_keep_the_conventions(text: str, today: date, expected: str) -> None:
    assert spans(text, today) == [expected]


def test_a_leap_day_becomes_the_28th_one_year_earlier() -> None:
    assert spans("29/02/2024 contra o mesmo período do ano passado")[1] == "2023-02-28/2023-02-28"


def test_a_period_may_lean_on_the_one_named_before() -> None:
    assert spans("últimos 7 dias e os 7 anteriores") == ["2026-02-26/2026-03-04", "2026-02-19/2026-02-25"]
    assert spans("janeiro contra o mês anterior") == ["2026-01-01/2026-01-31", "2025-12-01/2025-12-31"]


@pytest.mark.parametrize(
    "text",
    [
        "vendas do Marco",
        "por mês",
        "dia a dia",
        "mês a mês",
        "may I see",
        "out of stock",
        "31/02",
        "a segunda maior",
        "10 dias",
        "meados do ano que",
        "no começo do mês",
    ],
)
def test_words_that_only_resemble_time_name_no_period(text: str) -> None:
    assert spans(text) == []


def test_the_label_is_what_the_person_wrote() -> None:
    (found,) = find_periods("Vendas  da  Semana   Passada!", WEDNESDAY)
    assert found.period.label == "Semana Passada"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("o carnaval de 2025 com o de 2024", ["2025-03-01/2025-03-04", "2024-02-10/2024-02-13"]),
        ("black friday 2025 vs 2023", ["2025-11-28/2025-11-28", "2023-11-24/2023-11-24"]),
        ("abril de 2025 contra 2024", ["2025-04-01/2025-04-30", "2024-04-01/2024-04-30"]),
        ("Q3 2025 against that of 2024", ["2025-07-01/2025-09-30", "2024-07-01/2024-09-30"]),
        ("febrero de este año con el del año pasado", ["2026-02-01/2026-02-28", "2025-02-01/2025-02-28"]),
        ("a 2ª quinzena de janeiro contra a de dezembro", ["2026-01-16/2026-01-31", "2025-12-16/2025-12-31"]),
        (
            "primeira quinzena contra segunda quinzena de janeiro",
            ["2026-01-01/2026-01-15", "2026-01-16/2026-01-31"],
        ),
        ("janeiro contra fevereiro de 2024", ["2024-01-01/2024-01-31", "2024-02-01/2024-02-29"]),
        ("setembro de 2024 contra outubro", ["2024-09-01/2024-09-30", "2024-10-01/2024-10-31"]),
        ("primeiro trimestre contra o quarto trimestre de 2025", ["2026-01-01/2026-03-31", "2025-10-01/2025-12-31"]),
        ("fevereiro e o ano passado", ["2026-02-01/2026-02-28", "2025-01-01/2025-12-31"]),
        ("este ano contra o ano passado", ["2026-01-01/2026-12-31", "2025-01-01/2025-12-31"]),
        ("compare fevereiro com fevereiro de 2024", ["2026-02-01/2026-02-28", "2024-02-01/2024-02-29"]),
    ],
)
def test_the_second_of_two_compared_may_leave_half_unsaid(text: str, expected: list[str]) -> None:
    assert spans(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no ano quanto vendemos", ["2026-01-01/2026-12-31"]),
        ("terça-feira passada", ["2026-03-03/2026-03-03"]),
        ("carnival 2025 week", ["2025-03-03/2025-03-09"]),
        ("pedidos de 1 a 3", ["2026-03-01/2026-03-03"]),
        ("descontos de 5 a 10 reais", []),
        ("Ana's May with April", ["2025-05-01/2025-05-31", "2025-04-01/2025-04-30"]),
        ("pior dia de fevereiro", ["2026-02-01/2026-02-28"]),
        ("do dia 5 ao dia 10 de fevereiro", ["2026-02-05/2026-02-10"]),
        ("do dia 25 ao dia 3 de fevereiro", ["2026-01-25/2026-02-03"]),
        ("no mes de fevereiro", ["2026-02-01/2026-02-28"]),
        ("o ano que passou", ["2025-01-01/2025-12-31"]),
        ("how is March going so far", ["2026-03-01/2026-03-04"]),
    ],
)
def test_words_around_a_period_neither_hide_nor_make_one(text: str, expected: list[str]) -> None:
    assert spans(text) == expected
