"""Questions about single orders: one or several by their numbers, or somebody's newest ones."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from agent.base import Situation
from agent.providers.offline.plain import COURTESIES, Plain, meant, name_of, word_set
from agent.providers.offline.plan import Step, View, saying
from models.catalogue import Catalogue

_ONE: Final = word_set("pedido ped order orden ordem")
_SEVERAL: Final = word_set("pedidos orders ordenes compras purchases")
_BETWEEN: Final = word_set("n o no nr nro num numero number # : . e is es id")
# "4521-A" is not 4521, and "1.234,50" no order; "4521,cadê?" is 4521 all the same.
_NUMBER: Final = re.compile(r"(?:[A-Za-z]{0,4}|[A-Za-z]{1,9}[-/])\d+(?:[./-]\d+)*(?![\w%]|[-–—−/.]\w|,\d)")
_GROUPED: Final = re.compile(r"\d{1,3}(?:\.\d{3})+")
_COUNTS: Final = word_set("reais real mil % r k x brl")
_LINKS: Final = word_set(", e y and &")
_DELIVERY: Final = word_set(
    "entregue entrega entregou entregaram chega chegou chegar chegam saiu sai enviado despachado rastrear rastreio "
    "rastreia track tracking delivered delivery deliver shipped ship arrive arrives arrived arriving llega llego "
    "llegar entregado entregaron rastreo despacho prazo"
)
_INSIDE: Final = word_set(
    "itens item items produtos produto productos products veio vieram tinha tem conteudo contents contenido trae trajo "
    "inside lines linhas"
)
_ABOUT: Final = word_set(
    "cade kd onde status situacao andamento posicao faturado faturada faturaram faturou invoiced billed facturo "
    "facturado facturada ya se detalhes detalhe details detail cliente customer client vendedor seller vendeu comprou "
    "fez hizo quanto qto deu custou ficou valor vale value worth total amount data date dia day fecha quando qdo when "
    "cuando feito made placed aberto open cancelado cancelled canceled cancelada ainda where donde estado situacion "
    "tiene lleva contiene contem mostrar muestrame muestra ver show see look info informacoes informacion sobre about "
    "tell detalle cuanto cuesta costo quem de como anda vai esta ta foi find found procura procurar busca buscar acha "
    "achar localiza localizar consultar quien fue mim pra para conferir abre abrir"
)
_LATEST: Final = word_set("ultimos ultimas latest last recent recentes recientes newest historico historial history")
_NEWEST: Final = word_set("ultimo ultima last latest")
_MINE: Final = word_set("meu meus minhas minha my mi mis")
_ALLOWED: Final = _DELIVERY | _INSIDE | _ABOUT
_LISTED: Final = (
    _LATEST
    | _SEVERAL
    | word_set(
        "quais quales cuales lista listar mostre mostra mostrar show list feitos hechos placed made mais cliente "
        "customer todos all"
    )
)
_MOST: Final = 20
# Behind an order, one of these asks of that order: "quem vendeu?", "quais os itens dele?".
_OF_IT: Final = (_ALLOWED - COURTESIES) - word_set(
    "se ainda mostrar muestrame muestra ver see look sobre about tell de quem quien como anda vai esta ta foi fue mim "
    "pra para fecha"
)
_IT: Final = word_set("ele dele ela dela esse desse este deste isso disso its ese eso")
_BEHIND: Final = (_ALLOWED | _ONE | _IT) - {"prazo"}  # "qual o prazo de entrega?" is a rule for all orders
_BEFORE_IT: Final = word_set("e and y o a os as do da dos of el la los the what about how so")
ORDER_WORDS: Final = _ALLOWED | _LISTED | _ONE | _NEWEST


def read_orders(plain: Plain, situation: Situation, catalogue: Catalogue) -> list[Step] | None:
    """None where something else is asked."""
    if plain.lengths or any((one.start, one.end) != (situation.today,) * 2 for one in plain.periods):
        return None
    customers = [name_of(plain, hit) for hit in plain.names if hit.candidates[0].kind == "customer"]
    if len(customers) != len(plain.names) or len(customers) > 1:
        return None
    customer = {"customer": customers[0]} if customers else {}
    return _by_number(plain, customer) or _newest(plain, situation, customer)


def _by_number(plain: Plain, customer: dict[str, str]) -> list[Step] | None:
    words = [plain.tokens[index].word for index in plain.rest]
    for place, word in enumerate(words):
        is_one = meant(word, _ONE | _SEVERAL) in _ONE
        if not (is_one or word in _SEVERAL):
            continue
        numbers, after = _numbers(plain, place if _is_prefix(plain, place) else place + 1)
        if not numbers or (len(numbers) == 1 and not is_one):
            continue
        others = plain.words(_ALLOWED)
        if not plain.is_explained([*others[:place], *others[after:]], _ALLOWED | _ONE | _MINE):
            return None
        view = View(delivery=bool(_DELIVERY & set(others)))
        return [Step("find_order", {"number": number} | customer, view) for number in numbers]
    return None


def lean_on_order(plain: Plain, asked: Sequence[Step], small: frozenset[str]) -> list[Step]:
    """Another number, another customer, or more of the one order that was asked of; empty where it is none of these."""
    if plain.lengths or plain.periods:
        return []
    words = [plain.tokens[index].word for index in plain.rest]
    if plain.names:
        return _of_another(plain, asked) if _are_small(words, small | _SEVERAL) else []
    start = next((place for place, word in enumerate(words) if word not in _BEFORE_IT), len(words))
    numbers, after = _numbers(plain, start)
    if numbers:
        return [Step("find_order", {"number": number}) for number in numbers if _are_small(words[after:], small)]
    of_it = plain.words(_ALLOWED | _ONE)
    if not _OF_IT & set(of_it) or not plain.is_explained(of_it, _BEHIND):
        return []
    if len(asked) > 1 or not ("number" in asked[0].arguments or asked[0].arguments.get("n") == 1):
        return [saying("say_it_whole")]  # of which of them?
    return [replace(asked[0], view=View(delivery=bool(_DELIVERY & set(of_it))))]


def _of_another(plain: Plain, asked: Sequence[Step]) -> list[Step]:
    if len(plain.names) > 1 or plain.names[0].candidates[0].kind != "customer":
        return []
    if len(asked) > 1 or "number" in asked[0].arguments:
        return []
    return [replace(asked[0], arguments={**asked[0].arguments, "customer": name_of(plain, plain.names[0])})]


def _are_small(words: Sequence[str], small: frozenset[str]) -> bool:
    return all(word in small or not any(char.isalnum() for char in word) for word in words)


def _numbers(plain: Plain, first: int) -> tuple[list[str], int]:
    """The numbers that follow, a link between any two, with their place among the rest behind them."""
    found: list[str] = []
    place, after, is_linked = first, first, True
    while place < len(plain.rest):
        token = plain.tokens[plain.rest[place]]
        match = _NUMBER.match(plain.text, token.start) if is_linked else None
        if match is not None and any(char.isdigit() for char in match[0]):
            end = match.end()
            while place < len(plain.rest) and plain.tokens[plain.rest[place]].start < end:
                place += 1
            if place < len(plain.rest) and plain.tokens[plain.rest[place]].word in _COUNTS:
                return [], first
            written = match[0]
            found.append(written.replace(".", "") if _GROUPED.fullmatch(written) else written)
            after, is_linked = place, False
        elif token.word in (_LINKS if found else _BETWEEN) or (
            not found and token.word == "de" and _word(plain, place + 1) in {"numero", "n", "num"}
        ):
            place, is_linked = place + 1, True
        else:
            break
    return found, after


def _is_prefix(plain: Plain, place: int) -> bool:
    """ "PED-0001", "Order-17": the word belongs to the number."""
    token = plain.tokens[plain.rest[place]]
    return plain.text[token.end : token.end + 1] in ("-", "/") and bool(_NUMBER.match(plain.text, token.start))


def _word(plain: Plain, place: int) -> str:
    return plain.tokens[plain.rest[place]].word if place < len(plain.rest) else ""


def _newest(plain: Plain, situation: Situation, customer: dict[str, str]) -> list[Step] | None:
    words = plain.words(_LISTED | _INSIDE | _NEWEST | _ONE)
    mine = bool(_MINE & set(words))
    if mine and (customer or situation.role not in ("rep", "customer")):
        return None
    if _SEVERAL & set(words) and _LATEST & set(words):
        return _listed(plain, words, customer)
    is_own = mine and situation.role == "customer"
    inside = bool(_INSIDE & set(words)) and bool(_NEWEST & set(words)) and bool(customer or mine)
    if not (_ONE & set(words) and (is_own or inside)):
        return None
    words = plain.words(_ALLOWED | _NEWEST | _ONE)
    if not plain.is_explained(words, _ALLOWED | _NEWEST | _ONE | _MINE):
        return None
    return [Step("find_order", {**customer, "n": 1}, View(delivery=bool(_DELIVERY & set(words))))]


def _listed(plain: Plain, words: Sequence[str], customer: dict[str, str]) -> list[Step] | None:
    counts = [int(concept[1:]) for index in plain.rest if (concept := plain.tokens[index].concept)[1:].isdigit()]
    others = [word for word in words if not word.isdigit()]
    if len(counts) > 1 or not plain.is_explained(others, _LISTED | _MINE):
        return None
    if counts and not 1 <= counts[0] <= _MOST:
        return None
    return [Step("find_order", {**customer, **({"n": counts[0]} if counts else {})})]
