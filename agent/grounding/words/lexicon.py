"""Words that say what a figure is of: signs of money, counted things, up and down, about and almost."""

import re
from typing import Final

SCALE_WORDS: Final[dict[str, int]] = {
    **dict.fromkeys(("mil", "k", "thousand"), 1_000),
    **dict.fromkeys(("milhao", "milhoes", "mi", "mm", "million", "millions", "m", "millon", "millones"), 1_000_000),
    **dict.fromkeys(("bilhao", "bilhoes", "bi", "bn", "b", "billion", "billions"), 1_000_000_000),
}
MONEY_BEFORE: Final[dict[str, str]] = {
    "r$": "BRL",
    "brl": "BRL",
    "us$": "USD",
    "u$s": "USD",
    "usd": "USD",
    "eur": "EUR",
    "€": "EUR",
    "£": "GBP",
    "mxn": "MXN",
    "ars": "ARS",
    "clp": "CLP",
    "cop": "COP",
    "uyu": "UYU",
    "pen": "PEN",
    "gbp": "GBP",
    "$": "$",
}
MONEY_AFTER: Final = re.compile(
    r"\s*(?:de )?(?:(reais|real|reales|brl)\b|(dolares|dolar|dollars?|usd)\b|(euros?\b|eur\b|€)"
    r"|(mxn)\b|(ars)\b|(clp)\b|(cop)\b|(uyu)\b|(pesos?)\b)(?! americanos?\b)?"
)
CURRENCIES: Final = ("BRL", "USD", "EUR", "MXN", "ARS", "CLP", "COP", "UYU", "$")
PERCENT: Final = re.compile(
    r"\s?(?:%|por cento\b|per ?cent\b|por ciento\b|pontos? percentua(?:l|is)|percentage points?|puntos? porcentuales"
    r"|p\.\s?p\.|pp\b|(?<=[.,]\d)\s?(?:pontos?|points?|puntos?)\b)"
)
MULTIPLE: Final = re.compile(
    r"(?:[x×](?!\w)(?! ?[a-z]{0,3}[$€\d])|\s?(?:x\b(?! ?[a-z]{0,3}[$€\d])|(?:vez|vezes|times|veces)\b))"
    r"(?! (?:por|a|al|per)\b)"
)
WHOLE_HOURS: Final = re.compile(r"[*_]*[\s-]?(?:horas|hours)\b(?! (?:por|per|a|al) )")
HOURS: Final = re.compile(r"[\s-]?(?:h|hs|hrs?|horas?|hours?|min|minutos?|minutes?|segundos?|seconds?|s)\b")

# What is counted, by the words for it; what has no class may be compared with anything counted.
_COUNTED: Final = {
    "orders": "pedido pedidos order orders",
    "units": "unidade unidades unidad unidades unit units peca pecas caixa caixas pieces piezas",
    "deals": "negocio negocios deal deals oportunidade oportunidades oportunidad oportunidades",
    "customers": "cliente clientes customer customers account accounts",
    "days": "dia dias day days corridos uteis habiles corridas naturales calendar",
    "months": "mes meses month months",
    "weeks": "semana semanas week weeks",
    "years": "ano anos year years",
}
COUNTED: Final = {word: what for what, words in _COUNTED.items() for word in words.split()}
TIME_SPANS: Final = frozenset({"days", "weeks", "months", "years"})
# After a number: at most two words between it and what is counted ("20 dias úteis", "5 melhores clientes").
COUNTED_AFTER: Final = re.compile(
    r"[*_]*[^\S\n]+(?:(?!(?:e|and|y|d[aeo]s?|del|of|em|n[ao]s?|in|en|ess[ea]|est[ea]|nest[ea]|this|last|next|por|cada|per|a|ao|al)\b)([a-z]+)\b[^\S\n]*){1,3}"
)
NOUN_AFTER: Final = re.compile(
    r"[*_]*[^\S\n]+(?!(?:e|o|a|os|as|de|d[aoe]s?|em|n[oa]s?|para|pra|com|que|ou|and|or|with|of|in|on|at|to|for|the|from|y|el|la"
    r"|los|las|del|en|con|por|al|vs|contra|is|was|were|foi|foram|fue|fueron)\b)([a-z]+)\b"
)

