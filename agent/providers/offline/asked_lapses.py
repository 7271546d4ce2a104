"""Questions about customers who stopped buying."""

from itertools import product
from typing import Final

from agent.base import Situation
from agent.providers.offline.plain import Plain, name_of, phrases_of, without_phrase, word_set
from agent.providers.offline.plan import Step, iso
from models.catalogue import Catalogue

_STOPPED: Final = "parou de, pararam de, para de, param de, deixou de, deixaram de, deixam de, parando de, deixando de"
_DEJO: Final = "dejo de, dejaron de, dejan de, paro de, pararon de"
_NOT: Final = """
nao compra, nao compram, nao comprou, nao compraram, nao pede, nao pedem, nao pediu, nao pediram, nao comprando, nao
tem comprado, nao fazem pedido, nao fazem pedidos, nao faz pedido, nao fez pedido, nao fizeram pedido, nao fizeram
pedidos, nao fazem compras, nao fazem compra, nao compra mais, nao compram mais, sem comprar, sem pedido, sem pedidos,
sem compra, sem compras, sem pedir, nao tem pedido, nao tem pedidos, nao voltou a comprar, nao voltaram a comprar, no
compra, no compran, no compro, no compraron, no han comprado, no ha comprado, no han pedido, ya no compran, ya no
compra, no piden, no pidieron, sin comprar, sin pedidos, sin compras, no hacen pedidos, no buying, no orders, without
orders, without an order, without buying, no purchases, haven't bought, hasn't bought, have not bought, has not
bought, haven't ordered, hasn't ordered, have not ordered, has not ordered, didn't buy, did not buy, didn't order, did
not order, don't buy, doesn't buy, no longer buy, no longer buys, no longer buying, no longer order, no longer orders,
haven't purchased, not buying, not ordering, don't buy anymore, doesn't buy anymore, haven't bought anything, hasn't
bought anything, havent bought, hasnt bought
"""
_SINGLE: Final = """
stopped buying, stopped ordering, stop buying, stopped purchasing, quit buying, sumiu, sumiram, sumidos, inativo,
inativos, inativa, inativas, inactive, inactivo, inactivos, inactiva, inactivas, lapsed, dormant, adormecidos,
dormidos, desaparecieron, desaparecio, churned, churn
"""
_OF_CUSTOMERS: Final = phrases_of("parados, parado, perdidos, lost, quietos, afastados, frios")
_BUYING: Final = word_set("comprar pedir")
_SILENCES: Final = phrases_of(
    ", ".join(
        [_NOT, _SINGLE]
        + [f"{stop} {buy}" for stop, buy in product(f"{_STOPPED}, {_DEJO}".split(", "), sorted(_BUYING))]
        + [f"{stop} fazer {what}" for stop, what in product(_STOPPED.split(", "), ("pedido", "pedidos", "compras"))]
    )
)
_BOUGHT_THEN: Final = phrases_of(
    "comprou, compraram, comprava, compravam, pediu, pediram, bought, ordered, purchased, compro, compraron, compraban"
)
_NOT_NOW: Final = phrases_of("nao, no, mas nao, but not, e nao, y no, not, pero no, nao mais, mais nao, depois nao")
_CUSTOMERS: Final = word_set(
    "cliente clientes customer customers client clients comprador compradores buyer buyers quem qm quien quienes who"
)
_NOUNS: Final = _CUSTOMERS - word_set("quem qm quien quienes who")
_MINE: Final = word_set("meu meus minha minhas my mi mis")
_ALLOWED: Final = _CUSTOMERS | word_set(
    "quais qual que cuales cual lista listar liste list mostre mostra mostrar show ver estao esta estan ficaram ficou "
    "temos tem tengo ha hace faz fazem desde mais de do da dos das del than more over nos ultimos nas last past in the "
    "anymore any longer mas ya nada anything tudo carteira nossos nuestros our ours quantos cuantos how many"
)
LAPSE_WORDS: Final = _ALLOWED | frozenset(word for phrase in _SILENCES for word in phrase)


def read_lapses(plain: Plain, situation: Situation, catalogue: Catalogue) -> list[Step] | None:
    """None where something else is asked."""
    people = [name_of(plain, hit) for hit in plain.names if hit.candidates[0].kind == "salesperson"]
    times = [*plain.lengths, *plain.periods]
    if len(people) != len(plain.names) or len(people) > 1 or len(times) > 2:
        return None
    if times and times[-1].end < situation.today:
        return None  # "quem não comprou em fevereiro?" may have bought since
    words = plain.words(LAPSE_WORDS)
    mine = bool(_MINE & set(words))
    words = [word for word in words if word not in _MINE]
    asked = _with_two_times(plain, words) if len(times) == 2 else _with_one(plain, words)
    if asked is None or (mine and (people or not situation.salesperson)):
        return None
    who = people[0] if people else situation.salesperson if mine else None
    return [Step("lapsed_customers", asked | ({"salesperson": who} if who else {}))]


def _with_one(plain: Plain, words: list[str]) -> dict[str, str] | None:
    if not _CUSTOMERS & set(words):
        return None
    rest = without_phrase(words, _SILENCES)
    if rest is None and _NOUNS & set(words):
        rest = without_phrase(words, _OF_CUSTOMERS)
    if rest is None or not plain.is_explained(rest, _ALLOWED):
        return None
    times = [*plain.lengths, *plain.periods]
    return {"period": iso(times[0])} if times else {}


def _with_two_times(plain: Plain, words: list[str]) -> dict[str, str] | None:
    """ "Quem comprou no ano passado e não comprou este ano?"; the one time before the other."""
    if len(plain.periods) != 2 or not _CUSTOMERS & set(words):
        return None
    rest = without_phrase(words, _SILENCES) or without_phrase(words, _NOT_NOW)
    rest = None if rest is None else without_phrase(rest, _BOUGHT_THEN)
    first, second = plain.periods
    if rest is None or first.start >= second.start or not plain.is_explained(rest, _ALLOWED):
        return None
    return {"period": iso(second), "reference": iso(first)}
