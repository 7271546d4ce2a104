"""Which of the three languages a text is written in, by its small words."""

from typing import Final

from agent.base import Language
from agent.periods.words import tokens_of
from agent.providers.offline.names import Names


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
        "estoque bati faturou cresceu comparado melhor melhores maiores piores ate fim trimestre me fala"
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
        "units average have has a it at than"
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
        "cuota meta enero febrero marzo mayo junio julio septiembre octubre noviembre diciembre unidades"
    ),
}
_SPANISH_SIGNS = frozenset("ñ¿¡")
_PORTUGUESE_SIGNS = frozenset("ãõçêâ")


def _without_names(text: str, names: Names) -> str:
    """ "¿Cuánto compró o São Jorge?": how a company is called says nothing of who asks."""
    tokens = tokens_of(text)
    for hit in names.find(tokens):
        first, last = tokens[hit.first].start, tokens[hit.last].end
        text = text[:first] + " " * (last - first) + text[last:]
    return text


def language_of(text: str, fallback: Language | None, names: Names | None = None) -> Language:
    """The language with most small words in the text, names aside; ties go to the fallback, then to Portuguese."""
    text = _without_names(text, names) if names is not None else text
    lowered = text.lower()
    scores = dict.fromkeys(_MARKS, 0.0)
    for token in tokens_of(text):
        holders = [language for language, marks in _MARKS.items() if token.word in marks]
        for language in holders:
            scores[language] += 1 / len(holders)
    scores["es"] += 2 * len(_SPANISH_SIGNS & set(lowered))
    scores["pt"] += 2 * len(_PORTUGUESE_SIGNS & set(lowered))
    best = max(scores.values())
    leaders: list[Language] = [language for language, score in scores.items() if score > best - 0.01]
    if fallback in leaders or best == 0:
        return fallback or "pt"
    return leaders[0]
