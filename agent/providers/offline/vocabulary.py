"""The words of sales questions in Portuguese, English and Spanish, each under the concept it stands for.

Phrases are written without case and accents; where several match, the longest wins. Words that no table holds are
never ignored: a question with an unknown word is not answered as if the word were absent.
"""

from typing import Final

CONCEPTS: Final[dict[str, str]] = {
    # What is measured. "SALES" words give way to a more exact measure beside them.
    "REVENUE": "takings, value of, total value, total value of, value, order value, total amount, total amount of, "
    "the value of, faturamento, faturamentos, fat, fatur, receita, receitas, revenue, revenues, turnover, "
    "facturacion, ingresos, ingreso, valor vendido, valor total, valor das vendas, valor dos pedidos, valor, "
    "em reais, em dinheiro, em valor, em receita, by revenue, by value, in value, en valor, en dinero, montante, "
    "importe, billing",
    "SALES": "resumo de vendas, resumo das vendas, resumen de ventas, resumen de las ventas, sales summary, "
    "summary of sales, relatorio de vendas, relatorio das vendas, sales report, entraram, rolou, rolaram, chegaram, "
    "ingresamos, ingreso ayer, ingresaron, ingresado, vendas, venda, "
    "vendeu, venderam, vendemos, vendido, vendida, vendidos, vendidas, vender, vende, vendem, vds, vnds, vnd, sales, "
    "sale, sold, sell, sells, selling, ventas, venta, vendio, vendieron, faturou, faturamos, faturaram, fatura, "
    "faturar, facturo, facturamos, facturaron, facturar, vendendo, vendiendo, vendeo, vendas totais, rendeu, entrou, "
    "made, make, did we do, fizemos, fez, fizeram, faz, hicimos, hizo, saiu de venda, saida",
    "RESULT": "fechamos quanto, fechamos qto, fechamos em quanto, fechamos em qto, fechamos com quanto, "
    "cerramos en cuanto, cerramos con cuanto, fechou em quanto, fechou com quanto, fechou quanto, fechou em qto, "
    "cerro en cuanto, cerro con cuanto, "
    "terminou em quanto, deu em quanto, como ta, como tao, como tava, como q ta, como que ta, como e que ta, "
    "como ta indo, como esta indo, como fechamos, como fechou, como terminou, como terminamos, como ficou, "
    "como ficaram, como cerramos, como cerro, como quedo, how did it go, quanto deu, qto deu, deu quanto, deu qto, "
    "qto foi, qto ficou, quanto foi, quanto ficou, quanto tivemos, quanto fechou, quanto fechamos, how much was, "
    "cuanto fue, cuanto dio, cuanto hubo, resultado, resultados, desempenho, performance, results, result, como foi, "
    "como foram, como esta, como estao, como estamos, como vai, como vao, como vamos, como anda, como andam, "
    "how was, how were, how is, how are, how are we doing, how did we do, how's, como fue, como fueron, como va, "
    "como van, como nos fue, desempeno, rendimiento, balanco, movimento, numeros, numbers, figures",
    "BUY": "pediu, pediram, ordered, pidio, pidieron, gastado, levando, comprou, compraram, compra, compras, "
    "comprado, comprados, comprar, compro, compraron, bought, buy, buys, purchased, purchases, purchase, gastou, "
    "gastaram, spent, spend, gasto",
    "ORDERS": "quantas vezes, qtas vezes, how many times, how often, cuantas veces, resumo dos pedidos, "
    "resumo de pedidos, pedidos, pedido, peds, ped, orders, order, ordenes, orden, "
    "numero de pedidos, quantidade de pedidos, "
    "numero de vendas, quantidade de vendas, quantas vendas, qtas vendas, quantos pedidos, how many sales, "
    "number of sales, cuantas ventas, numero de ventas, cantidad de ventas, cantidad de pedidos, number of orders, "
    "order count, sales count, qtd de vendas, qtd de pedidos, em pedidos, vendas fechadas",
    "UNITS": "unidades, unidade, unid, unids, und, unds, uns, latas, lata, caixas, caixa, cx, cxs, garrafas, garrafa, "
    "pacotes, pacote, fardos, fardo, pecas, peca, itens, units, unit, cans, can, boxes, box, bottles, bottle, "
    "pieces, packs, pack, packages, items, cajas, caja, botellas, botella, piezas, pieza, paquetes, paquete, bolsas, "
    "em quantidade, em volume, em unidades, quantidade, quantidades, qtd, qtde, volume, volumes, quantity, "
    "quantities, cantidad, volumen, potes, pote, sacos, saco, barras, barra, quilos, kilos, litros, jars, bags, "
    "bars, frascos",
    "OUTFLOW": "rodou, rodaram, giraram, saiu, sairam, saem, sai, saindo, went out, salio, salieron, salen",
    "TICKET": "ticket medio, ticket, tickets, tiquete medio, tiquete, tkt medio, tkt, tiket medio, tm, "
    "ticket promedio, average ticket, avg ticket, average order value, average order, average order size, "
    "average sale, avg order value, aov, valor medio, valor medio por pedido, valor medio dos pedidos, "
    "valor medio do pedido, media por pedido, media por venda, valor medio por venda, valor medio das vendas, "
    "promedio por pedido, valor promedio por pedido, promedio por venta, valor promedio, average per order, "
    "average value per order, pedido medio, pedido promedio, mean order value, ticket size",
    "COUNT": "quantos, quantas, qtos, qtas, qts, how many, cuantos, cuantas, quantos foram, numero de, number of",
    "HOWMUCH": "quanto, qto, qnto, quato, how much, cuanto, qt, quanto que, kuanto",
    # Whom and what it is about
    "CUSTOMER": "cliente, clientes, customer, customers, client, clients, comprador, compradores, buyer, buyers",
    "SALESPERSON": "vendedor, vendedora, vendedores, vendedoras, vend, representante, representantes, salesperson, "
    "salespeople, salesman, seller, sellers, rep, reps, sales rep, sales reps, representative, representatives, "
    "comercial, comerciales, vendedor a",
    "PRODUCT": "produto, produtos, prod, prods, item, product, products, producto, productos, mercadoria, "
    "mercadorias, articulo, articulos, sku, skus",
    "CATEGORY": "categoria, categorias, category, categories, linha, linhas, linha de produto, linha de produtos, "
    "familia, familia de produtos, rubro, product line, product lines, linea, lineas",
    "STATE": "estado, estados, state, states, uf, ufs, provincia, provincias",
    "BYDAY": "por dia, dia a dia, by day, per day, day by day, a cada dia, cada dia, diario, diaria, diarias, "
    "diarios, daily, dia por dia, each day, every day, por fecha, por data, dia, dias, day, days, diariamente",
    "BYMONTH": "por mes, mes a mes, by month, per month, month by month, cada mes, mensal, mensais, monthly, "
    "mensual, mensuales, mes por mes, each month, every month, mes, meses, month, months, mensalmente",
    "TREND": "evolucao, evolution, evolucion, trend, tendencia, historico de vendas, over time, serie, curva",
    "BY": "por, by, per, cada, each, em cada, para cada, for each, for every, de cada, quebrado por, separado por, "
    "agrupado por, grouped by, broken down by, breakdown by, split by, desglose por, desglosado por, dividido por, "
    "divididas por, segundo, abertura por, aberto por, abertas por, quebra por, separadas por, detalhado por, every",
    "WHO": "quem, quien, who, quienes, whom, qm, quem sao, quem foi, quem foram",
    "WHAT": "o que, oque, what, lo que, oq",
    "ME": "eu, meu, meus, minha, minhas, mim, i, my, me myself, mine, mi, mis, mio, mia, mias, mios, yo, minhs, "
    "comigo, i've, i have, have i, did i, did i do, do i",
    "PRONOUN": "ele, ela, dele, dela, he, she, his, her, hers, him, ella, de ella",
    "ISOLD": "he vendido, how am i doing, how did i do, how have i done, como estou indo, como to indo, "
    "como tou indo, como eu to indo, como me va, como me fue, como eu fui, como fui, como vou indo, vendi, faturei, "
    "facture, fiz, eu fiz, hice, eu vendi, vendii, fechei, eu faturei, i sold, i sell, i made, i've sold, "
    "did i sell, did i make, have i sold, have i made, faturei eu",
    "GOALWORD": "tracking against, tracking to, tracking towards, tracking toward, tracking, quantos por cento, "
    "que porcentagem, que percentual, what percentage, que porcentaje, falta, faltam, "
    "faltando, falto, progress, progresso, atingimento, andamento, left, remaining, restante, resta, restam, "
    "cumprimento, avance, bateu, bateram, alcancou, hit, reach, reached, to go, alcanzar, on track, perto, longe, "
    "quase, behind, ahead, missing, short, achieve, achieved, achieving, achievement, cumplimiento, cumplio, lejos, "
    "cerca, close to, close, far, how far, completed, cumplir, alcancar, alcancado, atingido, atingida, atingiu, "
    "batida, batido, batendo, alcanzado, alcanzada, meeting my, meet, met, met my, on target, progreso, faltaria, "
    "faltan, %, quanto por cento, bate, bater, batir, atingir, chegar, chega, llegar, still need, need to sell, "
    "vender ainda",
    "MEWEAK": "preciso vender, preciso faturar, preciso fazer, tenho que vender, tenho q vender, "
    "tenho que faturar, necesito vender, necesito facturar, tengo que vender, debo vender, pra mim, para mim, p mim, "
    "pra mi, para mi, for me, me falta, me faltan, me faltam, me resta, "
    "me restam, te cuento, voy, vengo, estou, to, tou, ando, estoy, llevo, am i, i am, im, i'm, vou, bati, bato, "
    "atingi, atinjo, alcancei, cheguei, consegui, cumpli, alcance, llegue, cumpri, superei, supere, passei",
    "TEAM": "a gente, nossa, nosso, nossas, nossos, we, our, ours, us, equipe, time, equipo, team, "
    "empresa, company, companhia, loja toda, todo mundo, everyone, everybody, nosotros, nuestra, nuestro, nuestras, "
    "nuestros, minha equipe, meu time, my team, mi equipo, minha empresa, my company, mi empresa, a equipe, o time, "
    "el equipo, the team, the company, a empresa, la empresa, da equipe toda, pessoal, galera, turma, "
    "todos os vendedores, all salespeople, the whole team, time todo, time inteiro, equipe toda, equipe inteira, "
    "agnt, gente, nois, nos todos",
    # Order
    "RANKING": "ranking, rank, ranque, podio, rankeamento, leaderboard",
    "TOP": "top, melhor, melhores, maior, maiores, principais, principal, best, biggest, largest, highest, mejor, "
    "mejores, mayores, mayor, campeao, campea, campeoes, lider, lideres, leader, leaders, leading, mais, mas, most, "
    "more, primeiros, primeiras, primeiro, primeira, primeros, champion, mais forte, mais fortes, number one, "
    "numero um, destaque, destaques, ponta, greatest, strongest, em primeiro, em primeiro lugar, grandes, +",
    "BOTTOM": "menos, pior, piores, menor, menores, worst, least, fewest, lowest, smallest, bottom, peor, peores, "
    "weakest, less, lanterna, mais fraco, mais fracos, mais fraca, ultimo lugar, em ultimo, em ultimo lugar, "
    "mas flojo, mas flojos, ultimos colocados",
    "BESTSELLER": "mais vendido, mais vendidos, mais vendida, mais vendidas, mas vendido, mas vendidos, mas vendida, "
    "mas vendidas, bestselling, best selling, best seller, best sellers, bestseller, bestsellers, top selling, "
    "top seller, top sellers, most sold, maiores vendas de produtos, sold best, sell best",
    "WORSTSELLER": "menos vendido, menos vendidos, menos vendida, menos vendidas, worst selling, least sold, "
    "worst seller, worst sellers, slowest selling",
    "ASCENDING": "lowest first, smallest first, ascending, ascending order, in ascending order, "
    "from lowest to highest, ordem crescente, em ordem crescente, crescente, do menor para o maior, "
    "do menor pro maior, menor para o maior, menores primeiro, os menores primeiro, orden ascendente, "
    "en orden ascendente, de menor a mayor, los menores primero, menores primero, orden creciente, worst first, "
    "piores primeiro, do pior para o melhor",
    "DESCENDING": "highest first, largest first, biggest first, descending, descending order, in descending order, "
    "from highest to lowest, ordem decrescente, em ordem decrescente, decrescente, do maior para o menor, "
    "do maior pro menor, maiores primeiro, os maiores primeiro, orden descendente, en orden descendente, "
    "de mayor a menor, mayores primero, los mayores primero, best first, melhores primeiro",
    "EXCLUDE": "sem contar, sem considerar, sem incluir, sem, exceto, excetuando, tirando, excluindo, excluir, fora, "
    "descontando, except, except for, excluding, without, not counting, leaving out, apart from, other than, "
    "excepto, sin contar, sin, excluyendo, quitando, salvo, desconsiderando, com excecao de, a excecao de",
    # Comparison
    "COMPARE": "comparame, compareme, me compara, go up or down, went up or down, gone up or down, going up or down, "
    "goes up or down, going up, going down, better, worse, higher, lower, comparar, compare, compara, comparando, "
    "comparacao, comparativo, comparison, comparing, comparacion, comparativa, cresceu, cresceram, crescemos, "
    "crescimento, crescendo, cresci, grew, grow, growth, growing, grown, crecio, crecieron, crecimos, crecimiento, "
    "caiu, cairam, caimos, queda, caindo, fell, fall, dropped, drop, declined, decline, cayo, cayeron, caida, "
    "aumentou, aumentaram, aumentamos, aumento, increased, increase, subiu, subiram, subimos, subio, subieron, "
    "went up, gone up, go up, went down, gone down, go down, up or down, bajo, bajaron, bajamos, diminuiu, "
    "diminuiram, reduziu, decreased, decrease, variacao, variou, variaram, variation, variacion, change, changed, "
    "diferenca, difference, diferencia, vario, desceu, melhorou, melhoraram, melhoramos, piorou, pioraram, pioramos, "
    "improved, improve, mejoro, mejoramos, empeoro, disminuyo, evoluiu, evoluimos, batemos",
    "BASE": "vs, versus, contra, x, relacao, que as, que os, que las, que los, q as, q os, comparacao com, "
    "comparacion con, comparado, comparada, comparados, comparadas, compared, comparado aos, em relacao, "
    "en relacion, em relacao aos, frente aos, contra os, comparado com, comparado a, comparado ao, comparada a, "
    "comparada com, comparadas com, comparados com, comparando com, comparadas a, comparadas ao, compared to, "
    "compared with, comparado con, comparada con, comparadas con, comparados con, comparado al, em relacao a, "
    "em relacao ao, em relacao com, en relacion a, en relacion al, en relacion con, relative to, against, frente a, "
    "frente ao, frente al, respecto a, respecto al, respecto de, con respecto a, com relacao a, com relacao ao, "
    "do que, than, que no, que na, que em, que o, que a, que ontem, q no, q na, que el, que la, que en, over, ante, "
    "perante, cf, em comparacao com, em comparacao ao, em comparacao a, in comparison with, in comparison to, "
    "en comparacion con",
    # Goals, pipeline, customers, money of other countries
    "GOAL": "meta, metas, objetivo, objetivos, cota, cotas, quota, quotas, goal, goals, target, targets, cuota, "
    "cuotas, objectives",
    "PIPELINE": "funil, pipeline, pipelines, funnel, embudo, negocios, negocio, oportunidades, oportunidade, "
    "oportunidad, deals, deal, opportunities, opportunity, funil de vendas, sales funnel, sales pipeline, "
    "pipeline de vendas, embudo de ventas, pipeline de ventas, carteira de negocios, funiu, pipe, leads, etapa, "
    "etapas, stage, stages, fase, fases",
    "BRIEF": "to indo no, to indo na, tou indo no, tou indo na, estou indo no, estou indo na, indo visitar, "
    "voy para el, voy al, going to see, que devo saber, o que devo saber, "
    "o que preciso saber, o que eu preciso saber, o que tenho que saber, que debo saber, que deberia saber, "
    "what should i know, what do i need to know, antes da visita, "
    "antes de mi visita, antes da minha visita, antes de visitar, antes de visitarlo, before my visit, "
    "before the visit, before visiting, before i visit, before i go, before the meeting, before my meeting, "
    "antes da reuniao, antes de la reunion, antes de la visita, antes de ir, brief me, brief me on, catch me up on, "
    "resumo, resumao, ficha, perfil, historico, brief, briefing, profile, overview, background, resumen, historial, "
    "fale sobre, fala sobre, me fala do, me fala da, me fale do, me fale da, me fale sobre, me fala sobre, "
    "me conta do, me conta da, me conta sobre, me conte sobre, me conte do, me conte da, conta sobre, tell me about, "
    "know about, info on, info about, information on, information about, hablame de, hablame del, hablame sobre, "
    "cuentame de, cuentame del, cuentame sobre, informacion de, informacion sobre, informacoes sobre, "
    "informacoes do, informacoes da, infos do, infos da, dados do, dados da, info do, info da, info sobre, sobre o, "
    "sobre a, o que sabemos do, o que sabemos da, o que sabemos sobre, o que voce sabe sobre, what do we know about, "
    "o que voce sabe do, o que voce sabe da, o que vc sabe sobre, o que vc sabe do, o que vc sabe da, "
    "o que anotamos sobre, que sabes de, que sabes del, que sabes sobre, que sabemos de, que sabemos del, "
    "que sabemos sobre, "
    "vou visitar, visita, visitar, visito, visit, visiting, meeting, reuniao, reuniao com, reunion, reunion con, "
    "about to visit, voy a visitar, meeting with, i'm meeting, i'm visiting, ultimo pedido, ultima compra, "
    "ultima venda, last order, last purchase, ultimo pedido del, ultima venta, quem e, quem e o, quem e a, who is, "
    "quien es, como esta o cliente, como esta a cliente, como anda o cliente, como vai o cliente, situacao, "
    "situacao do, situacao da, raio x, raio-x, quem atende, que vendedor atende, qual vendedor atende, me situa, "
    "vou na, vou no, sobre el, sobre la, acerca de, acerca del, panorama, dossie, dossier, detalhes do, detalhes da, "
    "details on, details about, detalles de, detalles del, me atualiza sobre, update on, update me on, "
    "ponme al dia sobre, prepara",
    "RATE": "vale, valem, cotacao, cambio, taxa de cambio, exchange rate, exchange rates, rate, fx, tipo de cambio, "
    "cotizacion, tasa de cambio, ptax, cotado, cotada, valendo, esta valendo",
    # Statuses
    "OPEN": "ainda nao foi faturado, ainda nao foram faturados, nao foi faturado, nao foram faturados, "
    "nao foram faturados ainda, nao foi faturado ainda, que falta faturar, que faltam faturar, falta faturar, "
    "no facturados, aun no facturados, todavia no facturados, not been invoiced, not been invoiced yet, "
    "not invoiced yet, haven't been invoiced, haven't been invoiced yet, have not been invoiced, still open, "
    "still pending, ainda em aberto, ainda aberto, ainda abertos, ainda pendentes, aun abiertos, "
    "todavia abiertos, aun pendientes, todavia pendientes, em aberto, aberto, abertos, aberta, abertas, pendente, "
    "pendentes, open, pending, abierto, abiertos, abierta, abiertas, pendiente, pendientes, a faturar, por faturar, "
    "por facturar, nao faturado, nao faturados, ainda nao faturado, ainda nao faturados, sin facturar, not invoiced, "
    "not yet invoiced, uninvoiced, outstanding",
    "INVOICED": "ta faturado, ja ta faturado, tao faturados, ja tao faturados, esta faturado, estao faturados, "
    "esta facturado, ja foi faturado, ja foram faturados, ja faturado, ja faturados, ja faturada, ja faturadas, "
    "ja esta faturado, ja estao faturados, invoiced, already invoiced, has been invoiced, been invoiced, "
    "was invoiced, were invoiced, already billed, ya facturado, ya facturados, ya se facturo, ya fue facturado, "
    "ya fueron facturados, com nota, nota emitida, com nota emitida",
    "BILLED": "faturado, faturados, faturada, faturadas, foi faturado, foram faturados, facturado, facturados, "
    "facturada, facturadas, fue facturado, se facturo, billed",
    "CANCELLED": "cancelado, cancelados, cancelada, canceladas, cancelled, canceled, cancelamentos, cancelamento, "
    "cancellations, cancelaciones, cancelaram, cancelou, foi cancelado, foram cancelados, foi cancelada, "
    "were cancelled, were canceled, was cancelled, got cancelled, anulado, anulados, anuladas, fueron cancelados, "
    "fue cancelado, se cancelo, se cancelaron, perdemos com cancelamento",
    # Social words
    "GREETING": "oi, ola, bom dia, boa tarde, boa noite, hi, hello, hey, hey there, buenos dias, buenas tardes, "
    "buenas noches, buenas, hola, e ai, eai, opa, salve, good morning, good afternoon, good evening, ola tudo bem, "
    "tudo bem, tudo bom, tudo certo, how are you, que tal, como vai voce, como estas, blz, beleza, oie, oii, alo",
    "THANKS": "obrigado, obrigada, brigado, brigada, obg, valeu, vlw, thanks, thank you, thx, ty, gracias, "
    "muito obrigado, muito obrigada, muchas gracias, thanks a lot, agradecido, agradeco, perfeito, otimo, show, "
    "great, perfecto, excelente",
    "HELP": "ajuda, ajudar, help, ayuda, socorro, menu, o que voce faz, o que voce sabe fazer, o que vc faz, "
    "o que vc sabe, o que voce sabe, o que voce consegue fazer, o que voce pode fazer, o que posso perguntar, "
    "what can you do, what do you do, que puedes hacer, que sabes hacer, que haces, quem e voce, quem e vc, "
    "who are you, quien eres, que eres, what are you, como funciona, how does this work, como te uso, como usar, "
    "voce e um robo, voce e humano, vc e um robo, are you a bot, are you human, eres un robot, eres humano, "
    "o que e voce, bot, robo",
}

