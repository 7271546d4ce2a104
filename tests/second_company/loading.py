"""Ferragens Ipê's own tables, made and filled in either database as their programmers might have done it."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.second_company.world import BRANDS, CUSTOMERS, PRODUCTS, SELLERS, STAGES, World

TABLES = (
    "CREATE TABLE vendedores (cod integer PRIMARY KEY, nome_completo varchar(80), regional varchar(40))",
    "CREATE TABLE clientes (id_cliente integer PRIMARY KEY, fantasia varchar(80), municipio varchar(60), uf char(2),"
    " ramo varchar(40), cod_vendedor integer, excluido_em {moment} NULL)",
    "CREATE TABLE marcas (id integer PRIMARY KEY, nome varchar(40))",
    "CREATE TABLE produtos (sku varchar(20) PRIMARY KEY, descricao varchar(80), linha varchar(40), id_marca integer,"
    " custo decimal(12, 4))",
    "CREATE TABLE pedidos (numero integer PRIMARY KEY, emitido_em {moment} NOT NULL, id_cliente integer,"
    " cod_vendedor integer NULL, situacao char(1), canal varchar(10), excluido_em {moment} NULL,"
    " alterado_em {moment} NOT NULL)",
    "CREATE TABLE itens (numero_pedido integer, seq integer, sku varchar(20), qtde decimal(12, 3),"
    " preco decimal(12, 4), desconto_pct decimal(5, 2), excluido smallint, PRIMARY KEY (numero_pedido, seq))",
    "CREATE TABLE cotas (cod_vendedor integer, ano integer, mes integer, valor decimal(12, 2))",
    "CREATE TABLE etapas (id integer PRIMARY KEY, nome varchar(40), ordem integer, encerrada smallint)",
    "CREATE TABLE oportunidades (id integer PRIMARY KEY, titulo varchar(80), id_etapa integer, id_cliente integer,"
    " cod_vendedor integer, valor decimal(12, 2), excluido_em {moment} NULL, movida_em {moment} NULL)",
)


def load(run: Callable[[str, Sequence[Any]], object], moment: str, world: World) -> None:
    """`run` executes one statement, with %s for values; `moment` is the database's type for a time without a zone."""
    for table in TABLES:
        run(table.format(moment=moment), ())
    gone = "2026-01-15 12:00:00"
    for name, rows in (
        ("vendedores", SELLERS),
        ("clientes", [(*row[:6], gone if row[6] else None) for row in CUSTOMERS]),
        ("marcas", BRANDS),
        ("produtos", PRODUCTS),
        ("etapas", STAGES),
        ("cotas", world.goals),
        ("pedidos", [_order(order, gone) for order in world.orders]),
        ("itens", [row for order in world.orders for row in _lines(order)]),
        (
            "oportunidades",
            [
                (n, t, s, c, CUSTOMERS[c - 1][5], v, gone if d else None, _moved(world, n))
                for n, t, s, c, v, d in world.deals
            ],
        ),
    ):
        for start in range(0, len(rows), 200):
            some = [tuple(row) for row in rows[start : start + 200]]
            places = ", ".join("(" + ", ".join(["%s"] * len(some[0])) + ")" for _ in some)
            run(f"INSERT INTO {name} VALUES {places}", [value for row in some for value in row])


def _moved(world: World, deal: int) -> str | None:
    moved = world.moved[deal]
    return None if moved is None else moved.replace(tzinfo=None).isoformat(sep=" ")


def _order(order: Any, gone: str) -> tuple[Any, ...]:
    at = order.at.replace(tzinfo=None).isoformat(sep=" ")
    deleted = gone if order.is_deleted else None
    return order.number, at, order.customer, order.seller, order.status, order.channel, deleted, deleted or at


def _lines(order: Any) -> list[tuple[Any, ...]]:
    return [
        (order.number, n, line.sku, line.quantity, line.price, line.discount, int(line.is_deleted))
        for n, line in enumerate(order.lines, 1)
    ]
