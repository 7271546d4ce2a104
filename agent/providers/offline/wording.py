"""What the engine says, in Portuguese, English and Spanish. Texts that refuse hold no figure."""

from collections.abc import Mapping
from typing import Final

from models.language import Language, Texts

CAN_DO: Final[Texts] = {
    "pt": "Posso responder sobre vendas, pedidos, unidades e ticket médio por período; rankings de clientes, produtos, "
    "categorias e vendedores; comparações entre períodos; metas; funil de negócios; resumo de um cliente; "
    "pedidos pelo número; clientes que pararam de comprar; negócios parados; e cotação de moedas.",
    "en": "I can answer about sales, orders, units and average ticket for a period; rankings of customers, products, "
    "categories and salespeople; comparisons of periods; goals; the sales pipeline; a customer's summary; "
    "orders by their number; customers who stopped buying; deals that stand still; and exchange rates.",
    "es": "Puedo responder sobre ventas, pedidos, unidades y ticket promedio por período; rankings de clientes, "
    "productos, "
    "categorías y vendedores; comparaciones entre períodos; metas; el embudo de negocios; el resumen de un "
    "cliente; pedidos por su número; clientes que dejaron de comprar; negocios parados; y tipos de cambio.",
}

SAYINGS: Final[dict[str, Texts]] = {
    "greeting": {
        "pt": "Olá! Sou o Recado, o assistente de vendas. {can_do}",
        "en": "Hello! I am Recado, the sales assistant. {can_do}",
        "es": "¡Hola! Soy Recado, el asistente de ventas. {can_do}",
    },
    "thanks": {
        "pt": "De nada! Se precisar de mais algum número de vendas, é só perguntar.",
        "en": "You're welcome! If you need another sales figure, just ask.",
        "es": "¡De nada! Si necesitas otra cifra de ventas, pregúntame.",
    },
    "help": {
        "pt": "Sou o Recado, um assistente de vendas automático; agora respondo pelo motor offline, que funciona "
        "por regras, "
        "sem modelo de linguagem. {can_do}",
        "en": "I am Recado, an automatic sales assistant; right now the offline engine answers, which works by rules, "
        "without a language model. {can_do}",
        "es": "Soy Recado, un asistente de ventas automático; ahora responde el motor offline, que funciona por "
        "reglas, "
        "sin modelo de lenguaje. {can_do}",
    },
    "not_understood": {
        "pt": "Não entendi a pergunta. {can_do}",
        "en": "I did not understand the question. {can_do}",
        "es": "No entendí la pregunta. {can_do}",
    },
    "documents_silent": {
        "pt": "Os documentos da empresa não respondem a isso. {can_do}",
        "en": "The company's documents do not answer that. {can_do}",
        "es": "Los documentos de la empresa no responden a eso. {can_do}",
    },
    "documents_would_help": {
        "pt": "Se isso está escrito em algum documento da empresa, respondo por ele depois que o incluírem: "
        "`python -m bot docs add ARQUIVO`.",
        "en": "If a document of the company says so, I answer from it once it is added: `python -m bot docs add FILE`.",
        "es": "Si algún documento de la empresa lo dice, respondo con él cuando lo agreguen: "
        "`python -m bot docs add ARCHIVO`.",
    },
    "out_of_reach": {
        "pt": "Não consigo fazer isso ({topic}): está fora do meu alcance, e nada foi feito. {can_do}",
        "en": "I can't do that ({topic}): it is out of my reach, and nothing was done. {can_do}",
        "es": "No puedo hacer eso ({topic}): está fuera de mi alcance, y no se hizo nada. {can_do}",
    },
    "which_name": {
        "pt": "Há mais de um com esse nome. Qual deles: {names}?",
        "en": "More than one goes by that name. Which one: {names}?",
        "es": "Hay más de uno con ese nombre. ¿Cuál: {names}?",
    },
    "unknown_name": {
        "pt": "Não conheço “{name}” entre os vendedores, clientes, produtos e categorias. Pode escrever o nome "
        "como está no cadastro?",
        "en": "I don't know “{name}” among the salespeople, customers, products and categories. Could you write "
        "the name as registered?",
        "es": "No conozco “{name}” entre los vendedores, clientes, productos y categorías. ¿Puedes escribir el "
        "nombre como está registrado?",
    },
    "unknown_order": {
        "pt": "Não encontrei nenhum pedido {number} entre os que posso mostrar a este contato. Pode conferir o número?",
        "en": "I found no order {number} among those that I may show to this contact. Could you check the number?",
        "es": "No encontré ningún pedido {number} entre los que puedo mostrar a este contacto. ¿Puedes revisar el "
        "número?",
    },
    "moves_unknown": {
        "pt": "Os dados desta empresa não dizem quando um negócio andou pela última vez, então não sei quais estão "
        "parados. Posso mostrar o funil por etapa.",
        "en": "This company's data does not tell when a deal last moved, so I can't know which stand still. I can show "
        "the pipeline by stage.",
        "es": "Los datos de esta empresa no dicen cuándo se movió un negocio por última vez, así que no sé cuáles "
        "están parados. Puedo mostrar el embudo por etapa.",
    },
    "unknown_words": {
        "pt": "Não entendi “{words}” nessa pergunta, e não sei filtrar por isso; prefiro não dar um número que "
        "ignore esse detalhe. "
        "Pode perguntar de outro jeito?",
        "en": "I did not understand “{words}” in that question, and I can't filter by it; I would rather give no "
        "figure than "
        "ignore that detail. Could you ask in another way?",
        "es": "No entendí “{words}” en esa pregunta, y no sé filtrar por eso; prefiero no dar una cifra que "
        "ignore ese detalle. "
        "¿Puedes preguntarlo de otra forma?",
    },
    "say_it_whole": {
        "pt": "Não sei ligar isso à pergunta anterior, e prefiro não dar um número que seja de outra coisa. Pode "
        "repetir a pergunta inteira?",
        "en": "I can't link that to the question before, and would rather give no figure that is of something else. "
        "Could you ask the whole question?",
        "es": "No sé unir eso a la pregunta anterior, y prefiero no dar una cifra que sea de otra cosa. ¿Puedes "
        "repetir la pregunta entera?",
    },
    "cannot_filter": {
        "pt": "Não consigo responder isso: {limit}. Prefiro não dar um número que ignore essa condição.",
        "en": "I can't answer that: {limit}. I would rather give no figure than ignore that condition.",
        "es": "No puedo responder eso: {limit}. Prefiero no dar una cifra que ignore esa condición.",
    },
    "one_at_a_time": {
        "pt": "São muitas combinações de uma vez, e posso trocar os números. Pode perguntar uma de cada vez?",
        "en": "That is too many combinations at once, and I might mix up the figures. Could you ask one at a time?",
        "es": "Son muchas combinaciones a la vez, y podría mezclar las cifras. ¿Puedes preguntar una por vez?",
    },
    "which_currency": {
        "pt": "De qual moeda você quer a cotação? Por exemplo, dólar ou euro.",
        "en": "Which currency's rate do you want? For example, the dollar or the euro.",
        "es": "¿De qué moneda quieres el tipo de cambio? Por ejemplo, dólar o euro.",
    },
    "unknown_currency": {
        "pt": "A minha fonte de cotações não publica essa moeda.",
        "en": "My source of exchange rates does not publish that currency.",
        "es": "Mi fuente de tipos de cambio no publica esa moneda.",
    },
    "who_are_you": {
        "pt": "Não sei qual vendedor é você nos dados de vendas, então não consigo mostrar os seus números. "
        "Diga o nome do vendedor ou peça a quem administra o Recado para ligar o seu cadastro.",
        "en": "I don't know which salesperson you are in the sales data, so I can't show your own figures. "
        "Tell me the salesperson's name or ask whoever runs Recado to link your record.",
        "es": "No sé qué vendedor eres en los datos de ventas, así que no puedo mostrar tus cifras. "
        "Dime el nombre del vendedor o pide a quien administra Recado que vincule tu registro.",
    },
    "not_allowed": {
        "pt": "Não posso mostrar isso para este contato. Se precisar, peça para falar com uma pessoa da equipe.",
        "en": "I can't show that to this contact. If you need it, ask to talk to a person on the team.",
        "es": "No puedo mostrar eso a este contacto. Si lo necesitas, pide hablar con una persona del equipo.",
    },
    "stranger": {
        "pt": "Olá! Ainda não conheço este contato, então não posso mostrar dados. Posso chamar uma pessoa da "
        "equipe para atender você.",
        "en": "Hello! I don't know this contact yet, so I can't show any data. I can ask a person on the team to "
        "help you.",
        "es": "¡Hola! Todavía no conozco este contacto, así que no puedo mostrar datos. Puedo pedir a una "
        "persona del equipo que te atienda.",
    },
    "prepared": {
        "pt": "Preparei isto:",
        "en": "I prepared this:",
        "es": "Preparé esto:",
    },
    "not_prepared": {
        "pt": "Não preparei nada: não posso registrar isso aqui.",
        "en": "I prepared nothing: I can't record that here.",
        "es": "No preparé nada: no puedo registrar eso aquí.",
    },
    "failed": {
        "pt": "Não consegui obter esse dado agora. Tente de novo daqui a pouco.",
        "en": "I could not get that right now. Please try again in a little while.",
        "es": "No pude obtener ese dato ahora. Inténtalo de nuevo en un rato.",
    },
    "unreachable": {
        "pt": "A fonte das cotações não respondeu agora. Tente de novo daqui a pouco.",
        "en": "The source of exchange rates did not answer. Please try again in a little while.",
        "es": "La fuente de tipos de cambio no respondió. Inténtalo de nuevo en un rato.",
    },
    "no_goal": {
        "pt": "Não há meta cadastrada para esse período.",
        "en": "There is no goal on record for that period.",
        "es": "No hay meta registrada para ese período.",
    },
    "cannot_combine": {
        "pt": "Esses dados não permitem cruzar essa medida com esse recorte nesta empresa.",
        "en": "At this company that figure cannot be cut that way.",
        "es": "En esta empresa esa medida no se puede cruzar con ese corte.",
    },
    "no_source": {
        "pt": "Esses dados não estão ligados ao Recado nesta empresa.",
        "en": "That data is not connected to Recado at this company.",
        "es": "Esos datos no están conectados a Recado en esta empresa.",
    },
}

