"""What is said to be out of reach, or to be a condition that no tool knows, in Portuguese, English and Spanish."""

from typing import Final

from models.language import Texts

TOPICS: Final[dict[str, Texts]] = {
    "stock": {"pt": "estoque", "en": "stock", "es": "inventario"},
    "margin": {"pt": "margem, custo ou lucro", "en": "margin, cost or profit", "es": "margen, costo o ganancia"},
    "commission": {"pt": "comissão ou remuneração", "en": "commission or pay", "es": "comisión o remuneración"},
    "change": {
        "pt": "criar, alterar ou cancelar registros",
        "en": "creating, changing or cancelling records",
        "es": "crear, modificar o cancelar registros",
    },
    "send": {
        "pt": "enviar mensagens ou gerar documentos",
        "en": "sending messages or producing documents",
        "es": "enviar mensajes o generar documentos",
    },
    "documents": {
        "pt": "preço, desconto, entrega, devolução e cadastro",
        "en": "price, discounts, delivery, returns and contact records",
        "es": "precio, descuentos, entrega, devoluciones y datos de contacto",
    },
    "money": {
        "pt": "pagamentos, crédito e cobrança",
        "en": "payments, credit and debt",
        "es": "pagos, crédito y cobranza",
    },
    "forecast": {"pt": "previsão de vendas", "en": "forecasting", "es": "previsión de ventas"},
}

_ONE_SHARE: Final[Texts] = {
    "pt": "só calculo a participação de um nome no total de um período",
    "en": "I only work out the share that one name has of a period's total",
    "es": "solo calculo la participación de un nombre en el total de un período",
}

LIMITS_SAID: Final[dict[str, Texts]] = {
    "hour": {
        "pt": "não sei separar por horário",
        "en": "I can't filter by time of day",
        "es": "no sé filtrar por horario",
    },
    "amount": {"pt": "não sei filtrar por valor", "en": "I can't filter by amount", "es": "no sé filtrar por importe"},
    "segment": {
        "pt": "não sei filtrar por segmento de cliente",
        "en": "I can't filter by kind of customer",
        "es": "no sé filtrar por segmento de cliente",
    },
    "payment": {
        "pt": "não sei filtrar por forma de pagamento",
        "en": "I can't filter by means of payment",
        "es": "no sé filtrar por forma de pago",
    },
    "team": {
        "pt": "não sei quem faz parte do time de cada pessoa",
        "en": "I don't know who is on each person's team",
        "es": "no sé quién forma parte del equipo de cada persona",
    },
    "period": {
        "pt": "não entendi com certeza o período",
        "en": "I am not sure which period you mean",
        "es": "no entendí con certeza el período",
    },
    "number": {
        "pt": "não entendi o número que você citou",
        "en": "I did not understand the number you gave",
        "es": "no entendí el número que diste",
    },
    "weekday": {
        "pt": "agrupo só por dia ou por mês",
        "en": "I only group by day or by month",
        "es": "solo agrupo por día o por mes",
    },
    "average": {
        "pt": "a única média que tenho é o ticket médio por pedido",
        "en": "the only average I have is the average ticket per order",
        "es": "el único promedio que tengo es el ticket promedio por pedido",
    },
    "negation": {
        "pt": "não sei procurar o que não aconteceu",
        "en": "I can't look for what did not happen",
        "es": "no sé buscar lo que no ocurrió",
    },
    "inclusion": {
        "pt": "não sei juntar status diferentes na mesma conta",
        "en": "I can't put different statuses in one sum",
        "es": "no sé juntar estados distintos en la misma cuenta",
    },
    "exclusion": {
        "pt": "não consigo fazer essa exclusão",
        "en": "I can't leave that out",
        "es": "no puedo hacer esa exclusión",
    },
    "currency": {
        "pt": "os valores de vendas só existem em reais",
        "en": "sales figures exist in Brazilian reais only",
        "es": "las cifras de ventas solo existen en reales",
    },
    "old_rate": {
        "pt": "só tenho a cotação mais recente",
        "en": "I only have the latest rate",
        "es": "solo tengo el tipo de cambio más reciente",
    },
    "goal_of": {
        "pt": "as metas são do time ou de um vendedor",
        "en": "goals belong to the team or to a salesperson",
        "es": "las metas son del equipo o de un vendedor",
    },
    "pipeline_of": {
        "pt": "o funil só pode ser visto por etapa, não por nome",
        "en": "the pipeline can only be seen by stage, not by name",
        "es": "el embudo solo se puede ver por etapa, no por nombre",
    },
    "pipeline_order": {
        "pt": "o funil vem somado por etapa, e não sei dizer qual negócio ou etapa é maior ou menor",
        "en": "the pipeline comes summed by stage, and I can't tell which deal or stage is the largest or smallest",
        "es": "el embudo viene sumado por etapa, y no sé decir qué negocio o etapa es mayor o menor",
    },
    "pipeline_when": {
        "pt": "vejo o funil como está agora, não por período",
        "en": "I see the pipeline as it is now, not by period",
        "es": "veo el embudo como está ahora, no por período",
    },
    "state": {
        "pt": "não há filtro por estado; só o total por estado",
        "en": "there is no filter by state, only totals by state",
        "es": "no hay filtro por estado, solo totales por estado",
    },
    "two_groups": {
        "pt": "só agrupo por uma coisa de cada vez",
        "en": "I can group by one thing at a time",
        "es": "solo agrupo por una cosa a la vez",
    },
    "compare_groups": {
        "pt": "comparo períodos só no total ou com um nome, não por grupo",
        "en": "I compare periods in total or for one name, not by group",
        "es": "comparo períodos solo en total o con un nombre, no por grupo",
    },
    "region": {
        "pt": "não sei separar por região; só por estado",
        "en": "I can't filter by region, only lay out by state",
        "es": "no sé filtrar por región, solo por estado",
    },
    "goal_month": {
        "pt": "as metas são mensais, e não sei parti-las em períodos menores",
        "en": "goals are monthly, and I can't break them into shorter periods",
        "es": "las metas son mensuales y no sé dividirlas en períodos más cortos",
    },
    "share": _ONE_SHARE,
    "share_of": _ONE_SHARE,
}
