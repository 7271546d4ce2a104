"""A source file made ready to ask: every expression compiled for one dialect, every metric and dimension by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from models.sales.compiling import Compiler
from models.sales.dialects import Dialect
from models.sales.expressions import PEOPLE, Kind, Sql, name_relation
from models.sales.metrics import Metric, compile_metrics
from models.sales.mistakes import SourceMistakes
from models.sales.moments import Moments
from models.sales.parts import Part, StatusPart, Synonyms, Table
from models.sales.reading import SourceFile
from models.sales.spec import SourceSpec
from models.sales.words import BUILT_IN_DIMENSIONS, STATUSES

_SCOPED: Final = ("salesperson", "customer", "sale")
_LINKS: Final = (  # which columns refer to which key
    *((("line", "sale"), "sale"), (("line", "product"), "product"), (("customer", "salesperson"), "salesperson")),
    *((("sale", "customer"), "customer"), (("sale", "salesperson"), "salesperson")),
    *((("deal", "customer"), "customer"), (("deal", "salesperson"), "salesperson")),
    (("goal", "salesperson"), "salesperson"),
)
_KEYS: Final = frozenset(place for link, part in _LINKS for place in (link, (part, "key")))


@dataclass(frozen=True, slots=True)
class Relation:
    """`source` is a table's name or a SELECT in parentheses, `name` what answers call it."""

    source: str
    name: str
    where: Sql | None


@dataclass(frozen=True, slots=True)
class Dimension:
    """`of` is the part whose column it is; `values` leads from what people say to the value."""

    name: str
    of: str
    sql: Sql
    is_own: bool
    can_filter: bool
    description: str
    synonyms: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    titles: tuple[tuple[str, str], ...] = ()

    @property
    def cuts_lines(self) -> bool:
        return self.of in ("line", "product")


@dataclass(frozen=True, slots=True)
class Layer:
    """What queries are built from. Immutable and safe to share."""

    spec: SourceSpec
    dialect: Dialect
    moments: Moments  # of sales
    deal_moments: Moments
    relations: Mapping[str, Relation]
    columns: Mapping[tuple[str, str], Sql]
    dimensions: Mapping[str, Dimension]
    metrics: Mapping[str, Metric]
    scope: Mapping[str, Sql]
    status: Mapping[str, tuple[str, ...]]
    company: str | None  # a query for the name; None where the file tells it
    version: str | None

    def told_relation(self, part: str) -> str:
        """The part's table as answers name it."""
        return self.relations[part].name or part

    def column(self, part: str, name: str) -> Sql:
        """Raises KeyError for one that the file leaves out."""
        return self.columns[part, name]

    def has(self, part: str, name: str) -> bool:
        return (part, name) in self.columns

    def meaning_of(self, word: str) -> str:
        """The status that one of the company's words stands for; the word itself where it stands for none."""
        return next((status for status, words in self.status.items() if word in words), word)

    def spoken_status(self, word: str) -> str:
        """What the company's people call it."""
        part = self.spec.sale.status
        return word if part is None else part.words.get(word, word)


def compile_layer(file: SourceFile, dialect: Dialect) -> Layer:
    """Raises SourceMistakes with every mistake of the file at once."""
    spec = file.spec
    compiler = Compiler(spec, dialect)
    if spec.dialect not in (None, dialect.name):
        compiler.note(("dialect",), f"the file is written for {spec.dialect}, and the database is {dialect.name}")
    parts = _parts_of(spec)
    relations = {name: _relation(compiler, place, name, part) for name, (place, part) in parts.items()}
    columns = {
        (name, field): compiled
        for name, (place, part) in parts.items()
        for field, compiled in _columns(compiler, place, name, part)
    }
    _keys_fit(compiler, columns, parts)
    dimensions = _dimensions(compiler, columns)
    metrics = compile_metrics(compiler, columns)
    scope = _scope(compiler)
    company = None if isinstance(spec.company, str) else compiler.relation(("company", "query"), spec.company.query)
    version = None if spec.version is None else compiler.relation(("version",), spec.version)
    if compiler.mistakes:
        raise SourceMistakes(compiler.mistakes, file.name, file.lines)
    moments = _moments(spec, spec.sale.stored_in)
    deal_moments = _moments(spec, spec.pipeline.deal.stored_in if spec.pipeline else "local")
    status = _status(spec.sale.status)
    return Layer(
        spec, dialect, moments, deal_moments, relations, columns, dimensions, metrics, scope, status, company, version
    )


def _moments(spec: SourceSpec, stored_in: str) -> Moments:
    return Moments(spec.timezone, None if stored_in in ("local", spec.timezone) else stored_in)


