"""Where a word that is also a name is no name: months, adjectives, small words, points of the compass."""

from collections.abc import Sequence
from typing import Final

from agent.periods.lexicon import WORDS
from agent.periods.words import Token, tokens_of
from agent.providers.offline.names import NameHit, stem

_OWNER_WORDS: Final = frozenset({"do", "da", "dos", "das", "del", "of", "by", "from", "pelo", "pela", "cliente"})
_MEASURE_NOUNS: Final = frozenset(
    {"faturamento", "vendas", "venda", "receita", "pedidos", "pedido", "sales", "revenue", "orders", "ventas"}
    | {"venta", "facturacion", "ingresos", "valor", "resultado", "ticket", "cliente", "clientes"}
)
_COMPASS: Final = frozenset(
    {"norte", "sul", "leste", "oeste", "nordeste", "sudeste", "noroeste", "sudoeste", "sur", "noreste", "sureste"}
    | {"north", "south", "east", "west", "northeast", "southeast", "northwest", "southwest", "suroeste"}
)
_BEFORE_A_STATE: Final = frozenset(
    {"em", "no", "na", "do", "da", "de", "pelo", "pela", "para", "pra", "pro", "estado", "estados", "uf", "in", "from"}
    | {"of", "to", "for", "state", "en", "del", "el", "por", "entre", "e", "y", "and", ",", "/", "-", "(", "+"}
)
# "para" is a preposition nearly always: Pará must be written as the state is, or stand behind "no", "do".
_ARTICLES_OF_STATES: Final = frozenset({"no", "do", "ao", "pelo", "estado"})
_SMALL_WORD_STATES: Final = frozenset({"para"})
_CODES_THAT_ARE_WORDS: Final = frozenset({"ac", "al", "am", "ap", "es", "ma", "pa", "pe", "pi", "se", "to", "ce"})


def is_doubtful(text: str, tokens: list[Token], hit: NameHit) -> bool:
    """Whether what looks like a name of the catalogue means something else here."""
    if hit.first != hit.last:
        return False
    if hit.candidates[0].kind == "state":
        return _is_no_state(text, tokens, hit)
    return any(doubt(tokens, hit) for doubt in (_is_time, _is_adjective, _is_compass, _is_plural, _is_place))


def _is_time(tokens: list[Token], hit: NameHit) -> bool:
    """A month or weekday that is also somebody's name: a name only after "do", "da" and their like."""
    if tokens[hit.first].word not in WORDS:
        return False
    return hit.first == 0 or tokens[hit.first - 1].word not in _OWNER_WORDS


def _is_adjective(tokens: list[Token], hit: NameHit) -> bool:
    """ "faturamento líquido" is no "Sabão Líquido": a lone part of a product's name right after a measure."""
    if hit.first == 0 or tokens[hit.first - 1].word not in _MEASURE_NOUNS:
        return False
    return all(entry.kind == "product" and len(entry.words) > 1 for entry in hit.candidates)


def _is_place(tokens: list[Token], hit: NameHit) -> bool:
    """ "Em Minas" is no "Queijo Minas": where something happened, not the last word of what it is called."""
    if hit.first == 0 or tokens[hit.first - 1].word not in {"em", "in", "en"}:
        return False
    return all(len(entry.words) > 1 and entry.words[0] != stem(tokens[hit.first].word) for entry in hit.candidates)


def _is_plural(tokens: list[Token], hit: NameHit) -> bool:
    """ "clientes novos" are not the "Novo Horizonte": companies and people are called by their names as they are."""
    word = tokens[hit.first].word
    if not word.endswith("s") or len(hit.candidates) > 1:
        return False
    entry = hit.candidates[0]
    is_called = entry.kind in {"customer", "salesperson"}
    return is_called and word not in {token.word for token in tokens_of(entry.name)}


def is_segment(tokens: Sequence[Token], hit: NameHit) -> bool:
    """ "Padarias" where several customers' names begin with "Padaria": a kind of customer, and none of them."""
    word = tokens[hit.first].word
    if hit.first != hit.last or word == stem(word) or any(entry.kind != "customer" for entry in hit.candidates):
        return False
    is_spelt_so = any(word == token.word for entry in hit.candidates for token in tokens_of(entry.name))
    return not is_spelt_so and sum(entry.words[0] == stem(word) for entry in hit.candidates) > 1


def _is_compass(tokens: list[Token], hit: NameHit) -> bool:
    """ "no sul" is a region, not the "Estrela do Sul"."""
    return tokens[hit.first].word in _COMPASS and all(len(entry.words) > 1 for entry in hit.candidates)


def _is_no_state(text: str, tokens: list[Token], hit: NameHit) -> bool:
    """Codes of states and "Pará" are small words too ("se", "to", "para"): a state only written and placed as one."""
    token = tokens[hit.first]
    written = text[token.start : token.end]
    before = tokens[hit.first - 1].word if hit.first else ""
    shouting = text.isupper()
    if token.word in _SMALL_WORD_STATES:
        is_spelt = written.lower() != token.word or (before in {"em", "in", "en"} and written[:1].isupper())
        return not (before in _ARTICLES_OF_STATES or (is_spelt and not shouting))
    if len(token.word) != 2:
        return False
    fits = before in _BEFORE_A_STATE or before in _MEASURE_NOUNS
    if token.word in _CODES_THAT_ARE_WORDS or shouting:
        return not (written.isupper() and fits)
    return not written.isupper()
