"""The small lines that answers are built of."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from agent.providers.offline.figures import number
from models.language import Language, Texts

LINES: Final[dict[str, Texts]] = {
    "to": {"pt": "{start} a {end}", "en": "{start} to {end}", "es": "{start} al {end}"},
    "running": {
        "pt": " (período inteiro, ainda em curso)",
        "en": " (whole period, still running)",
        "es": " (período completo, aún en curso)",
    },
    "not_begun": {
        "pt": " (ainda não começou)",
        "en": " (has not begun yet)",
        "es": " (aún no ha empezado)",
    },
    "assumed_period": {
        "pt": "Sem período na pergunta, usei o mês atual.",
        "en": "No period in the question, so I took the current month.",
        "es": "Sin período en la pregunta, usé el mes actual.",
    },
    "assumed_base": {
        "pt": "Sem base na pergunta, comparei com o período anterior.",
        "en": "No base in the question, so I compared with the period before.",
        "es": "Sin base en la pregunta, comparé con el período anterior.",
    },
    "assumed_metric": {
        "pt": "Medido por {metric}.",
        "en": "Measured by {metric}.",
        "es": "Medido por {metric}.",
    },
    "no_cancelled": {
        "pt": "Pedidos cancelados não entram.",
        "en": "Cancelled orders are left out.",
        "es": "No incluye pedidos cancelados.",
    },
    "source": {"pt": "Fonte: {source}{rows}.", "en": "Source: {source}{rows}.", "es": "Fuente: {source}{rows}."},
    "rows": {"pt": ", {rows}", "en": ", {rows}", "es": ", {rows}"},
    "more": {"pt": "e mais {count}", "en": "and {count} more", "es": "y {count} más"},
    "nothing": {"pt": "Nada encontrado.", "en": "Nothing found.", "es": "No se encontró nada."},
    "total": {"pt": "Total: {value}", "en": "Total: {value}", "es": "Total: {value}"},
    "share": {
        "pt": "{who}: **{percent}** do total ({value} de {total})",
        "en": "{who}: **{percent}** of the total ({value} of {total})",
        "es": "{who}: **{percent}** del total ({value} de {total})",
    },
    "no_share": {
        "pt": "O total desse período é zero, então não há participação.",
        "en": "The total of that period is zero, so there is no share.",
        "es": "El total de ese período es cero, así que no hay participación.",
    },
    "without": {"pt": "sem {names}", "en": "without {names}", "es": "sin {names}"},
    "state": {"pt": "estado {name}", "en": "state of {name}", "es": "estado {name}"},
    "state_no_city": {
        "pt": "estado {name}, não a cidade",
        "en": "state of {name}, not the city",
        "es": "estado {name}, no la ciudad",
    },
    "lowest": {"pt": "menores primeiro", "en": "lowest first", "es": "menores primero"},
    "no_exclusion": {
        "pt": "Não consegui separar {names} nesse resultado, então não dou o total.",
        "en": "I could not tell {names} apart in that result, so I give no total.",
        "es": "No pude separar {names} en ese resultado, así que no doy el total.",
    },
    "no_row": {
        "pt": "Não há vendas registradas para {who} nesse período.",
        "en": "There are no sales on record for {who} in that period.",
        "es": "No hay ventas registradas para {who} en ese período.",
    },
    "difference": {
        "pt": "Diferença: {value}{percent}",
        "en": "Difference: {value}{percent}",
        "es": "Diferencia: {value}{percent}",
    },
    "no_percent": {
        "pt": " (sem percentual: a base é zero)",
        "en": " (no percentage: the base is zero)",
        "es": " (sin porcentaje: la base es cero)",
    },
    "team": {"pt": "Time", "en": "Team", "es": "Equipo"},
    "goal": {
        "pt": "**{who}** — meta: {goal}; realizado: {achieved} ({percent})",
        "en": "**{who}** — goal: {goal}; achieved: {achieved} ({percent})",
        "es": "**{who}** — meta: {goal}; alcanzado: {achieved} ({percent})",
    },
    "goal_unset": {
        "pt": "**{who}** — sem meta cadastrada nesse período; realizado: {achieved}",
        "en": "**{who}** — no goal on record for that period; achieved: {achieved}",
        "es": "**{who}** — sin meta registrada en ese período; alcanzado: {achieved}",
    },
    "still_open": {
        "pt": "Ainda em aberto: {value} ({deals})",
        "en": "Still open: {value} ({deals})",
        "es": "Aún abiertos: {value} ({deals})",
    },
    "cut_off": {
        "pt": "São grupos demais, e a lista veio cortada: não consigo responder isso com segurança.",
        "en": "There are too many groups and the list came cut off, so I can't answer that safely.",
        "es": "Hay demasiados grupos y la lista vino cortada: no puedo responder eso con seguridad.",
    },
    "only_with_sales": {
        "pt": "Só conto quem aparece nas vendas do período.",
        "en": "Only those who appear in the period's sales are counted.",
        "es": "Solo cuento a quienes aparecen en las ventas del período.",
    },
    "missing": {"pt": "Faltam {missing}", "en": "{missing} to go", "es": "Faltan {missing}"},
    "reached": {"pt": "Meta batida.", "en": "Goal reached.", "es": "Meta cumplida."},
    "per_day": {
        "pt": ": {value} por dia útil ({days})",
        "en": ": {value} per business day ({days})",
        "es": ": {value} por día hábil ({days})",
    },
    "pipeline": {"pt": "**Funil**", "en": "**Pipeline**", "es": "**Embudo**"},
    "stage": {
        "pt": "- {stage}: {value} ({deals})",
        "en": "- {stage}: {value} ({deals})",
        "es": "- {stage}: {value} ({deals})",
    },
    "stages_total": {
        "pt": "Total: {value} ({deals})",
        "en": "Total: {value} ({deals})",
        "es": "Total: {value} ({deals})",
    },
    "served_by": {"pt": "Vendedor: {value}", "en": "Salesperson: {value}", "es": "Vendedor: {value}"},
    "last_order": {"pt": "Último pedido: {value}", "en": "Last order: {value}", "es": "Último pedido: {value}"},
    "no_order": {"pt": "Nenhum pedido registrado", "en": "No order on record", "es": "Ningún pedido registrado"},
    "last_year": {
        "pt": "Últimos 12 meses: {value} em {orders}",
        "en": "Last 12 months: {value} in {orders}",
        "es": "Últimos 12 meses: {value} en {orders}",
    },
    "open_orders": {
        "pt": "Em aberto: {value} em {orders}",
        "en": "Open: {value} in {orders}",
        "es": "Abiertos: {value} en {orders}",
    },
    "top_products": {"pt": "Mais compra: {value}", "en": "Buys most: {value}", "es": "Lo que más compra: {value}"},
    "told": {"pt": "O que a equipe contou:", "en": "What the team told:", "es": "Lo que contó el equipo:"},
    "deals": {"pt": "Negócios: {value}", "en": "Deals: {value}", "es": "Negocios: {value}"},
    "rate": {
        "pt": "**{currency}** em {date}: compra R$ {buy}, venda R$ {sell}",
        "en": "**{currency}** on {date}: buy R$ {buy}, sell R$ {sell}",
        "es": "**{currency}** el {date}: compra R$ {buy}, venta R$ {sell}",
    },
}


# One, and several: "1 negócio", "2 negócios".
COUNTED: Final[dict[str, dict[Language, tuple[str, str]]]] = {
    "deal": {
        "pt": ("{count} negócio", "{count} negócios"),
        "en": ("{count} deal", "{count} deals"),
        "es": ("{count} negocio", "{count} negocios"),
    },
    "order": {
        "pt": ("{count} pedido", "{count} pedidos"),
        "en": ("{count} order", "{count} orders"),
        "es": ("{count} pedido", "{count} pedidos"),
    },
    "row": {
        "pt": ("{count} registro", "{count} registros"),
        "en": ("{count} row", "{count} rows"),
        "es": ("{count} registro", "{count} registros"),
    },
    "day_left": {
        "pt": ("resta {count} dia útil", "restam {count} dias úteis"),
        "en": ("{count} business day left", "{count} business days left"),
        "es": ("queda {count} día hábil", "quedan {count} días hábiles"),
    },
}
ORDER_STATUS: Final[dict[str, Texts]] = {
    "open": {"pt": "em aberto", "en": "open", "es": "abierto"},
    "invoiced": {"pt": "já faturado", "en": "invoiced", "es": "ya facturado"},
    "cancelled": {"pt": "cancelado", "en": "cancelled", "es": "cancelado"},
}


def counted(what: str, count: object, language: Language) -> str:
    """How many there are, with the noun in the number that fits; `count` may be a dash. "1.952" is no year."""
    told = number(Decimal(count), language, 0) if isinstance(count, int) else count
    return COUNTED[what][language][0 if str(count) == "1" else 1].format(count=told)


def line(line_name: str, language: Language, **details: object) -> str:
    return LINES[line_name][language].format(**details)


def whose_of(result: Mapping[str, Any], arguments: Mapping[str, Any]) -> str:
    """ " (Proposta, Ana Moura)": what alone a result tells of; a denial that leaves it out denies too much."""
    filters = result.get("filters")
    held = {**arguments, **(filters if isinstance(filters, Mapping) else {})}
    names = [str(held[kind]) for kind in ("stage", "customer", "salesperson") if held.get(kind)]
    return f" ({', '.join(names)})" if names else ""
