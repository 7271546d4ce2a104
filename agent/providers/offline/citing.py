"""Questions that are none about sales: answered in a document's own words, with the place where they stand."""

import re
from collections.abc import Mapping, Sequence, Set
from decimal import Decimal
from textwrap import shorten
from typing import Any, Final

from agent.base import Situation
from agent.cache.canonical import without_courtesies
from agent.knowledge.places import spell_place
from agent.providers.offline.figures import day
from agent.providers.offline.plan import Step, View
from agent.providers.offline.slots import Slots
from agent.providers.offline.wording import say
from models.language import Language, Texts

SEARCH: Final = "search_documents"
PRICES: Final = "price_of"
_LONGEST_QUERY = 500  # characters
_LONGEST_READ = 4 * _LONGEST_QUERY  # greetings among them
_LONGEST_PRODUCT = 200
_SHOWN = 700  # characters of a passage
_SYMBOLS: Final = {"BRL": "R$", "USD": "US$", "EUR": "€"}
_PRICED = re.compile(
    r"(?:(?:oi|ol[áa]|hi|hello|hola|bom dia|boa tarde|boa noite)[,!. ]+)?¿?\s?"
    r"(?:(?:e )?quanto (?:custa|custam|sai|é|est[áa]|fica)"
    r"|(?:(?:qual|quais|cu[áa]l|cu[áa]les) (?:é |são |es |son )?)?(?:(?:o|os|el|los) )?(?:pre[çc]os?|precios?) "
    r"(?:d[eoa]s?|del|de la|de los)"
    r"|how much (?:is|are|does|do)|(?:what is )?(?:the )?price of"
    r"|cu[áa]nto (?:cuesta|cuestan|vale|sale)) (?:(?:o|a|os|as|um|uma|the|an|el|la|los|las|un|una) )?"
    r"(.{2,200}?)(?: costs?)?\s?[?.!]*",
    re.IGNORECASE,
)

_HOW = re.compile(
    r"\W*(?:como|how|c[óo]mo|onde|where|d[óo]nde|posso|podemos|can [iw]e?|puedo)\b"
    r"|\W*(?:quem|who|qui[ée]n) (?:pode|aprova|autoriza|libera|decide|can|may|approves?|decides?|puede|aprueba)\b"
    r"|.*\b(?:pod[eo]m? ser|aceitam?|é possível|tem como|can (?:it|that) be|puede[n]? ser)\b",
    re.IGNORECASE,
)

_ASKS = re.compile(r"\?|\b(?:quant[oa]s?|quais|qual|que horas|how|what|when|cu[áa]l|cu[áa]ndo)\b", re.IGNORECASE)
_REFUSALS: Final = frozenset({"cannot_filter", "unknown_words", "unknown_name", "out_of_reach", "not_understood"})

# What documents may well tell. What is to be changed or sent is refused whatever they say.
_TOPICS: Final = frozenset({"documents", "money", "stock", "margin", "commission"})
_WRITTEN_DOWN: Final = frozenset({"documents", "money"})

_CITED: Final[Texts] = {
    "pt": "Segundo **{document}**{place}: “{text}”",
    "en": "According to **{document}**{place}: “{text}”",
    "es": "Según **{document}**{place}: “{text}”",
}
_NEAREST: Final[Texts] = {
    "pt": "Talvez não responda à pergunta: o mais próximo que encontrei, em **{document}**{place}, é: “{text}”",
    "en": "It may not answer the question: the nearest that I found, in **{document}**{place}, is: “{text}”",
    "es": "Quizás no responda a la pregunta: lo más cercano que encontré, en **{document}**{place}, es: “{text}”",
}
_SAID: Final[Texts] = {language: words.replace("“{text}”", "{text}") for language, words in _CITED.items()}
_SEVERAL: Final[Texts] = {
    "pt": "Mais de um produto atende por esse nome. Qual deles?",
    "en": "More than one product goes by that name. Which one?",
    "es": "Más de un producto responde a ese nombre. ¿Cuál?",
}

_UNHELD: Final[Mapping[str, Texts]] = {
    "price_ended_on": {
        "pt": " (esse preço venceu em {day})",
        "en": " (that price expired on {day})",
        "es": " (ese precio venció el {day})",
    },
    "price_begins_on": {
        "pt": " (esse preço só vale a partir de {day})",
        "en": " (that price holds only from {day} on)",
        "es": " (ese precio vale solo a partir del {day})",
    },
}


def look_up(
    steps: Sequence[Step], text: str, tools: Set[str], alone: Sequence[Slots], said_alone: Sequence[Step]
) -> list[Step]:
    """One search instead, where nothing would be said but that the rules cannot answer. Pure.

    `alone` and `said_alone` are the text read as if nothing had gone before. A condition that no tool knows may be one
    of the company's ("qual o pedido mínimo?"): it is said to be out of reach only where the documents are silent too.
    """
    if SEARCH not in tools or len(text.strip()) < 2 or not steps or any(step.tool for step in steps):
        return list(steps)
    silent = Step()
    if not all(map(_is_for_documents, steps)):
        if len(said_alone) != 1 or not _may_be_a_rule(text, alone, said_alone[0]):
            return _closely(steps, text, alone)
        leans = any(one.linked for one in alone)
        silent = steps[0] if leans else Step() if _is_for_documents(said_alone[0]) else said_alone[0]
    product = read_priced(text) if PRICES in tools else ""
    if product:
        return [Step(PRICES, {"product": product}, say=silent.say, details=silent.details)]
    return [Step(SEARCH, {"query": _query(text)}, say=silent.say, details=silent.details)]