METRIC_NAMES: Final[dict[str, Texts]] = {
    "revenue": {"pt": "faturamento", "en": "revenue", "es": "facturación"},
    "orders": {"pt": "pedidos", "en": "orders", "es": "pedidos"},
    "units": {"pt": "unidades", "en": "units", "es": "unidades"},
    "average_ticket": {"pt": "ticket médio", "en": "average ticket", "es": "ticket promedio"},
}

OF_NAMES: Final[dict[str, Texts]] = {
    "customer": {"pt": "clientes", "en": "customers", "es": "clientes"},
    "product": {"pt": "produtos", "en": "products", "es": "productos"},
    "category": {"pt": "categorias", "en": "categories", "es": "categorías"},
    "salesperson": {"pt": "vendedores", "en": "salespeople", "es": "vendedores"},
    "state": {"pt": "estados", "en": "states", "es": "estados"},
    "month": {"pt": "meses", "en": "months", "es": "meses"},
    "day": {"pt": "dias", "en": "days", "es": "días"},
}

STATUS_NAMES: Final[dict[str, Texts]] = {
    "open": {"pt": "em aberto", "en": "open", "es": "abiertos"},
    "invoiced": {"pt": "já faturados", "en": "invoiced", "es": "ya facturados"},
    "cancelled": {"pt": "cancelados", "en": "cancelled", "es": "cancelados"},
}


def metric_name(metric: str, language: Language, titles: Mapping[str, str]) -> str:
    """A figure by name: in the company's own word, where its file has one in this language."""
    return titles.get(metric) or METRIC_NAMES.get(metric, {}).get(language) or metric.replace("_", " ")


def of_name(dimension: str, language: Language, titles: Mapping[str, str]) -> str:
    """What figures are cut by."""
    return titles.get(dimension) or OF_NAMES.get(dimension, {}).get(language) or dimension.replace("_", " ")


def say(phrase: str, language: Language, **details: object) -> str:
    """A whole sentence of the engine; unknown phrases fall back to "failed"."""
    texts = SAYINGS.get(phrase, SAYINGS["failed"])
    return texts[language].format(can_do=CAN_DO[language], **details)
