"""The words that speak of time in Portuguese, English and Spanish, each under the one concept it stands for.

Words are written without case and accents. Concepts are upper case; `M01`..`M12` are months (`E01`.. when the word is
English, where "March 25" is a day), `W0`..`W6` weekdays from Monday.
"""

from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


CONCEPTS: Final[dict[str, str]] = {
    "TODAY": "hoje hj hje hoji oje hoy today tdy 2day",
    "NOW": "agora agr ahora now",
    "YDAY": "ontem ontm ontme onten ontein ayer yesterday yday ystd",
    "BYDAY": "anteontem antontem antiontem anteayer antier antayer",
    "TMRW": "amanha tomorrow tmrw",
    "THIS": "este esta esse essa neste nesta nesse nessa deste desta desse dessa this current atual corrente actual "
    "corriente ese esa",
    "LAST": "passado passada pasado pasada passad passd passdo pssado psado last lst ultimo ultima ultimos ultimas "
    "utimo utima utimos utimas ultmos ultms past",
    "PREV": "anterior anteriores previous prior preceding precedente",
    "RETRA": "retrasado retrasada retrazado retrazada antepasado antepasada antepassado antepassada",
    "NEXT": "proximo proxima proximos proximas next siguiente seguinte entrante",
    "SAME": "mesmo mesma mesmos mesmas same mismo misma mismos mismas msm",
    "DAY": "dia dias day days",
    "WEEK": "semana semanas week weeks wk smana semna semanna seman",
    "MONTH": "mes meses month months mez moth mnth",
    "QUARTER": "trimestre trimestres quarter quarters qtr tri trim",
    "HALF": "semestre semestres half mitad metade",
    "YEAR": "ano anos year years yr",
    "FORT": "quinzena quinzenas quincena quincenas fortnight",
    "WKND": "weekend weekends fds finde",
    "PERIOD": "periodo period",
    "BEGIN": "comeco inicio principio beginning start comienzo",
    "END": "fim final fin end",
    "SINCE": "desde since",
    "UNTIL": "ate hasta until till til thru through",
    "BETWEEN": "entre between",
    "CARNIVAL": "carnaval carnival",
    "YTD": "ytd",
    "MTD": "mtd",
    "QTD": "qtd",
    "W0": "lunes monday mon",
    "W1": "terca martes tuesday tue tues ter",
    "W2": "quarta miercoles wednesday wed qua",
    "W3": "quinta jueves thursday thu thurs qui",
    "W4": "sexta viernes friday fri sex",
    "W5": "sabado saturday sat sab",
    "W6": "domingo sunday sun dom",
    "SEGUNDA": "segunda seg",
    "M01": "janeiro jan enero ene",
    "M02": "fevereiro fev febrero feb",
    "M03": "marco mar marzo",
    "M04": "abril abr",
    "M05": "maio mai mayo",
    "M06": "junho jun junio",
    "M07": "julho jul julio",
    "M08": "agosto ago",
    "M09": "setembro set septiembre setiembre sep sept",
    "M10": "outubro out octubre oct",
    "M11": "novembro nov noviembre",
    "M12": "dezembro dez diciembre dic",
    "E01": "january",
    "E02": "february",
    "E03": "march",
    "E04": "april apr",
    "E05": "may",
    "E06": "june",
    "E07": "july",
    "E08": "august aug",
    "E09": "september",
    "E10": "october",
    "E11": "november",
    "E12": "december dec",
}

WORDS: Final[dict[str, str]] = {word: concept for concept, words in CONCEPTS.items() for word in words.split()}

# Also everyday words, names or verbs: a month or weekday only where the grammar's context says so.
WEAK: Final = _set(
    "mar set out ago may march mai ter sex qua qui seg dom sat sun mon wed sab dez dec ene thu fri quarta"
)

# Months that are people's names too: never a month straight after "do", "da".
NAME_LIKE: Final = _set("marco julio abril may june april august january")

NUMBERS: Final[dict[str, int]] = {
    word: number
    for number, words in {
        1: "um uma one un una uno",
        2: "dois duas two",
        3: "tres three",
        4: "quatro four cuatro",
        5: "cinco five",
        6: "seis six",
        7: "sete seven siete",
        8: "oito eight ocho",
        9: "nove nine nueve",
        10: "ten diez",
        11: "onze eleven",
        12: "doze twelve doce",
        13: "treze thirteen trece",
        14: "quatorze catorze fourteen catorce",
        15: "quinze fifteen quince",
        16: "dezesseis sixteen dieciseis",
        17: "dezessete seventeen diecisiete",
        18: "dezoito eighteen dieciocho",
        19: "dezenove nineteen diecinueve",
        20: "vinte twenty veinte",
        21: "veintiuno",
        24: "veinticuatro",
        25: "veinticinco",
        28: "veintiocho",
        30: "trinta thirty treinta",
        40: "quarenta forty cuarenta",
        45: "quarentaecinco",
        50: "cinquenta fifty cincuenta",
        60: "sessenta sixty sesenta",
        70: "setenta seventy",
        80: "oitenta eighty ochenta",
        90: "noventa ninety noventa",
        100: "cem cento hundred cien ciento",
    }.items()
    for word in words.split()
}

ORDINALS: Final[dict[str, int]] = {
    "primeiro": 1, "primeira": 1, "primero": 1, "primera": 1, "primer": 1, "first": 1, "1st": 1,
    "segundo": 2, "second": 2,
    "terceiro": 3, "terceira": 3, "tercero": 3, "tercera": 3, "tercer": 3, "third": 3,
    "quarto": 4, "cuarto": 4, "fourth": 4,
}  # fmt: skip

# Numbers in one language, something else in another: only before a unit of time.
NUMBERS_BEFORE_UNITS: Final[dict[str, int]] = {"dez": 10, "once": 11, "dos": 2}

# Real words one letter away from a word of time.
NOT_TYPOS: Final = _set(
    "toda todas todo todos marca marcas marcos marcio marcia monte montes barco passar passa passe passo "
    "passos pasar semanal mensal anual quinta quintas quarto quarto parte vista meses entrar entra sexto "
    "tercos domingos dominga agostinho junior juliana julia julian march marci marcela abrir abri aberto "
    "abriu diario these mouth marko macro marcar star stars stat starts smart semanais mais maior media "
    "medio segura segue segundo anterioridade desce desse deste desta desde doente ontario teste testa "
    "resto resta restam janela preco precos margo marte largo carnal year years fear finas fina final "
    "finais pior piores period segundos segundas quarters quart"
)
