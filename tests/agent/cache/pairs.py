"""Questions that differ in one slot, and so have different answers: each line stands for every pair of its readings."""

from itertools import combinations, product

MINIMAL = {
    "pt": """
Vocês {entregam|não entregam} aos {sábados|domingos} em Campinas?
Vocês {entregam|despacham} para o {Acre|Amapá}?
Vocês aceitam {boleto|cartão|pix} de {pessoa física|empresa}?
Vocês cobram frete {para|do} interior?
Quanto vendemos em {Curitiba|Londrina|Maringá} no mês passado?
Quanto o cliente {Padaria Sol|Padaria Lua|Padaria do Sol} comprou este mês?
Quanto o cliente {Padaria|Padaria Bom Dia|Padaria Boa Noite} comprou este mês?
{Bom Dia Padaria|Padaria} comprou quanto em março?
Quantas unidades de {café torrado|café moído|café em grãos} vendemos ontem?
Quais os {5|10|15} melhores clientes do ano?
Vendas de {janeiro|fevereiro|março} de 2026 por vendedor, quanto foi?
Quanto vendemos {hoje|ontem|anteontem}?
Quanto {o contrato|o contrato valeu|o contrato vale}
Quanto vendemos {esta semana|na semana passada|neste mês}?
Quais clientes {compraram|não compraram} nos últimos 30 dias?
Quais clientes não compram há {30|60|90} dias?
Quais pedidos {estão|não estão} faturados este mês?
Qual produto vendeu {mais|menos} em abril?
Quem vendeu {mais|menos} que a meta em maio?
Quanto a Ana vendeu {para o|sem o|só para o} cliente Sol em março?
Quanto a {Ana vendeu mais que o Bruno|Bruna vendeu mais que o Ana} em março?
Quanto {março foi melhor que abril|abril foi melhor que março} em 2026?
Compare {março com abril|abril com março} de 2026
Compare {2025 com 2024|2024 com 2025|2025 com 2023}
Quanto {a Ana|o Bruno|a Carla} vendeu na semana passada?
Qual o faturamento em {reais|dólares|euros} de março?
Qual o faturamento do {primeiro|segundo|terceiro} trimestre?
Qual o faturamento {bruto|líquido} de março?
Quais pedidos acima de {R$ 5 mil|R$ 50 mil|R$ 500} temos este mês?
Quais pedidos {acima|abaixo} de R$ 5 mil temos este mês?
Quais pedidos entre {5 e 10 mil|5000 e 10000|5 mil e 10} temos?
Quais pedidos de {5 a 10 mil|5 a 10000} temos em aberto?
Quais pedidos de {5 mil e 200|5200|5000 e 200} temos em aberto?
Quais pedidos de {1,5|15|1.500} mil temos em aberto?
Qual a meta {da Ana|do Bruno|da equipe} para março?
Qual o ticket médio {por cliente|por vendedor|por produto} em março?
Quanto vendemos {de 1 a 10|de 1 a 15|de 10 a 1} de março?
Quanto vendemos {antes de|depois de|em} 10 de março?
Quanto vendemos em {10/03|03/10|10/04}?
Quanto vendemos em {10/03/2026|10/03/2025}?
Quantos clientes {novos|antigos|perdidos} tivemos em março?
Quantos clientes {ativos|inativos} temos hoje?
Quanto {vendemos para|compramos de} Loja Sol em março?
Quanto vendeu {a Ana à Bia|à Ana a Bia} em março?
Quantos pedidos {com|sem} desconto temos este mês?
Quantos negócios estão em {proposta|negociação|fechamento} hoje?
Quantos negócios {ganhamos|perdemos|abrimos} este mês?
Quantos pedidos temos de clientes{| PF| PJ}
Quantos discos de {2 TB|2 GB} vendemos?
Quanto vendemos {com|sem} contar os cancelados em março?
Quanto vendemos no {Paraná|Pará|Piauí} em março?
Quais clientes da {Ana, Bruno e Carla|Ana Bruno e Carla} compraram?
Quanto vendemos {por dia|por semana|por mês} este ano?
Quanto {faturamos|lucramos|devolvemos} em março?
Quais clientes compraram {café e açúcar|café ou açúcar|café sem açúcar} em março?
Quanto vendi {eu|a equipe} em março?
Quais os clientes {do|fora do} Paraná em março?
Quanto vendemos do produto {A-10|A-100|A10}?
Quanto vendemos do produto {007|7|07}?
Quanto cresceu {de março para abril|de abril para março}?
Qual o prazo de {entrega|garantia|pagamento} do café?
Quanto vendemos do cliente {"Sem Nome"|sem nome} em março?
""",
    "en": """
{Do|Don't} you deliver on {Saturdays|Sundays} in Campinas?
Do you {ship|export} to {Chile|Peru}?
Do you accept {cards|checks} from {companies|consumers}?
How much did we sell in {Boston|Austin|Dallas} last month?
How much did we sell {today|yesterday|last week}?
How much did we sell {this|last} month?
Which customers {bought|did not buy} in the last 30 days?
Which customers have not bought for {30|60|90} days?
Who sold {more|less} than the goal in May?
Which orders {above|below} $5,000 do we have this month?
Which orders above {$5,000|$50,000|$500} do we have this month?
Which orders above {1,500|1.500|15,00} do we have?
What were the sales of {January|February|March} 2026?
What were the sales of the {first|second|third} quarter?
Compare {March with April|April with March} 2026
Did {Ann sell more than Bob|Bob sell more than Ann} in March?
How much did {Ann|Bob|Carol} sell last week?
What is the revenue in {dollars|euros|reais} of March?
What is the goal of {Ann|Bob|the team} for March?
How many {units|orders|customers} did we have yesterday?
What are the {top|bottom} 5 customers of March?
What are the top {3|5|10} customers of March?
How much did we sell {to|without|only to} the customer Sun in March?
How much did we sell {before|after|on} March 10?
How many {active|inactive} customers do we have?
How many deals did we {win|lose|open} this month?
Which orders {are|are not|aren't} invoiced this month?
How much did we sell {with|without} discount in March?
How much of {coffee and sugar|coffee or sugar} did we sell?
How much did sales {grow from March to April|grow from April to March|fall from March to April}?
What is the {delivery|warranty|payment} term for coffee?
Show revenue {by month|by week|by day} this year
How much did we sell {including|excluding} cancelled orders in March?
""",
    "es": """
Ustedes {envían|no envían} los {sábados|domingos} en Lima?
Ustedes {aceptan|ofrecen} {tarjetas|cheques} de empresas?
¿Cuánto vendimos en {Rosario|Córdoba|Mendoza} el mes pasado?
¿Cuánto vendimos {hoy|ayer|anteayer}?
¿Cuánto vendimos {esta semana|la semana pasada|este mes}?
¿Qué clientes {compraron|no compraron} en los últimos 30 días?
¿Qué clientes no compran hace {30|60|90} días?
¿Qué producto vendió {más|menos} en abril?
¿Cuánto {gano|ganó} en marzo con las ventas?
¿Cuánto {compro|compró} Ana en marzo?
¿Cuánto vendió {Ana|Bruno|Carla} la semana pasada?
¿Qué pedidos {mayores|menores} de 5 mil hay este mes?
¿Qué pedidos mayores de {5 mil|50 mil|500} hay este mes?
¿Cuáles fueron las ventas de {enero|febrero|marzo} de 2026?
¿Cuáles fueron las ventas del {primer|segundo|tercer} trimestre?
Compara {marzo con abril|abril con marzo} de 2026
¿Cuál es la meta {de Ana|de Bruno|del equipo} para marzo?
¿Cuánto vendimos en {pesos|dólares|euros} en marzo?
¿Cuántos clientes {activos|inactivos} tenemos?
¿Cuántos negocios {ganamos|perdimos|abrimos} este mes?
¿Cuánto vendimos {con|sin} descuento en marzo?
¿Cuánto vendimos {antes|después} del 10 de marzo?
¿Cuánto vendimos {a|sin|solo a} la tienda Sol en marzo?
¿Cuántas ventas hubo en {Gracias|Gracias a Dios} en marzo?
¿Quién vendió {más que Ana|menos que Ana|más que Bruno} en marzo?
¿Cuánto creció {de marzo a abril|de abril a marzo}?
¿Cuál es el plazo de {entrega|garantía|pago} del café?
""",
}

