"""What a database's tables and columns probably are, by their names in Portuguese, English and Spanish."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

PARTS: Final[Mapping[str, str]] = {
    "line": "item itens items linha linhas line lines detalhe detalhes detail details detalle detalles renglon",
    "sale": "pedido pedidos order orders sale sales venda vendas venta ventas orden ordenes invoice invoices nota",
    "customer": "cliente clientes customer customers client clients comprador compradores account accounts",
    "product": "produto produtos product products producto productos artigo artigos articulo articulos mercadoria sku",
    "salesperson": "vendedor vendedores salesperson salespeople seller sellers representante representantes rep reps"
    " vendedora consultor consultores employee employees",
    "goal": "meta metas cota cotas goal goals target targets quota quotas cuota cuotas objetivo objetivos",
    "stage": "etapa etapas stage stages fase fases",
    "deal": "negocio negocios oportunidade oportunidades oportunidad oportunidades deal deals opportunity",
}
COLUMNS: Final[Mapping[str, str]] = {
    "name": "name nome nombre fantasia razao fullname completo descricao description descripcion titulo title",
    "title": "titulo title nome name descricao assunto",
    "time": "emissao emitido data date fecha ordered sold placed created criado hora datetime",
    "amount": "total valor amount value importe montante liquido vlr meta",
    "value": "valor value amount total importe",
    "status": "status situacao situacion estado state fase",
    "quantity": "quantidade qtde qtd quantity qty cantidad",
    "price": "preco price precio unitario unit",
    "city": "cidade municipio city ciudad",
    "state": "uf estado state provincia",
    "segment": "segmento ramo segment atividade setor sector",
    "category": "categoria category linha grupo familia family department tipo",
    "deleted": "excluido deleted apagado removido eliminado borrado",
    "month": "mes month competencia periodo",
    "position": "ordem posicao position orden sequencia",
    "closed": "encerrada encerrado fechada closed cerrada final",
}
STATUSES: Final[Mapping[str, Sequence[str]]] = {
    "cancelled": ("cancel", "anul", "x", "void"),
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
    ),
}


def words_of(name: str) -> list[str]:
    """A name of a table or column as plain small words: "tbPedidoItem" is tb, pedido and item."""
    parted = "".join(f" {c}" if c.isupper() and n and name[n - 1].islower() else c for n, c in enumerate(name))
    plain = "".join(c for c in unicodedata.normalize("NFKD", parted) if not unicodedata.combining(c)).casefold()
    return "".join(c if c.isalnum() else " " for c in plain).split()


def guess_table(part: str, tables: Iterable[str]) -> str | None:
    """The likeliest table; a line of orders holds words of both, so lines are looked for before sales."""
    wanted, lines = set(PARTS[part].split()), set(PARTS["line"].split())
    fitting = []
    for table in tables:
        words = words_of(table)
        hits = [n for n, word in enumerate(words) if word in wanted]
        if hits and (part == "line" or not lines & set(words)):
            fitting.append((len(words), hits[0], table))
    return min(fitting)[2] if fitting else None


def guess_column(meaning: str, columns: Iterable[str]) -> str | None:
    """The column with the earliest of the meaning's words; None where no name tells."""
    wanted = COLUMNS[meaning].split()
    fitting = []
    for number, column in enumerate(columns):
        words = words_of(column)
        hits = [wanted.index(word) for word in words if word in wanted]
        if hits and "id" not in words[:1]:
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
