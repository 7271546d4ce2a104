"""What a database's tables and columns probably are, by their names in Portuguese, English and Spanish."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

PARTS: Final[Mapping[str, str]] = {
    "line": "item itens items linha linhas line lines detalhe detalhes detail details detalle detalles renglon ite itm",
    "sale": "pedido pedidos order orders sale sales venda vendas venta ventas orden ordenes invoice invoices nota notas"
    " nf contrato contratos contract contracts factura facturas fatura faturas ped",
    "customer": "cliente clientes customer customers client clients comprador compradores account accounts cli",
    "product": "produto produtos product products producto productos artigo artigos articulo articulos mercadoria sku"
    " prod plan plans plano planos servicio servicios service services servico servicos",
    "salesperson": "vendedor vendedores salesperson salespeople seller sellers representante representantes rep reps"
    " vendedora consultor consultores comercial comerciales asesor asesores vend employee employees member members"
    " owner",
    "goal": "meta metas cota cotas goal goals target targets quota quotas cuota cuotas objetivo objetivos",
    "stage": "etapa etapas stage stages fase fases",
    "deal": "negocio negocios oportunidade oportunidades oportunidad deal deals opportunity opportunities",
}
COLUMNS: Final[Mapping[str, str]] = {
    "name": "name nome nombre fantasia razao razon fullname completo descricao description descripcion titulo title",
    "title": "titulo title nome name descricao assunto",
    "time": "emissao emitido emis issued issue firma signed data date fecha ordered sold placed created criado hora"
    " datetime dt",
    "amount": "total valor amount value importe montante liquido vlr meta vl",
    "value": "valor value amount total importe",
    "status": "status situacao situacion estado state fase sit",
    "number": "numero number nro num",
    "delivery": "entrega entregue delivery delivered shipped envio",
    "quantity": "quantidade qtde qtd quantity qty cantidad",
    "price": "preco price precio unitario unit",
    "city": "cidade municipio city ciudad poblacion localidad",
    "state": "uf estado state provincia",
    "segment": "segmento ramo segment atividade setor sector industry industria",
    "category": "categoria category linha grupo grp familia family department tier tipo",
    "deleted": "excluido deleted apagado removido eliminado borrado",
    "month": "mes month competencia periodo",
    "year": "ano anio year",
    "first": "first nome nombre",
    "last": "last sobrenome apellidos apellido surname",
    "moved": "movido movida movimentado movimentacao moved atualizado atualizada atualizacao alterado updated",
    "position": "ordem posicao position orden sequencia",
    "closed": "encerrada encerrado fechada closed cerrada final",
}
# Copies and diaries of other tables.
_ASIDE: Final = frozenset(
    "bkp bak backup old tmp temp log logs hist historico history archive copy copia carga audit".split()  # noqa: SIM905
)
# What stands beside an amount and is none: "vl_unit", "tax_total".
_NO_AMOUNTS: Final = frozenset(
    "unit unitario desc desconto descuento discount tax imposto impuesto iva frete freight flete custo cost".split()  # noqa: SIM905
)
STATUSES: Final[Mapping[str, Sequence[str]]] = {
    "cancelled": ("cancel", "anul", "rescind", "x", "void"),
    "invoiced": (
        "fatur",
        "factur",
        "invoic",
        "entreg",
        "deliver",
        "ship",
        "pago",
        "paid",
        "f",
        "e",
        "conclu",
        "complet",
        "finaliz",
    ),
}


def words_of(name: str) -> list[str]:
    """A name of a table or column as plain small words: "tbPedidoItem" is tb, pedido and item."""
    parted = "".join(f" {c}" if c.isupper() and n and name[n - 1].islower() else c for n, c in enumerate(name))
    plain = "".join(c for c in unicodedata.normalize("NFKD", parted) if not unicodedata.combining(c)).casefold()
    return "".join(c if c.isalnum() else " " for c in plain).split()


def guess_table(part: str, tables: Iterable[str]) -> str | None:
    """The likeliest table; a line of orders holds words of both, so lines are looked for before sales."""
    wanted, lines = PARTS[part].split(), set(PARTS["line"].split())
    fitting = []
    for table in tables:
        words = words_of(table)
        hits = [n for n, word in enumerate(words) if word in wanted]
        if hits and (part == "line" or not lines & set(words)) and not _ASIDE & set(words):
            fitting.append((len(words), hits[0], wanted.index(words[hits[0]]), table))
    return min(fitting)[3] if fitting else None


def guess_column(meaning: str, columns: Iterable[str]) -> str | None:
    """The column with the earliest of the meaning's words; None where no name tells."""
    wanted = COLUMNS[meaning].split()
    fitting = []
    for number, column in enumerate(columns):
        words = words_of(column)
        hits = [wanted.index(word) for word in words if word in wanted]
        is_beside = meaning in ("amount", "value") and bool(_NO_AMOUNTS & set(words))
        if hits and "id" not in words[:1] and not is_beside:
            fitting.append((min(hits), len(words), number, column))
    return min(fitting)[3] if fitting else None


def guess_link(part: str, columns: Iterable[str]) -> str | None:
    """The column that names another part, where no foreign key tells: id_cliente, customer_id, cod_vendedor."""
    wanted = set(PARTS[part].split())
    return next((column for column in columns if wanted & set(words_of(column))), None)


def guess_status(word: str) -> str:
    """Open, unless the word begins like a cancelled or an invoiced one; single letters must be the whole word."""
    plain = " ".join(words_of(word))
    for status, beginnings in STATUSES.items():
        if any(plain == beginning or (len(beginning) > 1 and plain.startswith(beginning)) for beginning in beginnings):
            return status
    return "open"
