"""What is plainly no business of a sales assistant: refused by code, before an LLM is paid for it. Pure.

Only what cannot be meant otherwise. In Portuguese "receita" is revenue before it is a recipe, and a customer may be
called anything: whatever is in doubt is for the LLM, which has its instructions.
"""

import re

from agent.tools.names import fold

_THINGS = r"(poema|poesia|soneto|conto|cronica|redacao|rap|piada|chiste|joke|poem|sonnet|haiku|song|essay)"
_MAKE = r"(escrev|cri|faz|faca|compo|inventa|conta|conte|write|tell|compose|make|escrib|cuenta)"
_LANGUAGES = r"(python|javascript|typescript|java|php|rust|html|css|bash|excel vba)"
_OFF_TOPIC = re.compile(
    "|".join(
        (
            rf"\b{_MAKE}\w* .{{0,15}}\b(um|uma|a|an|un|una) (\w+ )?{_THINGS}\b",
            rf"\b(codigo|script|programa|funcao|function|code|program|app)\b.{{0,25}}\b(em|in|en) {_LANGUAGES}\b",
            rf"\b{_LANGUAGES} (code|script|function|program)\b",
            r"\b(previsao do tempo|vai chover|weather (forecast|today|tomorrow)|will it rain|pronostico del tiempo)\b",
            r"\b(horoscopo|horoscope|mapa astral|meu signo|my zodiac)\b",
            r"\bem quem (eu )?(devo |deveria )?votar\b|\bquem vai ganhar a eleicao\b|\bwho should i vote for\b",
            r"\b(sintomas d[aeo]|remedio (pra|para)|cura para|symptoms of|medicine for|dose of)\b.{0,30}$",
            r"\bquem (ganhou|venceu) o jogo\b|\bplacar do jogo\b|\bwho won the (game|match)\b|\bresultado da partida\b",
            r"\b(resolv|solve)\w* .{0,12}\b(equacao|equation|integral|derivada)\b",
            r"\b(dever|licao) de casa\b|\bmy homework\b",
            r"\b(sentido da vida|meaning of life|sentido de la vida)\b",
            r"\b(finja|faz de conta|faca de conta) que (voce|vc) (e|eh)\b|\bpretend (that )?(you are|to be)\b",
            r"\b(recomend|suger|indic|recommend|suggest)\w* .{0,12}\b(filme|livro|serie|movie|film|book|netflix)\b",
            r"\b(qual|what) (e |is )?(a |the )?capital (da|do|de|of) \w+\b",
            r"\b(modo desenvolvedor|developer mode|do anything now|jailbreak)\b",
        )
    )
)
_LONGEST = 200  # characters: who writes more may well mean business further down


def is_off_topic(text: str) -> bool:
    """Whether nobody could mean sales by it."""
    return len(text) <= _LONGEST and bool(_OFF_TOPIC.search(fold(text)))