# The beginning of a word of these. Its end is a boundary, too, where nothing of them can begin.
_WORD: Final = r"\b(?=[a-z])"
_UP: Final = (
    r"cresc\w*|subi\w*|salt\w+|avanc\w+|jump\w*|climb\w*|aument\w*|alta|acima|a mais|grew|grow\w*"
    r"|(?<!makes )(?<!make )(?<!made )up|rose|increas\w*|higher|more|above|crec\w*|mas que"
)
_DOWN: Final = (
    r"ca[ií]\w*|queda|redu\w*|recu\w*|diminu\w*|abaixo|a menos|menos|fell|down|drop\w*|decreas\w*|declin\w*|lower|less"
    r"|fewer|below|baj\w*|descen\w*"
)
UP: Final = re.compile(rf"{_WORD}(?:{_UP})\b")
DOWN: Final = re.compile(rf"{_WORD}(?:{_DOWN})\b")
_CALLED: Final = r"(?:alt[oa]s?|car[oa]s?|fortes?)"
MORE_THAN: Final = re.compile(  # right after a share: 12 % more than that
    rf"[*_]* (?:mais (?:do )?que|mais {_CALLED}|maior(?:es)?|mas (?:que|{_CALLED})|mayor(?:es)?"
    r"|(?:more|larger|bigger|greater) than|more expensive)\b"
)
LESS_THAN: Final = re.compile(
    r"[*_]* (?:menos (?:do )?que|mais barat[oa]s?|menor(?:es)?|mas barat[oa]s?|(?:less|fewer|smaller) than|cheaper)\b"
)
OVER: Final = re.compile(
    rf"{_WORD}(?:mais d[aeo]|mais (?:do )?que o|mas del?|acima d[eo]s?|pass\w+ d[aeo]s?|super\w+|over|more than|above"
    r"|past|por encima de)\s+$"
)
UNDER: Final = re.compile(
    rf"{_WORD}(?:quase|menos de|pouco menos de|almost|nearly|just under|under|less than|casi|menos de)\s+$"
)
ABOUT: Final = re.compile(
    r"(?:\b(?:cerca de|aproximadamente|em torno de|por volta de|uns|umas|pert(?:o|inho) d[eo]s?"
    r"|proxim[oa]s? (?:de|dos?|a|aos?)"
    r"|about|around|roughly|approximately|close to|near|some|unos|unas|alrededor de|cerca de los)|~|≈)\s*$"
)
# Words that allow a kind of arithmetic, anywhere in the sentence.
DIFFERENCE: Final = re.compile(
    rf"{_WORD}(?:{_UP}|{_DOWN}|diferenca|diferencia|difference|gap|falt\w*|missing|short|to go|rest\w*|sobr\w+|left"
    r"|remain\w*|leav\w*|than|do que|que (?:a|o|em|en|el|la)|ahead|frente|behind|atras|adelante|delante|detras"
    r"|pass\w*|exce\w*|ultrapass\w*"
    r"|varia\w*|change\w*|lead|ganhou|vantagem|distanci?[ae]|sem|exceto|fora|demais|outros?|others?|without|excluding|contra|vs|versus"
    r"|compar\w*|net|beats?|melhor|pior|mas(?=\s*(?:[.,;:)]|$)))\b"
)
REST: Final = re.compile(
    rf"{_WORD}(?:sem|exceto|fora|demais|rest\w*|outros?|outras?|others?|sobr\w+|without|exclud\w+|remain\w*|left|sin)\b"
)
MEAN: Final = re.compile(
    rf"{_WORD}(?:medi[ao]s?|average\w*|avg|mean|promedio|por (?!cento)\w+|per|cada|each|a day|a week|a month|ticket"
    r"|al (?:dia|mes))\b"
)
MEANS: Final = re.compile(rf"{_WORD}(?:medi[ao]|average|mean|promedio)\b")
JOINED: Final = re.compile(
    rf"{_WORD}(?:junto (?:com|con)|together with|along with|somad[oa]s? (?:a|ao|com)|(?:entre|both))\b"
)
ADDED_UP: Final = re.compile(
    rf"{_WORD}(?:som(?:a|am|ar|ad\w+|ass\w+)|sum(?:a|an|ar\w*|ad\w+)|add(?:ed|ing|s)?|stack\w*|acumul\w+)\b"
)
CHOSEN: Final = re.compile(  # the "3" of "os 3 primeiros" says how many are spoken of
    r"^[*_]* (?:[a-z]+ )?(?:primeir[oa]s|primer[oa]s|maiores|melhores|mejores|mayores|menores|piores|peores"
    r"|principa(?:is|les)"
    r"|first|best|top|largest|biggest|smallest|lowest|bottom|worst|ultim[oa]s|last)\b"
)
CHOSEN_BEFORE: Final = re.compile(r"\b(?:top|bottom|first|last|best|largest|biggest|smallest|lowest)[*_]* $")
OTHERS_BEFORE: Final = re.compile(r"\b(?:outr[oa]s|otr[oa]s|others?|remaining|demais|demas)[*_]* $")
OTHERS: Final = re.compile(r"[*_]* (?:outr[oa]s|otr[oa]s|others?|demais|restantes|remaining|rest)\b")
RATE: Final = re.compile(
    rf"{_WORD}(?:taxa|rate|conversao|conversion|tasa|aproveitamento|ratio|indice|(?:de|of) (?:cada|every))\b"
)
REDUCTION: Final = re.compile(
    r"[*_]* (?:de |of )?(?:desconto|discount|descuento|off|abatimento|rebate|comissao|commission)\b"
)
CHARGE_BEFORE: Final = re.compile(  # a rate that somebody lays down: "desconto de 5 %"
    r"\b(?:descont\w+|discounts?|descuentos?|comiss\w+|comision\w*|commissions?|juros|interest|interes(?:es)?|multa|fine)"
    r"\b[^.;:!?)\n\d]{0,24}$"
)
PART_OF: Final = re.compile(r"\d ?% (?:d[eo]|del?|of|sobre|×|x) ")
MISSING: Final = re.compile(
    rf"{_WORD}(?:falt\w*|missing|left|leav\w*|rest\w*|qued\w*|to go|short|remain\w*|pela frente)\b"
)
PLACE: Final = re.compile(
    rf"{_WORD}(?:linhas?|lines?|lineas?|filas?|rows?|pag(?:ina|e)?s?|paginas?|slides?|registros?)\b|\bpp?\."
)
HALF_OF: Final = re.compile(rf"{_WORD}(?:metade|half|mitad)\b")
FULL_PRICE: Final = re.compile(
    r"\b(?:valor cheio|preco cheio|valor bruto|precio de lista|precio lleno|full (?:price|value)|list price"
    r"|antes d[oe]s? descontos?|before (?:the )?discounts?|antes del? descuentos?)\b"
)
NOBODY_BEYOND: Final = re.compile(
    r"\b(?:nenhum[a]?|ningu\w+|ning[u]n\w*|nobody|none|no (?:single )?[a-z]+) [^.;:]{0,30}?"
    r"\b(?:pass\w*|super\w*|ultrapass\w*|exce\w*|mais|mas|more|over|above|acima)\b[^.;:\d]*$"
)
EVERYTHING: Final = re.compile(r"[*_]* (?:d[eo]|of|del?) (?:tudo|todo|everything|todos|all)\b")
AHEAD: Final = re.compile(rf"{MISSING.pattern}|\b(?:next|proxim[ao]s|ainda|todavia|still|until|ate|hasta|ahead)\b")
PASSED: Final = re.compile(
    rf"{_WORD}(?:ja|passad[oa]s?|passaram|decorrid[oa]s?|(?:ate|hasta) (?:aqui|agora|ontem|ahora|ayer)|so far|elapsed"
    r"|gone|past|pasad[oa]s|transcurrid[oa]s)\b"
)
PER_DAY: Final = re.compile(r"[*_]* ?(?:por|per|al|a|/|each|cada) ?(?:business |working )?(?:dia|day)\b")
_PER = r"(?: [a-z]+){0,2}[*_]* ?(?:por|per|an?|al?|/|each|every|cada) ?"
A_MONTH: Final = re.compile(r"\b(?:ao mes|al mes|por mes|per month|a month|mensal|mensais|mensual\w*|monthly)\b")
PER_WEEK: Final = re.compile(rf"[*_]*{_PER}(?:semana|week)\b")
PER_MONTH: Final = re.compile(rf"[*_]*{_PER}(?:mes|month)\b")
IN_A_ROW: Final = re.compile(rf"{_WORD}(?:seguid[oa]s|consecutiv[oa]s|consecutive|straight|in a row)\b")
HOLIDAY: Final = re.compile(rf"{_WORD}(?:feriados?|holidays?|festivos?|finados)\b")
TOMORROW: Final = re.compile(rf"{_WORD}(?:amanha|tomorrow|manana)\b")
WEEKEND: Final = re.compile(rf"{_WORD}(?:weekends?|fins? de semana|fin(?:es)? de semana)\b")
WORKDAYS: Final = re.compile(
    rf"{_WORD}(?:weekdays?|work(?:ing)? ?days?|business days?|dias? u(?:til|teis)|dias? habil(?:es)?|dias? laborables?"
    r"|monday to friday|mon(?:day)?[-–]fri(?:day)?|segunda a sexta|lunes a viernes)\b"
)
OFFER: Final = re.compile(
    r"\?|\b(?:se quiser|se preferir|quer|posso|gostaria|if you|would you|shall i|want me|can i|could|si quieres?"
    r"|si quiere|quieres|puedo)\b"
)
PACE: Final = re.compile(
    rf"{_WORD}(?:ritmo|pace|projec\w*|proyec\w*|mantend\w*|mantiver\w*|mantenien\w*|seguindo|siguiendo"
    r"|fechari\w*|chegar\w*|terminari\w*|cerrari\w*|llegari\w*|on track|run rate|linear|tendencia|trend)\b"
)
PROJECTION: Final = re.compile(rf"{PACE.pattern}|\b(?:forecast\w*|previs\w*)\b")
# Words and signs of a sentence that shows its working, or supposes something: 10 x R$ 5, "if you sold 3 of them".
WORKED: Final = re.compile(
    rf"[×÷=]|\bx\b|{_WORD}(?:se|caso|suponh\w*|imagin\w*|exemplo|ejemplo|example|num pedido|em um pedido|so an?|if"
    r"|suppose|say|si|cada|every|each|para|for|seri\w*|dari\w*|daria|ficari\w*|custari\w*|custari\w*|costari\w*|would|could|might"
    r"|podria\w*|poderia\w*|orcamento|presupuesto|quote|voltasse\w*|levando|levar|comprando|llevando|llevas?|divid\w*|unidade|unidad|unit)\b"
)
EXAMPLE: Final = re.compile(r"[*_]*,? \(?(?:por exemplo|por ejemplo|for example|for instance|e\.g\.)")
WITHOUT: Final = re.compile(r"\b(?:sem|sin|without|no|unassigned)\b")
WHOLE_OF: Final = re.compile(
    r"\d ?%[*_]* (?:d[eoa]s?|del?|of)(?: [a-z]+(?:['’]s)?){0,2} [*_(]*$"
)  # "10 % of the R$ 500"
IF: Final = re.compile(rf"{_WORD}(?:se|caso|suponh\w*|imagin\w*|if|suppose|say|si)\b")
SUPPOSING: Final = re.compile(
    rf"{_WORD}(?:se|caso|suponh\w*|imagin\w*|por exemplo|(?:num|numa|em uma?|en una?) (?:pedido|compra|venda|venta)"
    r"|um pedido de|un pedido de|an? order of"
    r"|so an?|on an?|if|suppose|say|for example|si|suger\w*|sugest\w*|suggest\w*|por ejemplo|cada|every|each)\b"
)
CALLED_TOTAL: Final = re.compile(
    r"\btotal(?:is)?[*_:| ]*(?:geral|general|(?:do|del) \w+|d[eo]|of|is|was|foi|fue)?[*_:| ]*$"
)
TOTAL: Final = re.compile(
    rf"{_WORD}(?:tota(?:l|is)|ao todo|soma|geral|juntos|overall|altogether|together|entire|todos|todas|all|tudo|empresa"
    r"|company|time|equipe|team|equipo|general|restantes?|demais|others?|rest|outros|sum)\b"
)
