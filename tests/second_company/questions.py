"""Sixty questions to Ferragens Ipê on 4 March 2026 (of the kinds in tests/agent/offline/questions.jsonl), as Helena
Duarte, a manager who also sells, asks them - and what must be found: figures are worked out in `expected` alone."""

from dataclasses import dataclass, field

FEBRUARY, JANUARY, MARCH = "2026-02-01/2026-02-28", "2026-01-01/2026-01-31", "2026-03-01/2026-03-31"
YEAR, LAST_YEAR, QUARTER = "2026-01-01/2026-12-31", "2025-01-01/2025-12-31", "2026-01-01/2026-03-31"
YESTERDAY, LAST_WEEK = "2026-03-03/2026-03-03", "2026-02-23/2026-03-01"
ALWAYS = "2025-01-01/2026-12-31"


@dataclass(frozen=True)
class Question:
    """`by` asks for groups; `periods` holds two where periods are compared; `top` is the length of a ranking."""

    text: str
    metric: str = "revenue"
    periods: tuple[str, ...] = (FEBRUARY,)
    by: str = ""
    top: int = 0
    status: str = "DAFE"
    held: dict[str, str] = field(default_factory=dict)


def q(
    text: str, metric: str = "revenue", *periods: str, by: str = "", top: int = 0, status: str = "DAFE", **held: str
) -> Question:
    return Question(text, metric, periods or (FEBRUARY,), by, top, status, held)


HELENA, IGOR, PAULO = "Helena Duarte", "Igor Matos", "Paulo Siqueira"
QUESTIONS = [
    # Totals, in words of three languages
    q("Quais foram as vendas do mês passado?"),
    q("qto vendi ontem", "revenue", YESTERDAY, salesperson=HELENA),
    q("fat mes passado"),
    q("quanto a gente faturou semana passada?", "revenue", LAST_WEEK),
    q("ticket médio do ano passado", "average_ticket", LAST_YEAR),
    q("quantos pedidos tivemos em janeiro?", "orders", JANUARY),
    q("How much did we sell last month?"),
    q("how many orders did we get last month?", "orders"),
    q("average ticket in January", "average_ticket", JANUARY),
    q("¿cuánto vendimos el mes pasado?"),
    q("¿cuál es el ticket promedio de este mes?", "average_ticket", MARCH),
    q("vendas do ano", "revenue", YEAR),
    q("faturamento do trimestre", "revenue", QUARTER),
    q("vendas de 10 a 20 de fevereiro", "revenue", "2026-02-10/2026-02-20"),
    q("vendas da primeira quinzena de fevereiro", "revenue", "2026-02-01/2026-02-15"),
    q("vendas em dezembro", "revenue", "2025-12-01/2025-12-31"),
    # Of somebody, of something
    q("vendas do Igor em fevereiro", salesperson=IGOR),
    q("minhas vendas do mês passado", salesperson=HELENA),
    q("quanto a Construtora Alvorada comprou no ano passado?", "revenue", LAST_YEAR, customer="Construtora Alvorada"),
    q("compras do Hotel Igarapé em fevereiro", customer="Hotel Igarapé"),
    q("quantas unidades de cimento vendemos em janeiro?", "units", JANUARY, product="Cimento CP II 50kg"),
    q("faturamento da Furadeira Impacto em fevereiro", product="Furadeira Impacto 650W"),
    q("vendas de tintas mês passado", category="Tintas"),
    q("how much paint did Paulo sell in January? vendas do Paulo em janeiro", "revenue", JANUARY, salesperson=PAULO),
    q("my sales last month", salesperson=HELENA),
    q("ticket médio do Paulo em janeiro", "average_ticket", JANUARY, salesperson=PAULO),
    # By status
    q("quantos pedidos cancelados em fevereiro?", "orders", status="X"),
    q("quanto já foi faturado este mês?", "revenue", MARCH, status="FE"),
    q("valor dos pedidos em aberto este mês", "revenue", MARCH, status="DA"),
    q("how many cancelled orders in January?", "orders", JANUARY, status="X"),
    # Laid out
    q("vendas por vendedor mês passado", by="salesperson"),
    q("vendas por estado mes passado", by="state"),
    q("vendas por categoria em janeiro", "revenue", JANUARY, by="category"),
    q("faturamento por mês no ano passado", "revenue", LAST_YEAR, by="month"),
    q("vendas por dia na semana passada", "revenue", LAST_WEEK, by="day"),
    q("sales by product last month", by="product"),
    q("ventas por cliente el mes pasado", by="customer"),
    q("pedidos por vendedor em janeiro", "orders", JANUARY, by="salesperson"),
    # Ranked
    q("top 5 clientes do trimestre", "revenue", QUARTER, by="customer", top=5),
    q("quem mais vendeu em fevereiro?", by="salesperson", top=1),
    q("top 3 produtos do ano passado", "revenue", LAST_YEAR, by="product", top=3),
    q("top 3 categories last month", by="category", top=3),
    q("ranking de vendedores mês passado", by="salesperson", top=6),
    # Held against each other
    q("vendas de fevereiro contra janeiro", "revenue", FEBRUARY, JANUARY),
    q("cresceu de janeiro pra fevereiro?", "revenue", FEBRUARY, JANUARY),
    q("pedidos do Igor em fevereiro contra janeiro", "orders", FEBRUARY, JANUARY, salesperson=IGOR),
    # The company's own figures and dimensions
    q("vendas por canal mês passado", by="canal"),
    q("vendas online em fevereiro", canal="SITE"),
    q("sales by brand last month", by="marca"),
    q("vendas da marca Vonderlux em janeiro", "revenue", JANUARY, marca="Vonderlux"),
    q("vendas por região em fevereiro", by="regional"),
    q("qual foi a margem do mês passado?", "margem"),
    q("lucro bruto de janeiro", "lucro", JANUARY),
    q("descontos por vendedor em fevereiro", "desconto", by="salesperson"),
    q("margem por marca no ano passado", "margem", LAST_YEAR, by="marca"),
    q("top 2 marcas do ano passado", "revenue", LAST_YEAR, by="marca", top=2),
    q("¿cuál fue la ganancia del mes pasado?", "lucro"),
    q("clientes ativos em fevereiro", "clientes_ativos"),
    q("vendas por telefone em janeiro", "revenue", JANUARY, canal="TEL"),
    q("profit by channel last month", "lucro", by="canal"),
]
