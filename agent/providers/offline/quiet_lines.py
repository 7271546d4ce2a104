"""Customers and deals gone quiet, in words: who, since when, and what they were worth."""

from collections.abc import Mapping
from typing import Any, Final

from agent.providers.offline import figures
from agent.providers.offline.lines import counted, line, whose_of
from agent.providers.offline.plan import View
from models.language import Language, Texts

_Json = Mapping[str, Any]
_MOST_LINES: Final = 15
_WORDS: Final[Mapping[str, Texts]] = {
    "lapsed": {
        "pt": "**Clientes que pararam de comprar{whose}: {count}** — compraram de {bought} e não de {silent} (hoje).",
        "en": "**Customers who stopped buying{whose}: {count}** — bought from {bought} and not from {silent} (today).",
        "es": "**Clientes que dejaron de comprar{whose}: {count}** — compraron del {bought} y no del {silent} (hoy).",
    },
    "none_lapsed": {
        "pt": "Ninguém parou{whose}: todos os que compraram de {bought} compraram de novo de {silent} (hoje).",
        "en": "Nobody stopped{whose}: all who bought from {bought} bought again from {silent} (today).",
        "es": "Nadie dejó de comprar{whose}: quienes compraron del {bought} volvieron a comprar del {silent} (hoy).",
    },
    "customer": {
        "pt": "- {name}: {value} ({orders}); último pedido em {day}{owner}",
        "en": "- {name}: {value} ({orders}); last order on {day}{owner}",
        "es": "- {name}: {value} ({orders}); último pedido el {day}{owner}",
    },
    "largest": {
        "pt": "(só os que mais compravam)",
        "en": "(only those who bought most)",
        "es": "(solo los que más compraban)",
    },
    "lost": {
        "pt": "Compravam ao todo: {value}",
        "en": "They bought in all: {value}",
        "es": "Compraban en total: {value}",
    },
    "stalled": {
        "pt": "**Negócios parados há {days} dias ou mais{whose}: {count}** ({value})",
        "en": "**Deals that stand still for {days} days or more{whose}: {count}** ({value})",
        "es": "**Negocios parados hace {days} días o más{whose}: {count}** ({value})",
    },
    "none_stalled": {
        "pt": "Nenhum negócio aberto{whose} está parado há {days} dias ou mais.",
        "en": "No open deal{whose} stands still for {days} days or more.",
        "es": "Ningún negocio abierto{whose} está parado hace {days} días o más.",
    },
    "deal": {
        "pt": "- {title} — {customer}, {stage}: {value}; último movimento em {day} ({owner})",
        "en": "- {title} — {customer}, {stage}: {value}; last moved on {day} ({owner})",
        "es": "- {title} — {customer}, {stage}: {value}; último movimiento el {day} ({owner})",
    },
    "longest": {
        "pt": "(só os parados há mais tempo)",
        "en": "(only those that stand longest)",
        "es": "(solo los parados hace más tiempo)",
    },
    "undated": {
        "pt": "Dos negócios abertos{whose}, {count} não têm data de movimento nos dados.",
        "en": "Of the open deals{whose}, {count} have no day of a move in the data.",
        "es": "De los negocios abiertos{whose}, {count} no tienen fecha de movimiento en los datos.",
    },
    "assumed_days": {
        "pt": "Sem prazo na pergunta, contei {days} dias.",
        "en": "No time in the question, so I counted {days} days.",
        "es": "Sin plazo en la pregunta, conté {days} días.",
    },
}


def lapsed_customers(data: _Json, result: _Json, arguments: _Json, view: View, language: Language) -> list[str]:
    """Those who bought most first, between which days, and what they bought in all."""
    unit = str(data.get("unit", "BRL"))
    times = {"bought": _span(result.get("period"), language), "silent": _span(result.get("period_b"), language)}
    items = [one for one in data.get("items") or () if isinstance(one, Mapping)]
    whose = whose_of(result, arguments)
    if not items:
        return [_say("none_lapsed", language, whose=whose, **times), *_assumed(data, language)]
    told = [_say("lapsed", language, whose=whose, count=_count(data.get("customers"), language), **times)]
    told += [_customer(one, unit, language) for one in items[:_MOST_LINES]]
    if data.get("customers") != len(items[:_MOST_LINES]):
        told.append(_say("largest", language))
    told.append(_say("lost", language, value=figures.amount(data.get("total"), unit, language)))
    return told + _assumed(data, language)


def stalled_deals(data: _Json, result: _Json, arguments: _Json, view: View, language: Language) -> list[str]:
    """Those that stand longest first, and what all of them are worth."""
    unit = str(data.get("unit", "BRL"))
    items = [one for one in data.get("items") or () if isinstance(one, Mapping)]
    days = _count(data.get("days", data.get("assumed_days")), language)
    value, whose = figures.amount(data.get("total"), unit, language), whose_of(result, arguments)
    if items:
        count = _count(data.get("deals"), language)
        told = [_say("stalled", language, whose=whose, days=days, count=count, value=value)]
        told += [_deal(one, unit, language) for one in items[:_MOST_LINES]]
    else:
        told = [_say("none_stalled", language, whose=whose, days=days)]
    if items and data.get("deals") != len(items[:_MOST_LINES]):
        told.append(_say("longest", language))
    if data.get("undated"):
        told.append(_say("undated", language, whose=whose, count=_count(data["undated"], language)))
    return told + _assumed(data, language)


def _deal(one: _Json, unit: str, language: Language) -> str:
    return _say(
        "deal",
        language,
        title=one.get("title"),
        customer=one.get("customer"),
        stage=one.get("stage"),
        value=figures.amount(one.get("value"), unit, language),
        day=figures.day(one.get("moved"), language),
        owner=one.get("salesperson"),
    )


def _count(value: Any, language: Language) -> str:
    """ "2.025": without its point it would be a year."""
    return figures.amount(value, "count", language)


def _say(what: str, language: Language, **details: object) -> str:
    return _WORDS[what][language].format(**details)


def _span(period: Any, language: Language) -> str:
    if not isinstance(period, Mapping):
        return "—"
    start, end = figures.day(period.get("start"), language), figures.day(period.get("end"), language)
    return line("to", language, start=start, end=end)


def _customer(one: _Json, unit: str, language: Language) -> str:
    return _say(
        "customer",
        language,
        name=one.get("customer"),
        value=figures.amount(one.get("value"), unit, language),
        orders=counted("order", one.get("orders", "—"), language),
        day=figures.day(one.get("last_order"), language),
        owner=f" — {one['salesperson']}" if one.get("salesperson") else "",
    )


def _assumed(data: _Json, language: Language) -> list[str]:
    days = data.get("assumed_days")
    return [] if days is None else [_say("assumed_days", language, days=_count(days, language))]
