"""Words for what no tool can do, and for restrictions that no tool knows, in Portuguese, English and Spanish."""

from typing import Final

_FUTURE: Final = ", ".join(
    f"{auxiliary} {verb}"
    for auxiliaries, verbs in (
        (
            ("vai", "vao", "vamos", "vou", "iremos", "ira", "irao", "deve", "devem", "devemos", "como vai", "como vao"),
            "vender, faturar, fechar, dar, ser, ficar, fazer, render, entrar, crescer, cair, aumentar, terminar, "
            "acabar",
        ),
        (
            ("va a", "van a", "vamos a", "voy a", "como va a", "como van a"),
            "vender, facturar, cerrar, dar, ser, hacer, quedar, ingresar, crecer, caer, aumentar, terminar",
        ),
        (
            ("going to", "gonna", "will we", "will i", "will they", "will he", "will she"),
            "be, sell, make, invoice, bill, close, earn, grow, finish, end, do",
        ),
        (("will",), "be, sell, make, grow, revenue, sales, orders, the, there be, it be, our, my"),
        (("qual", "quais", "quanto", "quantos", "quantas", "como", "cual", "cuanto", "cuantos"), "sera, serao, seran"),
    )
    for auxiliary in auxiliaries
    for verb in verbs.split(", ")
)

_SET_GOALS: Final = ", ".join(
    f"{verb} {whose} {goal}"
    for verbs, owners, goals in (
        (
            "aumenta, aumente, aumentar, baixa, baixe, baixar, reduz, reduza, diminui, diminua, ajusta, ajuste, "
            "define, "
            "defina, sobe, suba, zera, zere, sube, baja, define, ajusta",
            "a, minha, as, minhas, mi, la",
            "meta, metas, cuota",
        ),
        ("raise, lower, set, increase, reduce, adjust", "my, the, our", "goal, goals, target, targets, quota"),
    )
    for verb in verbs.split(", ")
    for whose in owners.split(", ")
    for goal in goals.split(", ")
)

# What no tool can do: topic -> words. A sentence that holds one is answered with an honest no.
OUT_OF_REACH: Final[dict[str, str]] = {
    "stock": "estoque, estoques, em estoque, stock, in stock, inventory, inventario, existencias, almacen, "
    "disponivel, disponiveis, disponibilidade, disponibilidad, available, availability, tem sobrando, estok, stok, "
    "galpao, deposito, warehouse",
    "margin": "margem, margens, margin, margins, margen, margenes, lucro, lucros, lucratividade, rentabilidade, "
    "rentabilidad, profit, profits, profitability, profitable, lucrativo, lucrativos, ganancia, ganancias, custo, "
    "custos, cost, costs, costo, costos, coste, markup, mark up, rentavel, rentable, despesa, despesas, expenses, "
    "gastos, cmv, ebitda, marjem",
    "commission": "comissao, comissoes, commission, commissions, comision, comisiones, salario, salary, bonus, bono, "
    "premiacao, comisao, remuneracao, sueldo, vou ganhar, vou receber",
    "change": "estornar, estorna, estorne, estorno, cancelar, cancele, cancela, cancelem, cancelas, cancel, anular, "
    "anula, cancelarlo, criar, crie, cria, "
    "create, crear, crea, cadastrar, cadastre, cadastra, registrar, registra, registre, register, alterar, altere, "
    "altera, mudar, mude, muda, modificar, modifica, modify, apagar, apague, apaga, delete, remove, remover, remova, "
    "borrar, borra, eliminar, elimina, editar, edite, edita, edit, atualizar, atualize, atualiza, update, "
    "actualizar, actualiza, fechar, feche, aprovar, aprove, aprova, approve, aprobar, aprueba, emitir, emita, emite, "
    "issue, lancar, lance, lanca, fazer um pedido, faz um pedido, faca um pedido, place an order, haz un pedido, "
    "hacer un pedido, agendar, agende, agenda, schedule, agendame, lembrar, lembre, lembra, me lembra, me lembre, "
    "lembrete, remind, reminder, recordar, recuerdame, recordatorio, mover, mova, move, transferir, transfira, "
    "transfer, reservar, reserve, reserva, reserver, duplicar, reabrir, excluir o pedido, excluir pedido, exclua, "
    f"{_SET_GOALS}, "
    "exclui, adiciona, adicionar, adicione, add, agregar, agrega, incluir pedido, bloquear, bloqueia, bloqueie, block",
    "send": "email, e-mail, e mail, emails, correo, mandar, mande, manda um, manda uma, mandar um, enviar, envie, "
    "envia, envia um, envie um, send, send an, enviale, mandale, encaminhar, encaminha, encaminhe, forward, "
    "reenviar, reenvia, reenvie, ligar, ligue, liga pra, call, llamar, llama, telefonar, whatsapp, zap, sms, boleto, "
    "boletos, nota fiscal, nfe, nf, danfe, segunda via, pdf, excel, planilha, spreadsheet, csv, planilla, imprimir, "
    "print, exportar, export, grafico, graficos, chart, charts, graph",
    "documents": "preco, precos, price, prices, pricing, precio, precios, custa, custam, cuesta, cuestan, "
    "quanto custa, tabela de precos, lista de precos, devolucao, devolucoes, devolver, devolvido, devolvidos, "
    "return, returns, returned, refund, refunds, reembolso, devolucion, devoluciones, troca, trocas, "
    "exchange policy, politica, politicas, policy, garantia, warranty, entrega, entregas, entregar, entregue, "
    "entregues, delivery, deliveries, deliver, delivered, envio, envios, frete, fretes, shipping, shipped, flete, "
    "prazo de entrega, transportadora, rastreio, rastrear, tracking, track, rastreo, catalogo, catalog, desconto, "
    "descontos, discount, discounts, descuento, descuentos, promocao, promocoes, promotion, promociones, contrato, "
    "contract, condicoes de pagamento, payment terms, horario de funcionamento, endereco, address, direccion, "
    "telefone do, phone number, telefone da, contato, contact, cnpj, cpf",
    "money": "limite, limites, limit, limits, inadimplencia, inadimplente, inadimplentes, divida, dividas, deve, "
    "devem, devendo, debt, debts, overdue, deuda, deudas, atrasado, atrasados, atrasada, atraso, credito, "
    "limite de credito, credit limit, imposto, impostos, tax, taxes, impuesto, impuestos, contas a receber, "
    "contas a pagar, fluxo de caixa, cash flow, recebimento, recebimentos, receivables, pagou, pagaram, pagamento, "
    "pagamentos, paid, payment, payments, pago, pagos, saldo, balance, vencido, vencidos, vencimento, cobranca",
    "forecast": "previsao, previsoes, projecao, projecoes, forecast, forecasts, projection, projections, pronostico, "
    "proyeccion, proyecciones, estimativa, estimate, estimacion, vamos vender, vai vender, vou vender, venderemos, "
    "will sell, will we sell, vamos fechar, vamos faturar, va a vender, vamos a vender, prever, predict, predecir, "
    "preve, expected, faturaremos, fecharemos, faremos, facturaremos, cerraremos, haremos, venderei, faturarei, "
    f"{_FUTURE}",
}

