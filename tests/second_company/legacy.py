"""Ferragens Ipê's file over tables as old programs keep them: days as eight digits, keys of several columns, blanks."""

from tests.second_company.conftest import FILE

GOOD = FILE.read_text(encoding="utf-8")
PLAIN = GOOD.replace("  time: emitido_em\n  stored_in: UTC\n", "  time: CAST(emitido_em AS date)\n").replace(
    "SELECT p.numero,", "SELECT p.numero, p.numero % 2 AS filial, p.numero AS nota,"
)
KEYED = PLAIN.replace("  key: numero\n", "  key: (filial, nota)\n").replace(
    "  sale: numero_pedido\n", "  sale: (numero_pedido % 2, numero_pedido)\n"
)
DIGITS = {
    "postgresql": ("CAST(to_char(p.emitido_em, 'YYYYMMDD') AS integer)", "to_char(p.emitido_em, 'YYYYMMDD')"),
    "mysql": ("CAST(DATE_FORMAT(p.emitido_em, '%Y%m%d') AS signed)", "DATE_FORMAT(p.emitido_em, '%Y%m%d')"),
}


def legacy(url: str, digits: int, stored_in: str = "YYYYMMDD") -> str:
    made = DIGITS["mysql" if url.startswith("mysql") else "postgresql"][digits]
    text = KEYED.replace("SELECT p.numero,", f"SELECT {made} AS dt_emissao, p.numero,")
    return text.replace("time: CAST(emitido_em AS date)\n", f"time: dt_emissao\n  stored_in: {stored_in}\n")


def blotted(url: str, digits: int, blank: str) -> str:
    """A file of which every fifth order's day, and every fifth deal's, is `blank`; SQL that fits the column."""
    made = DIGITS["mysql" if url.startswith("mysql") else "postgresql"][digits]
    moved = made.replace("p.emitido_em", "movida_em")
    issued = f"CASE WHEN p.numero % 5 = 0 THEN {blank} ELSE {made} END"
    text = legacy(url, digits).replace(f"SELECT {made} AS", f"SELECT {issued} AS")
    day = f"CASE WHEN id % 5 = 0 THEN {blank} ELSE {moved} END"
    return text.replace("moved: movida_em\n    stored_in: UTC", f"moved: {day}\n    stored_in: YYYYMMDD")
