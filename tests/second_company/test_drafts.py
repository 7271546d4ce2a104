"""What `source draft` makes of tables that are called otherwise: prefixes, camel case, cents, keys of two columns."""

from collections.abc import Callable

import psycopg
import pytest

from models.sales.drafting import draft_source
from models.sales.reading import read_source

SUBSCRIPTIONS = """
CREATE SCHEMA billing; SET search_path = billing;
CREATE TABLE team_members (id uuid PRIMARY KEY, first_name text, last_name text);
CREATE TABLE accounts (id uuid PRIMARY KEY, name text, owner_id uuid REFERENCES team_members, "deletedAt" timestamptz);
CREATE TABLE plans (id uuid PRIMARY KEY, name text, tier text);
CREATE TABLE invoices (id uuid PRIMARY KEY, account_id uuid REFERENCES accounts, issued_at timestamptz,
  tax_cents integer, total_cents integer, status text);
CREATE TABLE invoice_items (id uuid PRIMARY KEY, invoice_id uuid REFERENCES invoices, plan_id uuid REFERENCES plans,
  quantity integer, unit_amount_cents integer, amount_cents integer);
CREATE TABLE invoices_backup (id uuid PRIMARY KEY);
INSERT INTO invoices (id, status) VALUES (gen_random_uuid(), 'paid'), (gen_random_uuid(), 'void');
"""
LEGACY = """
CREATE TABLE tb_vend (cod_vend char(6) PRIMARY KEY, nome_vend char(40));
CREATE TABLE tb_cli (cod_cli char(8) PRIMARY KEY, fantasia varchar(40), cod_vend char(6));
CREATE TABLE tb_nf_cab (filial char(2), num_nf integer, cod_cli char(8), cod_vend char(6), dt_emis integer,
  vl_total numeric(14, 2), PRIMARY KEY (filial, num_nf));
CREATE TABLE tb_prod (cod_prod char(10) PRIMARY KEY, descricao varchar(60));
CREATE TABLE tb_nf_ite (filial char(2), num_nf integer, seq integer, cod_prod char(10), qtde numeric(12, 3),
  vl_unit numeric(12, 4), vl_item numeric(14, 2), PRIMARY KEY (filial, num_nf, seq));
CREATE TABLE tb_meta (cod_vend char(6), ano_mes integer, vl_meta numeric(14, 2), PRIMARY KEY (cod_vend, ano_mes));
"""
ALL_CODES = """
CREATE TABLE vendedores (codigo integer PRIMARY KEY, nome text);
CREATE TABLE clientes (codigo integer PRIMARY KEY, nome text, cod_vendedor integer);
CREATE TABLE produtos (codigo integer PRIMARY KEY, descricao text);
CREATE TABLE pedidos (codigo integer PRIMARY KEY, cod_cliente integer, cod_vendedor integer, data date,
  total numeric(14, 2));
CREATE TABLE itens (codigo integer PRIMARY KEY, cod_pedido integer, cod_produto integer, qtde integer,
  valor numeric(14, 2));
"""
NOTHING = "CREATE TABLE readings (id integer PRIMARY KEY, celsius numeric); CREATE TABLE sensors (id integer);"


@pytest.fixture
def draft_of(clone_database: Callable[[], str]) -> Callable[[str], str]:
    def draft(tables: str) -> str:
        url = clone_database()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            connection.execute(tables.encode())
        return draft_source(url)

    return draft


def test_subscriptions_in_a_schema_of_their_own_need_few_words(draft_of: Callable[[str], str]) -> None:
    draft = draft_of(SUBSCRIPTIONS)
    spec = read_source(draft).spec
    assert spec.schema_ == "billing"
    assert (spec.salesperson.from_, spec.salesperson.name) == ("team_members", "concat(first_name, ' ', last_name)")
    assert (spec.customer.salesperson, spec.customer.where) == ("owner_id", '"deletedAt" IS NULL')
    assert (spec.sale.from_, spec.sale.amount, spec.sale.stored_in) == ("invoices", "total_cents / 100.0", "UTC")
    assert spec.sale.salesperson is None
    assert spec.line is not None
    assert (spec.line.product, spec.line.amount) == ("plan_id", "amount_cents / 100.0")
    assert spec.sale.status is not None
    assert (spec.sale.status.invoiced, spec.sale.status.cancelled) == (("paid",), ("void",))
    assert "# Tables that nothing above reads: invoices_backup" in draft


def test_tables_with_prefixes_short_names_and_days_of_digits_are_read(draft_of: Callable[[str], str]) -> None:
    spec = read_source(draft_of(LEGACY)).spec
    assert (spec.sale.from_, spec.sale.key, spec.sale.customer) == ("tb_nf_cab", "(filial, num_nf)", "cod_cli")
    assert (spec.sale.time, spec.sale.stored_in) == ("dt_emis", "YYYYMMDD")
    assert spec.salesperson.name == "trim(nome_vend)"
    assert spec.line is not None
    assert (spec.line.sale, spec.line.product, spec.line.amount) == ("(filial, num_nf)", "cod_prod", "vl_item")
    assert spec.goal is not None
    assert spec.goal.month == "to_date(concat(ano_mes, '01'), 'YYYYMMDD')"


def test_no_table_is_linked_by_its_own_key_where_every_key_is_called_alike(draft_of: Callable[[str], str]) -> None:
    spec = read_source(draft_of(ALL_CODES)).spec
    assert spec.customer.salesperson == "cod_vendedor"
    assert (spec.sale.key, spec.sale.customer, spec.sale.salesperson) == ("codigo", "cod_cliente", "cod_vendedor")
    assert spec.line is not None
    assert (spec.line.sale, spec.line.product) == ("cod_pedido", "cod_produto")


def test_a_link_that_nothing_tells_is_left_for_a_person_rather_than_made_of_the_tables_own_key(
    draft_of: Callable[[str], str],
) -> None:
    spec = read_source(draft_of(ALL_CODES.replace("cod_produto", "mercadologico"))).spec
    assert spec.line is not None
    assert (spec.line.sale, spec.line.product) == ("cod_pedido", "TODO")


@pytest.mark.parametrize(
    ("key", "columns"), [("id_cliente", "nome_cliente text, id_cliente integer"), ("matricula", "matricula integer")]
)
def test_a_column_called_like_the_others_key_links_to_it(
    draft_of: Callable[[str], str], key: str, columns: str
) -> None:
    tables = ALL_CODES.replace("clientes (codigo", f"clientes ({key}").replace("cod_cliente integer", columns)
    assert read_source(draft_of(tables)).spec.sale.customer == key


def test_tables_whose_keys_of_two_columns_are_called_alike_are_not_linked_by_their_own(
    draft_of: Callable[[str], str],
) -> None:
    keyed = "filial integer, codigo integer, PRIMARY KEY (filial, codigo)"
    spec = read_source(draft_of(ALL_CODES.replace("codigo integer PRIMARY KEY", keyed))).spec
    assert (spec.sale.customer, spec.sale.key) == ("cod_cliente", "(filial, codigo)")


def test_a_database_in_which_nothing_is_known_lists_its_tables(draft_of: Callable[[str], str]) -> None:
    assert "# Tables that nothing above reads: readings, sensors" in draft_of(NOTHING)
