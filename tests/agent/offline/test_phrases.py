"""Results in words: money, dates, order, exclusions, and honesty about what was assumed."""

import json
from typing import Any

import pytest

from agent.base import ChatMessage
from tests.agent.offline.cast import ask, kind_of

FEBRUARY = {"start": "2026-02-01", "end": "2026-02-28"}
MARCH = {"start": "2026-03-01", "end": "2026-03-31"}


def answer(text: str, *contents: dict[str, Any]) -> str:
    """The final text, once each call of the question has the result given for it."""
    first = ask(text)
    after = [ChatMessage("assistant", tool_calls=first.tool_calls)]
    for call, content in zip(first.tool_calls, contents, strict=True):
        after.append(ChatMessage("tool", json.dumps(content), tool_call_id=call.id))
    return ask(text, after=after).text


def result(data: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = {"ok": True, "period": FEBRUARY, "filters": {}, "source": "orders", "rows": 12, "as_of": "2026-03-04T12:00"}
    return base | {"data": data} | more


def summary(total: str, groups: list[tuple[str, str]] = (), **more: Any) -> dict[str, Any]:  # type: ignore[assignment]
    rows = [{"name": name, "value": value} for name, value in groups]
    return result({"metric": "revenue", "unit": "BRL", "total": total, "groups": rows}, **more)


@pytest.mark.parametrize(
    ("question", "money", "day", "source"),
    [
        ("vendas do mês passado", "R$ 1.234.567,80", "01/02/2026 a 28/02/2026", "Fonte: orders, 12 registros."),
        ("sales last month", "R$ 1.234.567,80", "01 Feb 2026 to 28 Feb 2026", "Source: orders, 12 rows."),
        ("ventas del mes pasado", "R$ 1.234.567,80", "01/02/2026 al 28/02/2026", "Fuente: orders, 12 registros."),
    ],
)
def test_dates_follow_the_language_and_money_is_always_brazilian(
    question: str, money: str, day: str, source: str
) -> None:
    text = answer(question, summary("1234567.8"))
    assert money in text
    assert day in text
    assert text.endswith(source)


def test_cancelled_orders_are_said_to_be_left_out_unless_a_status_was_asked_for() -> None:
    assert "cancelados não entram" in answer("vendas do mês passado", summary("1"))
    filtered = summary("1", filters={"status": "cancelled"})
    assert "não entram" not in answer("vendas canceladas do mês passado", filtered)


def test_a_running_period_and_an_assumed_one_are_said_to_be_so() -> None:
    text = answer("vendas", summary("10", period=MARCH))
    assert "em curso" in text
    assert "usei o mês atual" in text


def test_the_worst_come_first_when_the_worst_were_asked_for() -> None:
    text = answer("quem vendeu menos em fevereiro?", summary("6", [("Ana", "3"), ("Bia", "1"), ("Caio", "2")]))
    assert "1. Bia: R$ 1,00" in text
    assert "Ana" not in text


def test_an_exclusion_is_subtracted_from_the_total() -> None:
    rows = [("Mercado São Jorge", "30.10"), ("Supermercado Ipê", "70")]
    text = answer("vendas de fevereiro sem contar o São Jorge", summary("100.10", rows))
    assert "**R$ 70,00**" in text
    assert "sem Mercado São Jorge" in text


def test_one_state_is_picked_out_of_the_grouping() -> None:
    text = answer("vendas em PR em fevereiro", summary("9", [("SP", "5"), ("PR", "4")]))
    assert "(estado PR): **R$ 4,00**" in text
    assert "5,00" not in text


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("vendas em São Paulo em fevereiro", "(estado SP, não a cidade)"),
        ("sales in São Paulo in february", "(state of SP, not the city)"),
        ("ventas en SP en febrero", "(estado SP, no la ciudad)"),
    ],
)
def test_a_state_named_like_its_capital_is_said_to_be_the_state(question: str, meant: str) -> None:
    assert meant in answer(question, summary("9", [("SP", "5"), ("PR", "4")]))


@pytest.mark.parametrize("question", ["vendas em SP em fevereiro", "vendas de fevereiro sem contar o São Jorge"])
def test_what_is_told_of_some_groups_is_not_backed_by_the_rows_of_all(question: str) -> None:
    groups = [("SP", "5"), ("PR", "4"), ("Mercado São Jorge", "1")]
    assert answer(question, summary("10", groups)).endswith("Fonte: orders.")