REPEATS = {
    "pt": """
Quanto vendemos em Curitiba no mês passado? = quanto vendemos em curitiba no mes passado
Quanto vendemos em Curitiba no mês passado? = quanto vendemos em curitiba no mes passado? valeu 🙏🏽
Quanto vendemos em Curitiba no mês passado? = 👋 oi, quanto vendemos em curitiba no mês passado? vlw
Quanto vendemos em Curitiba no mês passado? = Oi, quanto vendemos em Curitiba no mês passado?
Quanto vendemos em Curitiba no mês passado? = Bom dia! Quanto vendemos em Curitiba no mês passado???
Quanto vendemos em Curitiba no mês passado? = boa tarde quanto vendemos em curitiba no mês passado por favor
Quanto vendemos em Curitiba no mês passado? = Olá, tudo bem? Quanto vendemos em Curitiba no mês passado? Obrigado!
Quanto vendemos em Curitiba no mês passado? = QUANTO VENDEMOS EM CURITIBA NO MÊS PASSADO
Quanto vendemos em Curitiba no mês passado? = qto vendemos em Curitiba no mes passado?
Quanto vendemos em Curitiba no mês passado? = Quanto   vendemos em Curitiba no mês passado...
Quais pedidos acima de R$ 5 mil temos? = quais pedidos acima de R$5.000 temos
Quais pedidos acima de R$ 5 mil temos? = Quais pedidos acima de R$ 5.000,00 temos?
Quais pedidos acima de 5 mil temos? = quais pedidos acima de 5000 temos
Quais pedidos acima de 5 mil temos? = quais pedidos acima de 5mil temos
Quais pedidos acima de 5 mil temos? = quais pedidos acima de 5k temos
Quais pedidos acima de 1,5 milhão temos? = quais pedidos acima de 1.500.000 temos
Quanto é 10% do faturamento de março? = quanto é 10 % do faturamento de marco
Quanto vendemos hoje? = qto vendemos hj
Quanto vendemos hoje? = oi! bom dia, quanto vendemos hoje pfv
Quanto vendemos até hoje? = quanto vendemos ate hoje
Quem vendeu mais em março? = quem vendeu mais em marco?
Quem vendeu mais em março? = Boa noite, quem vendeu mais em março? Obrigada!
Qual a região que mais vendeu? = qual a regiao que mais vendeu
Vocês têm quantos clientes? = vcs tem quantos clientes
Qual o ticket médio de abril? = qual o ticket medio de abril
Qual o ticket médio de abril? = Por favor, qual o ticket médio de abril?
Qual a meta da Ana para março? = Oi. Qual a meta da Ana para março, por gentileza?
Quais clientes do Paraná não compraram? = quais clientes do parana nao compraram
Quanto vendemos nos últimos três meses? = quanto vendemos nos ultimos tres meses
Quanto vendemos também em Londrina? = quanto vendemos tb em londrina
""",
    "en": """
How much did we sell last month? = how much did we sell last month
How much did we sell last month? = Hi, how much did we sell last month?
How much did we sell last month? = Good morning! How much did we sell last month, please?
How much did we sell last month? = hello how much did we sell last month thanks
How much did we sell last month? = HOW MUCH DID WE SELL LAST MONTH??
How much did we sell last month? = Hey! How much did we sell last month? Thank you!
Which orders above $5,000 do we have? = which orders above $5000 do we have?
Which orders above $5,000 do we have? = which orders above $ 5 thousand do we have
Which orders above $5,000 do we have? = which orders above $5k do we have
Which orders above $1,234.50 do we have? = which orders above $1234.5 do we have
Who sold more than 1 million in March? = who sold more than 1,000,000 in March
What is the team’s goal for March? = what is the team's goal for March
What are the top 5 customers of March? = please what are the top 5 customers of march
What are the top 5 customers of March? = Good evening. What are the top 5 customers of March? Thanks
Show revenue by month this year = please, show revenue by month this year!
Which customers have not bought for 60 days? = which customers have not bought for 60 days pls
How many units did we sell yesterday? = how many units did we sell yesterday!
How much did Ann sell last week? = hi! good afternoon. how much did Ann sell last week?
""",
    "es": """
¿Cuánto vendimos el mes pasado? = cuanto vendimos el mes pasado
¿Cuánto vendimos el mes pasado? = Hola, ¿cuánto vendimos el mes pasado?
¿Cuánto vendimos el mes pasado? = Buenos días, ¿cuánto vendimos el mes pasado? Gracias
¿Cuánto vendimos el mes pasado? = buenas cuanto vendimos el mes pasado por favor
¿Cuánto vendimos el mes pasado? = ¡Hola! ¿Qué tal? ¿Cuánto vendimos el mes pasado?
¿Cuánto vendimos el mes pasado? = CUÁNTO VENDIMOS EL MES PASADO
¿Qué pedidos mayores de 5 mil hay? = que pedidos mayores de 5000 hay
¿Qué pedidos mayores de 5 mil hay? = que pedidos mayores de 5.000 hay?
¿Qué pedidos mayores de 1.234,50 hay? = qué pedidos mayores de 1234,5 hay
¿Qué producto se vende más en abril? = que producto se vende mas en abril
¿Cuál es la meta de Ana para marzo? = cual es la meta de ana para marzo
¿Cuál es la meta de Ana para marzo? = Buenas tardes, ¿cuál es la meta de Ana para marzo? Muchas gracias
¿Cuántos clientes tenemos? = hola cuantos clientes tenemos
¿Cuánto vendimos en Córdoba ayer? = cuanto vendimos en cordoba ayer
¿Quién vendió la semana pasada? = ¡Buenas noches! ¿Quién vendió la semana pasada?
¿Quién vendió la semana pasada? = por favor quién vendió la semana pasada
¿Cuántas unidades de café vendimos hoy? = cuantas unidades de cafe vendimos hoy
¿Qué pedidos mayores de 2 millones hay? = que pedidos mayores de 2.000.000 hay
""",
}


def minimal_pairs(language: str) -> list[tuple[str, str]]:
    """Every two readings of a line."""
    return [
        pair
        for line in MINIMAL[language].strip().splitlines()
        for pair in combinations(_readings(line), 2)
        if pair[0] != pair[1]
    ]


def repeats(language: str) -> list[tuple[str, str]]:
    found = [line.partition(" = ") for line in REPEATS[language].strip().splitlines()]
    return [(one, other) for one, _, other in found]


def _readings(line: str) -> list[str]:
    pieces = [piece.split("|") for piece in line.replace("}", "{").split("{")]
    return ["".join(chosen) for chosen in product(*pieces)]
