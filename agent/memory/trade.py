"""What her business is about: what she works with, how much she buys, what was decided, what stands in the way.

Rules over her own sentences. Pure.
"""

import re
from collections.abc import Iterator
from typing import Final

from agent.memory.rules import Found, Rule, cut_out, is_proper, named, phrases
from agent.memory.sentences import Sentence
from agent.memory.told import Told

_NO_TRADE: Final = re.compile(
    r"(?:voce|vc|voces|ele|ela|isso|isto|you|him|her|them|it|that|this|el|ella|eso|esto|a ideia|a hipotese|prazo|o que"
    r"|what|lo que|muito|mucho|ninguem|nobody|nadie|meta|metas|goals?|o pessoal|a equipe|a gente|nada|nothing"
    r"|quem|quien|quienes|whom?|qual|quais|which)\b"
)


def _is_trade(found: Found) -> bool:
    is_compared = re.search(r"\b(?:do que|than)\b", found.folded)
    return len(found.folded) > 1 and not _NO_TRADE.match(found.folded) and not is_compared


_RULES: Final = (
    Rule(
        "works_with",
        phrases(
            *(
                "trabalho [só|principalmente|mais|também] com",
                "(trabalhamos|a gente trabalha) [só|principalmente|também] com",
            ),
            *("i [also|mostly|mainly] (work with|sell|deal in)", "we [also|mostly|mainly] (work with|deal in)"),
            *("[eu] vendo (mais|principalmente|só|mais é) (pra|para)", "[eu] atendo (mais|principalmente|só)"),
            *("i sell mostly to", "i mostly sell to", "vendo (más|principalmente|solo) a"),
            *("trabajo [solo|también|principalmente] con", "trabajamos [solo|también|principalmente] con"),
        ),
        accepts=_is_trade,
    ),
    named(
        "main_customer",
        phrases(
            "(meu|nosso) (principal|maior|melhor) cliente (é|eh|agora é|continua sendo) [o|a]",
            "(meu|nosso) cliente (principal|mais importante) (é|eh|agora é) [o|a]",
            "(my|our) (main|biggest|largest|best|key|most important) (customer|client|account) is [now]",
            "(mi|nuestro) (principal|mayor|mejor) cliente es [ahora] [el|la]",
            "(mi|nuestro) cliente (principal|más importante) es [el|la]",
        ),
        is_proper,
        "firm",
    ),
    Rule(
        "decision",
        phrases(
            *("(decidimos|resolvemos)", "optamos por", "optei por", "(decidi|resolvi)", "fechamos com", "fechei com"),
            *(
                "vamos (fechar|ficar|seguir) com",
                "(we|i|we've|i've) [have] decided (to|on|that)",
                "(we'll|we will) go with",
            ),
            *("we went with", "hemos decidido", "he decidido", "nos quedamos con", "vamos a (cerrar|seguir) con"),
        ),
        "decision",
        accepts=_is_trade,
        confidence=0.8,
    ),
)
_AMOUNT: Final = r"(?:\d[\d.,]*|um|uma|dois|duas|tres|dez|vinte|cem|mil|one|two|three|ten|a hundred|cien)"
_QUANTITY: Final = re.compile(
    r"\b(?:compr[oa]|compramos|peco|pedimos|gast[oa]|gastamos|consum[oe]|consumimos|us[oa]|usamos|preciso de"
    rf"|precisamos de|(?:we|i) (?:buy|order|use|need)|pido|necesito|necesitamos)\b[^,;!?()\n]{{0,40}}?\b{_AMOUNT} "
    r"[^,;!?()\n]{2,60}?(?:por mes|por semana|por dia|por ano|por trimestre|ao mes|ao ano|mensais|mensalmente|semanais"
    r"|toda semana|todo mes|todas as semanas|a month|a week|a year|per month|per week|per year|monthly|weekly"
    r"|every (?:week|month)|al mes|a la semana|al ano|cada (?:mes|semana)|mensuales|todos los meses)\b"
)
_DEAR: Final = (  # "achei o arroz muito caro"
    r"(?<!nao )(?:achei|achamos|acho) (?:o|a|os|as|ess[ea]s?) (?:\w+ ){1,4}?(?:muito |bem |um pouco |meio |bastante )?"
    r"car[oa]s?(?! de pau)|\b(?<!not )(?<!n't )(?:found|find) (?:it|that|(?:the|your) (?:\w+ ){1,4}?)\s?"
    r"(?:too |very |quite )?(?:expensive|pricey)|(?<!no )me parecio (?:muy |demasiado )?car[oa]"
)
_OBJECTION: Final = re.compile(
    rf"\b(?:{_DEAR}|"
    r"(?:achei|achamos|acho|esta|ta|ficou|sai|continua) (?:muito |bem |um pouco |meio |bastante )?(?:caro|cara"
    r"|salgado)|(?:seu|esse|o) preco (?:esta|ta|ficou|e|eh) (?:muito |bem )?(?:alto|acima)|concorrente .{0,40}(?:mais"
    r" barato|por menos)|(?:nao cabe no|fora do meu|fora do nosso|acima do meu|acima do nosso) orcamento|demora"
    r" (?:muito|demais) .{0,8}entregar|(?:it's|it is|that's|that is|you're|the price is) (?:too|very|way too|quite)"
    r" (?:expensive|high|pricey)|(?:not in|over|above|out of) (?:my|our) budget|(?:es|esta|me parece|nos parece"
    r"|sale) (?:muy |demasiado )?caro|(?:su|ese|el) precio (?:es|esta) (?:muy |demasiado )?alto|fuera de (?:mi|nuestro)"
    r" presupuesto)\b"
)


def find_trade(sentence: Sentence) -> Iterator[Told]:
    """In no order; of questions nothing."""
    if sentence.is_question:
        return
    for rule in _RULES:
        yield from rule.read(sentence)
    if match := _QUANTITY.search(sentence.folded):
        words = cut_out(sentence, match.start(), match.end()).said
        yield Told("company", "usual_quantity", words, "profile", sentence.said.strip(), confidence=0.8)
    if _OBJECTION.search(sentence.folded):
        words = cut_out(sentence, 0, len(sentence.said)).said
        yield Told("person", "objection", words, "objection", sentence.said.strip(), confidence=0.7)