def test_long_groupings_are_cut_and_say_how_many_are_left() -> None:
    text = answer("vendas por cliente em fevereiro", summary("40", [(f"Cliente {n}", "1") for n in range(40)]))
    assert text.count("\n- ") == 15
    assert "e mais 25" in text


def test_a_comparison_shows_both_difference_and_percentage() -> None:
    sides = {"a": {"period": MARCH, "value": "150"}, "b": {"period": FEBRUARY, "value": "100"}}
    data = {"metric": "revenue", "unit": "BRL", **sides, "difference": "50", "change_percent": "50.0"}
    text = answer("março vs fevereiro", result(data))
    assert "Diferença: +R$ 50,00 (+50,0%)" in text
    assert "01/03/2026 a 31/03/2026 (período inteiro, ainda em curso): **R$ 150,00**" in text


def test_a_base_of_zero_has_no_percentage() -> None:
    data = {"metric": "revenue", "unit": "BRL", "difference": "5", "change_percent": None}
    assert "sem percentual" in answer("março vs fevereiro", result(data))


def test_a_ranking_lists_what_the_tool_ranked() -> None:
    items = [{"rank": 1, "name": "Ana", "value": "7"}, {"rank": 2, "name": "Bia", "value": "5"}]
    data = {"of": "product", "metric": "units", "unit": "count", "items": items}
    text = answer("top 2 produtos em unidades em fevereiro", result(data))
    assert "1. Ana: 7\n2. Bia: 5" in text


def test_a_goal_tells_what_is_missing_per_business_day() -> None:
    data = {"salesperson": None, "goal": "100", "achieved": "40", "percent": "40", "missing": "60"}
    data |= {"business_days_left": 20, "needed_per_business_day": "3"}  # type: ignore[dict-item]
    text = answer("falta quanto pra meta do time?", result(data, period=MARCH))
    assert "**Time** — meta: R$ 100,00; realizado: R$ 40,00 (40,0%)" in text
    assert "Faltam R$ 60,00: R$ 3,00 por dia útil (restam 20 dias úteis)" in text


def test_the_pipeline_the_customer_and_the_rate_are_told_in_full() -> None:
    stages = [{"stage": "Proposta", "deals": 2, "value": "10"}, {"stage": "Ganho", "deals": 1, "value": "5"}]
    assert "Total: R$ 15,00 (3 negócios)" in answer("funil", result({"stages": stages, "deals": 3, "total": "15"}))
    order = {"date": "2026-02-03", "value": "9.9", "status": "open"}
    customer = {"customer": "Supermercado Ipê", "city": "Bauru", "state": "SP", "last_order": order}
    told = answer("me fala do cliente Ipê", result(customer))
    assert "Bauru/SP" in told
    assert "03/02/2026, R$ 9,90 (em aberto)" in told
    rate = {"currency": "USD", "buy": "5.1234", "sell": "5.1300", "date": "2026-03-03"}
    assert "compra R$ 5,1234, venda R$ 5,1300" in answer("dólar", result(rate))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("not_allowed", "not_allowed"),
        ("unreachable", "unreachable"),
        ("no_goal", "no_goal"),
        ("no_source", "no_source"),
        ("something_new", "failed"),
    ],
)
def test_a_failed_tool_is_told_without_a_figure(code: str, kind: str) -> None:
    text = answer("vendas de ontem", {"ok": False, "error": {"code": code, "message": "total 999"}})
    assert kind_of(text) == kind
    assert "999" not in text


def test_two_questions_are_answered_in_their_order_and_refusals_keep_their_place() -> None:
    text = answer("vendas de fevereiro? tem estoque de café?", summary("10"))
    assert text.index("R$ 10,00") < text.index("Não consigo fazer isso")


def test_a_result_that_is_no_json_object_gives_no_figure() -> None:
    first = ask("vendas de ontem")
    after = [
        ChatMessage("assistant", tool_calls=first.tool_calls),
        ChatMessage("tool", "12345", tool_call_id="offline_0"),
    ]
    assert kind_of(ask("vendas de ontem", after=after).text) == "failed"


def test_a_list_that_came_cut_off_is_not_taken_for_the_whole() -> None:
    short = summary("9", [("Ana", "5"), ("Bia", "4")])
    short["data"]["truncated"] = True
    text = answer("quem vendeu menos em fevereiro?", short)
    assert "veio cortada" in text
    assert "Bia" not in text


