"""What code says about requests for a discount, to who asks and to who rules, and how a ruling is read. Pure."""

import re
import unicodedata
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from models.language import Language, Texts

DiscountPhrase = Literal["asked", "approved", "refused", "ruled", "ruled_already", "no_such", "not_yours", "not_own"]

_TEXTS: Final[dict[DiscountPhrase, Texts]] = {
    "asked": {
        "pt": "Pedido de desconto nº {number}: {person} pede {percent} para {customer}{subject}.\n\n"
        "Para decidir, responda **aprovar {number}** ou **recusar {number}**.\n\n"
        "Motivo, nas palavras de {person}: «{reason}»",
        "en": "Discount request no. {number}: {person} asks for {percent} for {customer}{subject}.\n\n"
        "To decide, reply **approve {number}** or **refuse {number}**.\n\n"
        "The reason, in the words of {person}: “{reason}”",
        "es": "Pedido de descuento n.º {number}: {person} pide {percent} para {customer}{subject}.\n\n"
        "Para decidir, responda **aprobar {number}** o **rechazar {number}**.\n\n"
        "Motivo, en palabras de {person}: «{reason}»",
    },
    "approved": {
        "pt": "✅ Desconto nº {number} aprovado por {by}: {percent} para {customer}{subject}.",
        "en": "✅ Discount no. {number} approved by {by}: {percent} for {customer}{subject}.",
        "es": "✅ Descuento n.º {number} aprobado por {by}: {percent} para {customer}{subject}.",
    },
    "refused": {
        "pt": "❌ Desconto nº {number} recusado por {by}: {percent} para {customer}{subject}.",
        "en": "❌ Discount no. {number} refused by {by}: {percent} for {customer}{subject}.",
        "es": "❌ Descuento n.º {number} rechazado por {by}: {percent} para {customer}{subject}.",
    },
    "ruled": {
        "pt": "Registrado: {outcome}\n\n{person}: {told}.",
        "en": "On record: {outcome}\n\n{person}: {told}.",
        "es": "Registrado: {outcome}\n\n{person}: {told}.",
    },
    "ruled_already": {
        "pt": "O pedido nº {number} ({percent} para {customer}) não espera mais decisão: {status}.",
        "en": "Request no. {number} ({percent} for {customer}) waits for no decision any more: {status}.",
        "es": "El pedido n.º {number} ({percent} para {customer}) ya no espera decisión: {status}.",
    },
    "no_such": {
        "pt": "Não há pedido de desconto nº {number}.",
        "en": "There is no discount request no. {number}.",
        "es": "No hay pedido de descuento n.º {number}.",
    },
    "not_yours": {
        "pt": "Só a gerência decide sobre pedidos de desconto.",
        "en": "Only managers decide on discount requests.",
        "es": "Solo la gerencia decide sobre pedidos de descuento.",
    },
    "not_own": {
        "pt": "Este pedido é seu: outra pessoa da gerência precisa decidir.",
        "en": "This request is your own: another manager has to decide.",
        "es": "Este pedido es suyo: otra persona de la gerencia tiene que decidir.",
    },
}
TOLD: Final[dict[bool, Texts]] = {
    True: {"pt": "já foi avisado(a)", "en": "has been told", "es": "ya fue avisado(a)"},
    False: {
        "pt": "precisa ser avisado(a) por você",
        "en": "has to be told by you",
        "es": "debe ser avisado(a) por usted",
    },
}
STATUS: Final[dict[str, Texts]] = {
    "approved": {"pt": "aprovado por {by}", "en": "approved by {by}", "es": "aprobado por {by}"},
    "refused": {"pt": "recusado por {by}", "en": "refused by {by}", "es": "rechazado por {by}"},
    "withdrawn": {"pt": "retirado por quem pediu", "en": "withdrawn", "es": "retirado por quien lo pidió"},
}

_YES: Final[dict[str, Language]] = {"aprovar": "pt", "aprovo": "pt", "approve": "en", "aprobar": "es", "apruebo": "es"}
_NO: Final[dict[str, Language]] = {"recusar": "pt", "recuso": "pt", "refuse": "en", "rechazar": "es", "rechazo": "es"}
_RULING = re.compile(rf"({'|'.join([*_YES, *_NO])}) (?:n[o.º°]* ?|#)?(\d{{1,6}})")

_FRAMES = re.compile(r"[«»“”\"*_]+")
_ORDER = re.compile(rf"\b(?:{'|'.join([*_YES, *_NO])})\b(?=[\Wº]*(?:n[\Wº]*)?\d)", re.IGNORECASE)


class Ruling(NamedTuple):
    is_yes: bool
    number: int
    language: Language


def read_ruling(text: str) -> Ruling | None:
    """The strict words with the request's number, and nothing beside them."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    bare = " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split()).strip(" .!*")
    found = _RULING.fullmatch(bare)
    if found is None:
        return None
    word = found[1]
    return Ruling(word in _YES, int(found[2]), (_YES | _NO)[word])


def as_told(text: str) -> str:
    """The requester's words, on one line, without what would end their quotation or read like our own instruction."""
    return " ".join(_ORDER.sub("…", _FRAMES.sub(" ", text)).split())


def discount_phrase(name: DiscountPhrase, language: Language, **values: str) -> str:
    return _TEXTS[name][language].format(**values)


def spell_percent(percent: Decimal, language: Language) -> str:
    spelt = f"{percent.normalize():f}%"
    return spelt if language == "en" else spelt.replace(".", ",")
