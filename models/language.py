"""Which of the three languages a question is written in, by its small words. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, Literal

Language = Literal["pt", "en", "es"]
Texts = Mapping[Language, str]  # the same in each of them

_READ_UP_TO: Final = 2000  # characters
_WORD: Final = re.compile(r"[^\W\d_]+")
_HOST: Final = re.compile(r"@\S+")  # the "com" of a mailbox is no Portuguese
_COMBINING: Final = re.compile("[\u0300-\u036f]+")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_MARKS: Final[dict[Language, frozenset[str]]] = {
    "pt": _set(
        "de por media meta metas sem ja minha janeiro fevereiro marco maio junho julho setembro outubro novembro "
        "dezembro abril "
        "agosto foram estou esta como ou vender compras comprou medio ranking vendido saiu sairam negocios "
        "produtos aberto "
        "abertos ganhos ontm vnd fat dessa desse nessa nesse deste desta ultimo ultima pedido lista contra versus "
        "quanto qto qual quais vendas venda vendi vendeu vendemos venderam mes semana ontem hoje hj "
        "anteontem do da dos das no na nos nas em eu meu minha meus minhas nao foi foram com pra pro pelo "
        "pela voce vc faturamento pedidos quantos quantas quem mais menos este esta esse essa ano passado "
        "passada ultimos ultimas dias oi ola bom boa dia tarde noite obrigado obrigada valeu cliente "
        "clientes vendedor vendedores produto produtos falta funil cotacao e o a os as um uma ao dolar "
        "que vem tem tao to tou kd cade pfv qto qtos qnt pedi pediu compararam semanas meses anos hoje vendido "
        "vendidos vendida vendidas faturado faturados faturei faturamos ticket unidades categoria categorias estado "
        "estados funil perdidos perdido proposta propostas resumo ordem crescente participacao fatia quinzena "
        "segunda terca quarta quinta sexta sabado domingo feira retrasado retrasada carnaval todos cada "
        "estoque bati faturou cresceu comparado melhor melhores maiores piores ate fim trimestre me fala "
        "prefiro chamo corrija esqueca lembre lembra anota posso pode quero gosto sou trabalho fechar ligar sim "
        "sobre esquece tudo mim sabe lembrar guardou falou falamos moro recebe recebem aceita paga fecha abre "
        "comprador compradora so nos ha parado parados parada paradas inativo inativos inativa inativas sumido sumidos "
        "sumida sumidas"
    ),
    "en": _set(
        "how much many what which who the of in on for did do does is are was were sales sold sell last "
        "this month week year yesterday today my we our i you and to vs with by per customer customers "
        "product products orders order revenue best her his hit yet give get buy bought spent price discount "
        "channel any anything team their missed gap show tell me hi hello hey thanks thank goal "
        "target deals stock can will from between compare salesperson please about rate exchange quarter "
        "date days weeks months years weekend takings value category categories salespeople seller sellers rep "
        "reps state states monthly daily lowest highest first brief summary pipeline won lost open cancelled canceled "
        "invoiced dollar pound currency share selling sells made make doing so far only except excluding without "
        "january february march april may june july august september october november december ticket against "
        "compared growth grew monday tuesday wednesday thursday friday saturday sunday half ranking carnival bottom "
        "units average have has a it at than "
        "remind create task add note call prefer like forget correct know start new name short answers need want "
        "wants wanted deliveries delivery receives takes pays closes closed opens before after buyer is be"
    ),
    "es": _set(
        "ganados ganado abiertos abierto negocios metas contra agosto abril ultimo ultima pedido ranking como "
        "estoy llegue "
        "facturo medio promedio vendido compro compraron unidad cajas latas margen precio dame dime quiero cuantos sin "
        "cuanto cuantos cuantas cual cuales ventas vendi vendio vendimos vendieron mes semana ayer hoy "
        "anteayer el la los las del al en y yo mi mis nosotros fue fueron con por para quien quienes mas "
        "menos este esta ano pasado pasada ultimos ultimas dias hola buenos buenas gracias cliente "
        "clientes vendedor vendedores producto productos falta embudo facturacion facturamos tipo cambio "
        "mejor mejores peores hasta desde trimestre hablame de que lo un una es pedidos dolar existencias "
        "hace dos semanas meses anos vendida vendidas vendidos facturado facturados facture facturar ticket categoria "
        "categorias estado estados perdidos perdido propuesta propuestas resumen orden creciente participacion "
        "quincena lunes martes miercoles jueves viernes sabado domingo pedi pidio hemos he ha han llevo llevamos vamos "
        "voy va ingresos ingreso nuestra nuestro sobre antes todos cada menor mayor mayores menores carnaval "
        "hubo hay cerrados cancelados "
        "cuota meta enero febrero marzo mayo junio julio septiembre octubre noviembre diciembre unidades "
        "prefiero llamo llamame corrige olvida recuerdame llamar tarjeta quisiera puedo puede tengo soy trabajo si con "
        "parado parados parada paradas inactivo inactivos inactiva inactivas"
    ),
}
_SPANISH_SIGNS: Final = frozenset("ñ¿¡")
_PORTUGUESE_SIGNS: Final = frozenset("ãõçêâ")
_PORTUGUESE_SINCE: Final = re.compile(r"\bh(?:á|a\u0301)(?!\w)")  # Spanish writes its "ha" without an accent


def guess_language(text: str, fallback: Language | None = None) -> Language:
    """The language with most small words in the text; ties go to the fallback, then to Portuguese."""
    lowered = _HOST.sub(" ", text[:_READ_UP_TO].lower())
    folded = _COMBINING.sub("", unicodedata.normalize("NFKD", lowered))
    scores = dict.fromkeys(_MARKS, 0.0)
    for word in _WORD.findall(folded):
        holders = [language for language, marks in _MARKS.items() if word in marks]
        for language in holders:
            scores[language] += 1 / len(holders)
    signs = frozenset(lowered)
    scores["es"] += 2 * len(_SPANISH_SIGNS & signs)
    scores["pt"] += 2 * len(_PORTUGUESE_SIGNS & signs) + bool(_PORTUGUESE_SINCE.search(lowered))
    best = max(scores.values())
    leaders: list[Language] = [language for language, score in scores.items() if score > best - 0.01]
    if fallback in leaders or best == 0:
        return fallback or "pt"
    return leaders[0]
