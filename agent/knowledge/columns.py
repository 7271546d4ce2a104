"""What a table's columns hold, by the words at their heads, in Portuguese, English and Spanish."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

Role = Literal["price", "name", "code", "unit", "currency", "valid_from", "valid_to", "question", "answer", ""]

_NO_PRICE: Final = re.compile(
    r"\b(?:custos?|costs?|costos?|total|totais|totales|descontos?|discounts?|descuentos?|margem|margin|margen|minim[oa]|"
    r"minimum|frete|freight|flete|icms|ipi|impostos?|tax(?:es)?|comiss\w+|commission|comision|variacao|peso)\b"
)
# The first that fits counts.
_WORDS: Final[tuple[tuple[Role, re.Pattern[str]], ...]] = (
    ("valid_from", re.compile(r"\b(?:valid[oa] (?:de|desde|a partir)|valid from|desde|a partir de|inicio|start)\b")),
    ("valid_to", re.compile(r"\b(?:valid[oa] (?:ate|hasta)|valid (?:to|until)|ate|hasta|validade|fim|expires)\b")),
    ("currency", re.compile(r"\b(?:moeda|currency|moneda)\b")),
    (
        "price",
        re.compile(r"\b(?:precos?|prices?|precios?|valor(?:es)?|tarifa|importe|pvp|mensalidade|reais)\b|\$|€"),
    ),
    ("question", re.compile(r"\b(?:pergunta|question|pregunta|duvida)\b")),
    ("answer", re.compile(r"\b(?:resposta|answer|respuesta)\b")),
    ("code", re.compile(r"\b(?:cod|codigo|sku|ref|referencia|reference|code|part number|ean|gtin|id)\b")),
    ("unit", re.compile(r"\b(?:unidade|unid|und|un|um|uom|unit|unidad|embalagem|packaging|empaque)\b")),
    (
        "name",
        re.compile(
            r"\b(?:produtos?|products?|productos?|descric\w+|description|descripcion|itens|item|articulos?|nomes?|name|"
            r"nombre|servicos?|services?|servicios?|material|materiais|modelo|model|planos?|plans?|mercadoria)\b"
        ),
    ),
)
_LONGEST_HEAD = 80


@lru_cache(maxsize=4_096)
def fold(text: str) -> str:
    """Lower case without accents; what parts words is a blank."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[^\w$€]+|_", " ", plain).strip()


@lru_cache(maxsize=4_096)
def role_of(head: str) -> Role:
    """Empty for a column whose words say nothing known."""
    if len(head) > _LONGEST_HEAD:
        return ""
    folded = fold(head)
    role: Role = next((role for role, words in _WORDS if words.search(folded)), "")
    return "" if role == "price" and names_no_price(head) else role


def names_no_price(text: str) -> bool:
    """Whether an amount beside these words is a cost, a total or a condition."""
    return _NO_PRICE.search(fold(text)) is not None


def known_heads(cells: Sequence[str]) -> int:
    """How many of the cells are words that head columns."""
    return sum(1 for cell in cells if cell and role_of(cell))
