"""SQL of source files: one expression that reads, tied to its part, in its own dialect - or a plain refusal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.sales.expressions import ExpressionMistake, Sql, compile_expression, compile_relation

BOTH = pytest.mark.parametrize("dialect", ["postgresql", "mysql"])


@BOTH
@pytest.mark.parametrize(
    "written",
    [
        "total; DELETE FROM pedidos",
        "DROP TABLE pedidos",
        "DELETE FROM pedidos",
        "pg_sleep(5)",
        "sleep(5)",
        "load_file('/etc/passwd')",
        "set_config('role', 'x', false)",
        "x IN (SELECT 1 FROM t FOR UPDATE)",
        "x = (WITH d AS (DELETE FROM t RETURNING 1) SELECT 1 FROM d)",
        "SELECT total",
        "total AS t",
        "*",
        "other.total",
        "a.b.c",
        "sum(total)",
        "total AND",
        "",
        ":salesperson",
        "EXPLAIN SELECT 1",
        "GRANT SELECT ON a TO b",
    ],
)
def test_what_is_no_plain_reading_expression_is_refused(dialect: str, written: str) -> None:
    with pytest.raises(ExpressionMistake):
        compile_expression(written, dialect, of="sale")


@BOTH
@pytest.mark.parametrize(
    "written",
    [
        "a; b",
        "DELETE FROM x",
        "SELECT * FROM a FOR UPDATE",
        "SELECT * INTO b FROM a",
        "a, b",
        "a WHERE x",
        "SELECT",
        "SELECT pg_sleep(1)",
        "SELECT * FROM generate_series(1, 2)",
        "",
    ],
)
def test_a_relation_is_one_table_or_one_select(dialect: str, written: str) -> None:
    with pytest.raises(ExpressionMistake):
        compile_relation(written, dialect, None)


@BOTH
def test_columns_without_a_part_belong_to_their_own(dialect: str) -> None:
    compiled = compile_expression("quantidade * product.preco", dialect, of="line", parts=["product"])
    assert compiled == Sql("line.quantidade * product.preco", frozenset({"line", "product"}))


@BOTH
def test_a_subquery_of_a_condition_keeps_its_own_columns(dialect: str) -> None:
    written = "salesperson.regional = (SELECT v.regional FROM vendedores v WHERE v.nome = :salesperson)"
    compiled = compile_expression(written, dialect, of="salesperson", kind="condition", binds=["salesperson"])
    assert compiled.needs == {"salesperson"}
    assert compiled.binds == {"salesperson"}
    assert "recado_asker_salesperson" in compiled.text


@BOTH
def test_a_metric_must_sum_or_count_and_only_sums_and_counts_add_up(dialect: str) -> None:
    with pytest.raises(ExpressionMistake, match="sums or counts"):
        compile_expression("total", dialect, of="sale", kind="aggregate")
    additive = ("sum(a)", "count(*)", "sum(a) - sum(b)", "sum(a * (1 - b / 100))")
    told = {
        written: compile_expression(written, dialect, of="sale", kind="aggregate").adds
        for written in (*additive, "avg(a)", "sum(a) / count(b)", "max(a)")
    }
    assert tuple(written for written, adds in told.items() if adds) == additive


def test_a_function_of_the_companys_own_may_be_named_as_safe() -> None:
    compiled = compile_expression("unaccent(nome)", "postgresql", of="customer", functions=["unaccent"])
    assert compiled.text == "UNACCENT(customer.nome)"


def test_tables_without_a_schema_are_looked_for_in_the_files() -> None:
    assert compile_relation("pedidos", "postgresql", "erp") == "erp.pedidos"
    assert compile_relation("dbo.pedidos", "postgresql", "erp") == "dbo.pedidos"
    query = compile_relation("WITH q AS (SELECT 1 FROM a) SELECT * FROM q JOIN b ON true", "postgresql", "erp")
    assert "erp.a" in query
    assert "erp.b" in query
    assert "erp.q" not in query


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet="abtotal_ ;'\"`()*,.-/\\%:=<>1\n", max_size=40), st.sampled_from(["postgresql", "mysql"]))
def test_any_text_at_all_is_compiled_or_refused(written: str, dialect: str) -> None:
    try:
        compiled = compile_expression(written, dialect, of="sale")
    except ExpressionMistake:
        return
    again = compile_expression(compiled.text, dialect, of="sale")
    assert again.text == compiled.text  # what came out is one expression of the same part


@BOTH
def test_a_key_may_have_several_columns_and_nothing_else_may(dialect: str) -> None:
    compiled = compile_expression("(filial, numero)", dialect, of="sale", kind="key")
    assert compiled.columns == ("sale.filial", "sale.numero")
    assert compile_expression("(numero)", dialect, of="sale", kind="key").row == ()
    with pytest.raises(ExpressionMistake, match="only be a key"):
        compile_expression("(filial, numero)", dialect, of="sale")
    with pytest.raises(ExpressionMistake):
        compile_expression("(filial, SELECT 1)", dialect, of="sale", kind="key")


def test_functions_named_like_statements_and_those_that_only_read_are_known() -> None:
    assert "REPLACE(" in compile_expression("replace(cnpj, '.', '')", "mysql", of="customer").text
    assert compile_expression("make_date(ano, mes, 1)", "postgresql", of="goal").text
    with pytest.raises(ExpressionMistake):
        compile_expression("REPLACE INTO t VALUES (1)", "mysql", of="sale")
    with pytest.raises(ExpressionMistake):
        compile_expression("replace(a, 'b', 'c')); DELETE FROM t; SELECT (1", "mysql", of="sale")