def may_ask(text: str, steps: Sequence[Step]) -> bool:
    """Whether what stands beside a fact, and the rules cannot answer, is a question at all."""
    return bool(_ASKS.search(text) or _HOW.match(text)) or any(step.say == "out_of_reach" for step in steps)


def would_help(steps: Sequence[Step], tools: Set[str], situation: Situation) -> bool:
    """Whether to say that documents could answer: where the company has none, to who can see to it."""
    asks = any(step.say == "out_of_reach" and step.details.get("topic") in _WRITTEN_DOWN for step in steps)
    return asks and SEARCH not in tools and situation.role == "manager"


def _closely(steps: Sequence[Step], text: str, asked: Sequence[Slots]) -> list[Step]:
    """Looked up as well, and told only if a passage holds nearly all of it: a rule may name what sounds like a figure
    or an order ("até que horas posso cancelar um pedido?"). Nothing of a day's or of anybody known, and no order."""
    is_order = any(step.say == "out_of_reach" and step.details.get("topic") in {"change", "send"} for step in steps)
    of_figures = any(_is_of_figures(one) for one in asked)
    if len(steps) != 1 or of_figures or (is_order and not _ASKS.search(text)) or steps[0].say not in _REFUSALS:
        return list(steps)
    view = View(closely=True)
    return [Step(SEARCH, {"query": _query(text)}, view, say=steps[0].say, details=steps[0].details)]


def _is_of_figures(asked: Slots) -> bool:
    named = any(hit.candidates[0].kind != "state" for hit in asked.names) or asked.excluded or asked.team
    return bool(named or asked.periods or asked.linked or (asked.asks_for_figures and asked.has_core))


def _query(text: str) -> str:
    return " ".join(without_courtesies(text[:_LONGEST_READ]).split())[:_LONGEST_QUERY]


def read_priced(text: str) -> str:
    """The product in `quanto custa X?`, `preço do X`; empty for any other question."""
    found = _PRICED.fullmatch(" ".join(text.split())[:_LONGEST_QUERY])
    return found[1][:_LONGEST_PRODUCT] if found else ""


def _is_for_documents(step: Step) -> bool:
    return step.say == "not_understood" or (step.say == "out_of_reach" and step.details.get("topic") in _TOPICS)


def _may_be_a_rule(text: str, asked: Sequence[Slots], said: Step) -> bool:
    """Nobody's figures, and no day's. "Como cancelo um pedido?" asks how, and changes nothing."""
    if said.say == "not_understood" and any(one.unknown for one in asked) and not any(one.linked for one in asked):
        return True
    asks_how = bool(_HOW.match(text))
    if any(one.asks_of_something or (one.asks_for_figures and not asks_how) for one in asked):
        return False
    if said.say == "out_of_reach":
        return _is_for_documents(said) or (asks_how and said.details.get("topic") != "forecast")
    return said.say in {"not_understood", "cannot_filter", "unknown_words"}


def is_silent(result: Mapping[str, Any], *, closely: bool = False) -> bool:
    """Whether the documents were asked, and do not answer, or not `closely`."""
    data = result.get("data")
    answers = "closely" if closely else "answered"
    return isinstance(data, Mapping) and not data.get("items") and not data.get(answers)


def cite(data: Mapping[str, Any], language: Language) -> str:
    """The prices that were asked for, else the best passage, if it answers or may do so."""
    if data.get("items"):
        return _list_prices(data, language)
    passages = data.get("passages")
    best = passages[0] if isinstance(passages, Sequence) and passages else None
    words = _CITED if data.get("answered") else _NEAREST if data.get("nearest") else None
    if words is None or not isinstance(best, Mapping):
        return say("documents_silent", language)
    text = shorten(str(best.get("text", "")), _SHOWN, placeholder=" [...]")
    place = spell_place(best.get("place"), language)
    said = words[language].format(document=best.get("document", "?"), place=place, text=text)
    return said + "".join(
        unheld[language].format(day=day(best[name], language)) for name, unheld in _UNHELD.items() if best.get(name)
    )


def _list_prices(data: Mapping[str, Any], language: Language) -> str:
    """Each with its document and place, those of several products under a line that says so."""
    lines = [_price(item, language) for item in data["items"]]
    head = [_SEVERAL[language]] if data.get("ambiguous") else []
    return "\n".join([*head, *(f"- {one}" if len(lines) > 1 else one for one in lines)])


def _price(item: Mapping[str, Any], language: Language) -> str:
    name, code = str(item["name"]), item.get("code")
    named = f"{code} {name}" if code and code != name else name
    kind = f" ({item['price_kind']})" if item.get("price_kind") else ""
    amount = _amount(Decimal(str(item["price"])), str(item.get("currency") or ""), language)
    unit = f" / {item['unit']}" if item.get("unit") else ""
    place = spell_place(item.get("place"), language)
    return _SAID[language].format(document=item["document"], place=place, text=f"{named}{kind}: {amount}{unit}")


def _amount(price: Decimal, currency: str, language: Language) -> str:
    shown = f"{price:,.2f}" if price == round(price, 2) else f"{price.normalize():,f}"
    if language != "en":
        shown = shown.translate(str.maketrans(",.", ".,"))
    return f"{_SYMBOLS.get(currency, currency)} {shown}".strip()