def _parts_of(spec: SourceSpec) -> dict[str, tuple[tuple[str, ...], Table]]:
    named: list[tuple[str, tuple[str, ...], Table | None]] = [
        (name, (name,), getattr(spec, name)) for name in ("sale", "line", "customer", "product", "salesperson", "goal")
    ]
    if spec.pipeline is not None:
        named += [
            ("stage", ("pipeline", "stage"), spec.pipeline.stage),
            ("deal", ("pipeline", "deal"), spec.pipeline.deal),
        ]
    return {name: (place, part) for name, place, part in named if part is not None}


def _relation(compiler: Compiler, place: tuple[str, ...], name: str, part: Table) -> Relation:
    where = None
    if part.where is not None:
        where = compiler.expression((*place, "where"), part.where, of=name, kind="condition")
    source = compiler.relation((*place, "from"), part.from_)
    return Relation(source, name_relation(source, compiler.dialect.name), where)


def _columns(compiler: Compiler, place: tuple[str, ...], name: str, part: Part) -> list[tuple[str, Sql]]:
    """A sale may lean on its customer, and a line on its sale; nothing else on anything."""
    beside = {"sale": ("customer",), "deal": ("customer",), "line": ("sale",)}.get(name, ())
    found = []
    for field, value in part:
        if isinstance(value, str) and field not in ("from_", "where", "stored_in"):
            may = beside if field not in ("customer", "sale", "key") else ()
            kind: Kind = "key" if (name, field) in _KEYS else "value"
            found.append((field, compiler.expression((*place, field), value, of=name, parts=may, kind=kind)))
    status = getattr(part, "status", None)
    if isinstance(status, StatusPart):
        found.append(("status", compiler.expression((*place, "status", "column"), status.column, of=name)))
    names = {field for field, _ in found}
    if name in ("sale", "deal") and "salesperson" not in names:
        through = compiler.spec.customer.salesperson
        if through is None:
            compiler.note((*place, "salesperson"), "is missing, and customers have none either")
        else:
            found.append(
                ("salesperson", compiler.expression(("customer", "salesperson"), through, of="customer", kind="key"))
            )
    return found


def _keys_fit(
    compiler: Compiler, columns: Mapping[tuple[str, str], Sql], parts: Mapping[str, tuple[tuple[str, ...], Table]]
) -> None:
    for (part, field), to in _LINKS:
        here, there = columns.get((part, field)), columns.get((to, "key"))
        if here is not None and there is not None and len(here.columns) != len(there.columns):
            told = (
                f"has {len(here.columns)} columns where {to}.key has {len(there.columns)}: write (one, other) in both"
            )
            compiler.note((*parts[part][0], field), told)


def _dimensions(compiler: Compiler, columns: Mapping[tuple[str, str], Sql]) -> dict[str, Dimension]:
    owners = {"customer": ("customer", "name"), "product": ("product", "name"), "category": ("product", "category")}
    owners |= {"salesperson": ("salesperson", "name"), "state": ("customer", "state")}
    found: dict[str, Dimension] = {}
    written = compiler.spec.dimensions
    for name in BUILT_IN_DIMENSIONS:
        if owners[name] in columns:
            said = written[name].synonyms if name in written else Synonyms()
            sql = columns[owners[name]]
            of, can_filter = owners[name][0], name != "state"
            found[name] = Dimension(name, of, sql, False, can_filter, "", said.words, {}, said.titles)
        elif name in written:
            compiler.note(("dimensions", name), f"has synonyms, but there is no {'.'.join(owners[name])}")
    for name, part in written.items():
        if part.of is None or part.expression is None:
            continue
        sql = compiler.expression(("dimensions", name, "expression"), part.expression, of=part.of)
        values = {value: synonyms.words for value, synonyms in part.values.items()}
        words, titles = part.synonyms.words, part.synonyms.titles
        found[name] = Dimension(name, part.of, sql, True, part.filter, part.description, words, values, titles)
    return found


def _scope(compiler: Compiler) -> dict[str, Sql]:
    found = {}
    for role, of in (("rep", "salesperson"), ("customer", "customer"), ("manager", "salesperson")):
        written = getattr(compiler.spec.scope, role)
        if written is not None:
            place = ("scope", role)
            sql = compiler.expression(place, written, of=of, parts=_SCOPED, kind="condition", binds=PEOPLE)
            if role != "manager" and not sql.binds:
                compiler.note(place, "names neither :salesperson nor :customer, so everybody would see the same rows")
            found[role] = sql
    return found


def _status(part: StatusPart | None) -> dict[str, tuple[str, ...]]:
    if part is None:
        return {}
    return {status: tuple(str(word) for word in getattr(part, status)) for status in STATUSES}
