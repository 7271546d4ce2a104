"""Single orders in words: all of one, a line for each of several."""

from collections.abc import Mapping
from typing import Any, Final

from agent.providers.offline import figures
from agent.providers.offline.lines import ORDER_STATUS, line, whose_of
from agent.providers.offline.plan import View
from models.language import Language, Texts

_Json = Mapping[str, Any]
_MOST_LINES: Final = 15
_WORDS: Final[Mapping[str, Texts]] = {
    "order": {"pt": "**Pedido {number}**", "en": "**Order {number}**", "es": "**Pedido {number}**"},
    "newest": {
        "pt": "Pedidos mais recentes{whose}:",
        "en": "Newest orders{whose}:",
        "es": "Pedidos más recientes{whose}:",
    },
    "status": {"pt": "Situação: {value}", "en": "Status: {value}", "es": "Estado: {value}"},
    "value": {"pt": "Valor: **{value}**", "en": "Value: **{value}**", "es": "Valor: **{value}**"},
    "delivery": {"pt": "Entrega: {value}", "en": "Delivery: {value}", "es": "Entrega: {value}"},
    "unknown_delivery": {
        "pt": "Sobre entrega os dados de vendas não dizem nada.",
        "en": "The sales data tells nothing about delivery.",
        "es": "Sobre la entrega los datos de ventas no dicen nada.",
    },
    "lines": {"pt": "Itens:", "en": "Lines:", "es": "Ítems:"},
    "of_number": {
        "pt": "Os mais recentes com esse número; há outros.",
        "en": "The newest of that number; there are more.",
        "es": "Los más recientes con ese número; hay otros.",
    },
    "whose": {"pt": "De qual cliente é?", "en": "Which customer is it for?", "es": "¿De qué cliente es?"},
    "and_more": {"pt": "e mais itens", "en": "and more lines", "es": "y más ítems"},
}


def find_order(data: _Json, result: _Json, arguments: _Json, view: View, language: Language) -> list[str]:
    """Of one order all that is known; of several day, customer, value and status."""
    orders = [one for one in data.get("orders") or () if isinstance(one, Mapping)]
    unit = str(data.get("unit", "BRL"))
    if not orders:
        return [line("no_order", language) + whose_of(result, arguments)]
    if len(orders) == 1:
        told = _whole(orders[0], unit, language)
    else:
        newest = _say("newest", language, whose=whose_of(result, arguments))
        told = [newest, *(f"- {_short(one, unit, language)}" for one in orders)]
    if data.get("has_more"):
        told.append(_say("of_number", language) + (f" {_say('whose', language)}" if data.get("ask_for") else ""))
    if view.delivery and not data.get("delivery_known"):
        told.append(_say("unknown_delivery", language))
    return told


def _say(what: str, language: Language, **details: object) -> str:
    return _WORDS[what][language].format(**details)


def _whole(order: _Json, unit: str, language: Language) -> list[str]:
    number = _say("order", language, number=order.get("number"))
    told = [f"{number} — {order.get('customer')}, {figures.day(order.get('date'), language)}"]
    told.append(line("served_by", language, value=order.get("salesperson")))
    if status := _status(order, language):
        told.append(_say("status", language, value=status))
    if order.get("delivery"):
        told.append(_say("delivery", language, value=figures.day(order["delivery"], language)))
    told += [f"{name}: {value}" for name, value in (order.get("details") or {}).items()]
    told.append(_say("value", language, value=figures.amount(order.get("value"), unit, language)))
    lines = [one for one in order.get("lines") or () if isinstance(one, Mapping)]
    if lines:
        told.append(_say("lines", language))
        told += [f"- {_line(one, unit, language)}" for one in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES or order.get("has_more_lines"):
        told.append(_say("and_more", language))
    return told


def _line(one: _Json, unit: str, language: Language) -> str:
    quantity = figures.amount(one.get("quantity"), "quantity", language)
    return f"{quantity} × {one.get('product')}: {figures.amount(one.get('value'), unit, language)}"


def _short(order: _Json, unit: str, language: Language) -> str:
    status = _status(order, language)
    value = figures.amount(order.get("value"), unit, language)
    told = f"{_say('order', language, number=order.get('number'))} — {figures.day(order.get('date'), language)}"
    return f"{told}, {order.get('customer')}: {value}" + (f" ({status})" if status else "")


def _status(order: _Json, language: Language) -> str:
    """The company's own word, where it has one."""
    status, word = str(order.get("status") or ""), str(order.get("status_word") or "")
    return ORDER_STATUS[status][language] if status in ORDER_STATUS and word in ("", status) else word or status