def test_everybodys_goals_are_listed_when_everybody_was_asked_about() -> None:
    people = [{"salesperson": "Ana", "goal": "50", "achieved": "60", "percent": "120.0"}]
    people.append({"salesperson": "Bia", "goal": None, "achieved": "9", "percent": None})  # type: ignore[dict-item]
    team = {"salesperson": None, "goal": "50", "achieved": "69", "percent": "138.0", "missing": "0", "people": people}
    text = answer("quem bateu a meta em fevereiro?", result(team))
    assert "- **Ana** — meta: R$ 50,00; realizado: R$ 60,00 (120,0%)" in text
    assert "- **Bia** — sem meta cadastrada" in text


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("vendas de abril de 2027", "ainda não começou"),
        ("sales in April 2027", "has not begun yet"),
        ("ventas de abril de 2027", "aún no ha empezado"),
    ],
)
def test_a_period_that_lies_ahead_is_said_not_to_have_begun(question: str, words: str) -> None:
    ahead = {"start": "2027-04-01", "end": "2027-04-30"}
    assert words in answer(question, summary("0", period=ahead))
    day = {"start": "2027-04-01", "end": "2027-04-01"}
    assert words in answer(question, summary("0", period=day))


def test_one_is_said_in_the_singular() -> None:
    stages = [{"stage": "Proposta", "deals": 1, "value": "10"}]
    text = answer("funil", result({"stages": stages, "deals": 1, "total": "10"}, rows=1))
    assert "(1 negócio)" in text
    assert text.endswith("1 registro.")
    data = {"salesperson": None, "goal": "100", "achieved": "40", "percent": "40", "missing": "60"}
    data |= {"business_days_left": 1, "needed_per_business_day": "60"}  # type: ignore[dict-item]
    assert "(1 business day left)" in answer("how far is the team from its goal?", result(data))
    order = {"date": "2026-02-03", "value": "9.9", "status": "invoiced"}
    customer = {"customer": "Supermercado Ipê", "last_order": order, "revenue_12m": "9.9", "orders_12m": 1}
    told = answer("me fala do cliente Ipê", result(customer))
    assert "(já faturado)" in told
    assert "em 1 pedido" in told


@pytest.mark.parametrize(
    "question",
    ["vendas de fevereiro por vendedor em ordem crescente", "sales in February by salesperson, lowest first"],
)
def test_an_ascending_list_holds_everybody(question: str) -> None:
    text = answer(question, summary("6", [("Ana", "3"), ("Bia", "1"), ("Caio", "2")]))
    assert text.index("Bia") < text.index("Caio") < text.index("Ana")


def test_months_are_named_as_people_write_them() -> None:
    rows = [("2026-01", "1"), ("2026-02", "2")]
    assert "- 02/2026: R$ 2,00" in answer("vendas por mês em 2026", summary("3", rows))
    assert "- Feb 2026: R$ 2,00" in answer("sales by month in 2026", summary("3", rows))


def test_no_figure_of_an_assumed_month_stands_beside_a_question_that_was_not_understood() -> None:
    completion = ask("como foi o trimestre do xarope? quantos pedidos do Bruno")
    assert completion.tool_calls == ()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("qual a participação da Ana no faturamento de fevereiro?", "**25,0%** do total (R$ 10,00 de R$ 40,00)"),
        ("what share of February revenue is Ana's?", "**25.0%** of the total (R$ 10,00 of R$ 40,00)"),
        ("¿qué porcentaje de las ventas de febrero es de Ana?", "**25,0%** del total (R$ 10,00 de R$ 40,00)"),
    ],
)
def test_a_share_is_worked_out_from_the_exact_figures(question: str, words: str) -> None:
    assert words in answer(question, summary("40", [("Ana Beatriz Moura", "10"), ("Bruno Teixeira", "30")]))


def test_a_share_of_nothing_or_of_a_list_cut_off_is_no_figure() -> None:
    question = "participação da Ana nas vendas de fevereiro"
    assert "%" not in answer(question, summary("0", []))
    assert "Não há vendas registradas para Ana" in answer(question, summary("5", [("Bruno Teixeira", "5")]))
    short = summary("40", [("Ana Beatriz Moura", "10")])
    short["data"]["truncated"] = True
    assert "%" not in answer(question, short)