# Restrictions that no tool knows; the answer says so and gives no figure.
LIMITS: Final[dict[str, str]] = {
    "hour": "manha, pela manha, de manha, da manha, tarde, a tarde, de tarde, noite, a noite, de noite, morning, "
    "afternoon, evening, night, hora, horas, hour, hours, horario, horarios, meio dia, noon, madrugada, manana, "
    "por la manana, noche, am, pm, minutos, minutes, almoco",
    "amount": "acima de, acima, abaixo de, abaixo, mais de, menos de, maior que, maiores que, menor que, "
    "menores que, above, over r, below, more than, less than, greater than, higher than, lower than, at least, "
    "at most, pelo menos, no minimo, no maximo, mas de, mayores a, mayor que, menor a, superior a, superiores a, "
    "inferior a, inferiores a, por encima de, por debajo de, exceeding, minimo, maximo, faixa de valor, superando",
    "weekday": "dias uteis, business days, weekdays, dias habiles, feriado, feriados, holiday, holidays, por semana, "
    "by week, per week, weekly, semanal, semanais, semanales, semana a semana, week by week, cada semana, "
    "por trimestre, by quarter, per quarter, quarterly, trimestral, trimestrais, por ano, by year, per year, yearly, "
    "anual, anuais, por hora",
    "share": "participacao, percentual, porcentagem, porcentaje, percentage, percent, share, market share, "
    "proporcao, proportion, fatia, representatividade, participacion, representa, representam, peso",
    "share_of": "mix, curva abc",
    "average": "media, medias, medio, medios, average, averages, avg, promedio, promedios, mediana, median, "
    "em media, mean",
    "negation": "nao, not, didn't, did not, don't, doesn't, never, nunca, haven't, hasn't, ninguem, nobody, nadie, "
    "n, inativo, inativos, inactive, inactivos, parou, pararam, deixou, deixaram, stopped, sumiu, sumiram, zerados, "
    "none, no compro, no compra, no compran, no compraron, no ha comprado, no han comprado, no pidio, no pidieron, "
    "sem comprar, sem pedir, sin comprar, sin pedir, without buying, without ordering",
    "region": "norte, sul, leste, oeste, nordeste, sudeste, noroeste, sudoeste, centro oeste, regiao, regioes, sur, "
    "noreste, sureste, suroeste, north, south, east, west, northeast, southeast, northwest, southwest, region, "
    "regions, regiones, interior",
    "payment": "a vista, vista, a prazo, a plazo, al contado, contado, cartao, cartoes, cartao de credito, "
    "cartao de debito, pix, dinheiro vivo, em especie, tarjeta, tarjetas, efectivo, en efectivo, cash, credit card, "
    "credit cards, card, cards, debito, transferencia, parcelado, parceladas, parceladas no cartao, fiado, "
    "financiado, in installments, installments, cuotas mensuales",
    "inclusion": "incluindo, inclusive, including, incluyendo, incluido, incluidos, com cancelados, mesmo os, contando",
}
