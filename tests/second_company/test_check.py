"""`source check` against a live database names the broken line; `source draft` proposes a file that is nearly right."""

from pathlib import Path

import pytest

from models.sales.checking import SourceCheck, sample_answers
from models.sales.drafting import draft_source
from models.sales.mistakes import SourceMistakes
from models.sales.reading import read_source
from models.sales.source import SalesSource
from tests.second_company.conftest import FILE
from tests.second_company.expected import revenue
from tests.second_company.world import TODAY, World

GOOD = FILE.read_text(encoding="utf-8")


def findings_of(url: str, text: str) -> list[str]:
    file = read_source(text, "ferragens.yaml")
    source = SalesSource(url, file, pool_size=2)
    try:
        return [f"{f.verdict}: {f.mistake.told(file.name, file.lines or {})}" for f in SourceCheck(source, TODAY).run()]
    finally:
        source.close()


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_a_good_file_gives_nothing_but_the_doubts_that_the_data_deserves(second_url: str) -> None:
    told = findings_of(second_url, GOOD)
    assert [line for line in told if line.startswith("broken")] == []
    quotes = [line for line in told if "'O' means nothing" in line]
    assert len(quotes) == 1, told


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("from: vendedores", "from: vendedoras", "salesperson.from"),
        ("name: fantasia", "name: fantasma", "customer.name"),
        ("expression: canal", "expression: canais", "dimensions.canal"),
        ("product.custo, 2)", "product.custe, 2)", "metrics.lucro"),
        ("column: situacao", "column: situation", "sale.status.column"),
        ("closed: encerrada = 1", "closed: fechada = 1", "pipeline.stage.closed"),
        ("max(alterado_em)", "max(alterado)", "version"),
        ("moved: movida_em", "moved: movido_em", "pipeline.deal.moved"),
    ],
)
def test_each_broken_line_is_named_with_the_databases_own_word(
    second_url: str, before: str, after: str, place: str
) -> None:
    assert GOOD.count(before) == 1
    broken = GOOD.replace(before, after)
    told = [line for line in findings_of(second_url, broken) if line.startswith("broken")]
    assert any(f" {place}: " in line for line in told), told
    named = next(line for line in told if f" {place}: " in line)
    number = int(named.split("ferragens.yaml:")[1].partition(":")[0])
    assert abs(number - line_of(broken, after)) <= 2  # a dimension and a metric are named by their first line
    assert after.split()[-1].strip("()=1,2 ").split(".")[-1][:6] in named or "does" in named or "Unknown" in named


def test_a_key_that_repeats_and_a_name_that_repeats_are_found(second_url: str) -> None:
    told = findings_of(second_url, GOOD.replace("  key: cod\n", "  key: regional\n"))
    assert any(line.startswith("broken") and "salesperson.key: is not one for each row" in line for line in told)
    told = findings_of(second_url, GOOD.replace("name: fantasia", "name: ramo"))
    assert any(line.startswith("doubtful") and "customer.name: is not one for each row" in line for line in told)


def test_a_number_that_repeats_is_doubtful_and_a_move_that_is_no_day_is_broken(second_url: str) -> None:
    told = findings_of(second_url, GOOD.replace("  key: numero\n", "  key: numero\n  number: canal\n"))
    assert any(line.startswith("doubtful") and "sale.number: is not one for each row" in line for line in told)
    told = findings_of(
        second_url, GOOD.replace("moved: movida_em\n    stored_in: UTC", "moved: id * 100000 + 20260101")
    )
    assert any(line.startswith("broken") and "pipeline.deal.moved: " in line for line in told), told


@pytest.mark.parametrize(
    ("version", "doubts"),
    [
        ("SELECT max(emitido_em) FROM pedidos", ["sees no row that is deleted", "stays as it was"]),
        ("SELECT max(alterado_em) FROM pedidos", ["sees no row that is deleted"]),
        ("SELECT CONCAT_WS('/', count(*), max(p.emitido_em)) FROM pedidos p", ["stays as it was"]),
        ("SELECT CONCAT_WS('/', count(*), max(alterado_em)) FROM pedidos", []),
    ],
)
def test_a_version_that_misses_changes_is_doubtful(postgres_url: str, version: str, doubts: list[str]) -> None:
    told = [line for line in findings_of(postgres_url, with_version(version)) if " version: " in line]
    assert len(told) == len(doubts)
    assert all(line.startswith("doubtful") and doubt in line for line, doubt in zip(told, doubts, strict=True))


def with_version(query: str) -> str:
    before, _, rest = GOOD.partition("version: >-")
    return f"{before}version: {query}\n\n{rest[rest.index('salesperson:') :]}"


def test_floating_point_amounts_are_broken(postgres_url: str) -> None:
    amount = "amount: total"
    told = findings_of(postgres_url, GOOD.replace(amount, "amount: CAST(total AS double precision)"))
    assert any("sale.amount: is floating point" in line for line in told), told


def test_a_role_that_may_write_is_told_of_and_one_that_only_reads_is_not(postgres_url: str, mariadb_url: str) -> None:
    assert any("may write" in line for line in findings_of(postgres_url, GOOD))
    assert not any("may write" in line for line in findings_of(mariadb_url, GOOD))


def test_a_database_that_does_not_answer_is_one_finding() -> None:
    told = findings_of("postgresql://nobody@127.0.0.1:9/none", GOOD)
    assert len(told) == 1
    assert told[0].startswith("broken")


def test_sample_answers_are_the_figures_of_the_rows(second: SalesSource, world: World) -> None:
    samples = {(figure, of): value for figure, of, value in sample_answers(second, TODAY)}
    february = revenue(world.sold("2026-02-01", "2026-02-28"))
    assert samples["revenue (BRL)", "2026-02-01 to 2026-02-28"] == str(february)
    assert ("orders by canal", "LOJA") in samples


def test_a_draft_finds_the_tables_and_says_what_it_guesses(second_url: str, tmp_path: Path) -> None:
    draft = draft_source(second_url, "ferragens" if second_url.startswith("postgresql") else None)
    spec = read_source(draft).spec
    assert (spec.salesperson.from_, spec.customer.from_, spec.sale.from_) == ("vendedores", "clientes", "pedidos")
    assert spec.product is not None
    assert spec.line is not None
    assert (spec.line.from_, spec.line.quantity) == ("itens", "qtde")
    assert (spec.customer.key, spec.customer.name, spec.customer.state) == ("id_cliente", "fantasia", "uf")
    assert (spec.sale.customer, spec.sale.salesperson) == ("id_cliente", "cod_vendedor")
    assert spec.sale.status is not None
    assert (spec.sale.status.cancelled, spec.sale.status.invoiced) == (("X",), ("E", "F"))
    assert spec.pipeline is not None
    assert spec.goal is not None
    assert "TODO" in draft
    source = SalesSource(second_url, read_source(draft))  # it compiles; the database is asked by `check`
    source.close()


def test_a_file_for_another_database_is_refused() -> None:
    with pytest.raises(SourceMistakes, match="written for mysql"):
        SalesSource("postgresql://a@b/c", read_source("dialect: mysql\n" + GOOD))