CURRENCIES: Final[dict[str, str]] = {
    "USD": "dolar, dolares, dollar, dollars, usd, dolar americano, us dollar, dolar comercial, dollar americano, "
    "dolr, doll",
    "EUR": "euro, euros, eur",
    "GBP": "libra, libras, libra esterlina, pound, pounds, gbp, pound sterling, british pound, sterling, "
    "libras esterlinas",
    "JPY": "iene, ienes, yen, yenes, jpy",
    "ARS": "peso argentino, pesos argentinos, argentine peso, argentine pesos, ars",
    "MXN": "peso mexicano, pesos mexicanos, mexican peso, mexican pesos, mxn",
    "CLP": "peso chileno, pesos chilenos, chilean peso, chilean pesos, clp",
    "COP": "peso colombiano, pesos colombianos, colombian peso, cop",
    "UYU": "peso uruguaio, peso uruguayo, uruguayan peso, uyu",
    "CHF": "franco suico, francos suicos, swiss franc, swiss francs, franco suizo, chf",
    "CNY": "yuan, renminbi, cny, rmb, iuane",
    "CAD": "dolar canadense, canadian dollar, canadian dollars, dolar canadiense, cad",
    "AUD": "dolar australiano, australian dollar, australian dollars, aud",
    "PYG": "guarani, guaranies, pyg",
    "SEK": "coroa sueca, swedish krona, corona sueca, sek",
    "NOK": "coroa norueguesa, norwegian krone, corona noruega, nok",
    "DKK": "coroa dinamarquesa, danish krone, corona danesa, dkk",
}

# What a stage of the pipeline is called in the three languages, by the folded Portuguese word.
STAGES: Final[dict[str, str]] = {
    "prospeccao": "prospeccao, prospecting, prospect, prospects, prospeccion, prospectos, prospectando",
    "qualificacao": "qualificacao, qualification, qualified, qualifying, calificacion, calificados, qualificados, "
    "qualificando, cualificacion",
    "proposta": "proposta, propostas, proposal, proposals, propuesta, propuestas, proposal stage, proposal sent",
    "negociacao": "negociacao, negotiation, negotiations, negotiating, negociacion, negociando, negociacoes, "
    "negociaciones, em negociacoes, in negotiation, under negotiation",
    "ganho": "ganho, ganhos, ganha, ganhas, won, ganado, ganados, ganada, ganadas, fechado, fechados, fechada, "
    "fechadas, closed, closed won, cerrado, cerrados, cerrada, cerradas, ganhamos, ganamos",
    "perdido": "perdido, perdidos, perdida, perdidas, lost, closed lost, perdemos, perdimos",
}
