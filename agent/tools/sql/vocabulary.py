"""What may stand in SQL that an LLM wrote: a list of everything allowed, so that what nobody thought of is refused."""

from collections.abc import Mapping
from typing import Final

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.parsers.postgres import PostgresParser

CLAUSES: Final = frozenset(
    {
        *(exp.Select, exp.Union, exp.Intersect, exp.Except, exp.Subquery, exp.With, exp.CTE),
        *(exp.From, exp.Join, exp.Table, exp.TableAlias, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered),
        *(exp.Limit, exp.Offset, exp.Fetch, exp.LimitOptions, exp.Distinct, exp.Rollup, exp.Cube, exp.GroupingSets),
        *(exp.Window, exp.WindowSpec, exp.Filter, exp.WithinGroup, exp.Alias),
    }
)
EXPRESSIONS: Final = frozenset(
    {
        *(exp.Identifier, exp.Column, exp.Star, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Tuple, exp.Var),
        *(exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between, exp.Exists, exp.Like, exp.ILike, exp.Escape),
        *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ),
        *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.DPipe, exp.AtTimeZone),
        *(exp.Case, exp.If, exp.Cast, exp.DataType, exp.DataTypeParam, exp.Interval),
    }
)
FUNCTIONS: Final = frozenset(
    {
        *(exp.Sum, exp.Avg, exp.Count, exp.Min, exp.Max, exp.Stddev, exp.StddevSamp, exp.StddevPop),
        *(exp.Variance, exp.VariancePop, exp.PercentileCont, exp.PercentileDisc, exp.Mode, exp.GroupConcat),
        *(exp.LogicalAnd, exp.LogicalOr, exp.Grouping),
        *(exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile),
        *(exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue),
        *(exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least, exp.Round, exp.Abs, exp.Ceil, exp.Floor, exp.Sign),
        *(exp.Lower, exp.Upper, exp.Initcap, exp.Trim, exp.Length, exp.Substring, exp.Left, exp.Right, exp.SplitPart),
        *(exp.StrPosition, exp.Concat, exp.ConcatWs),
        *(exp.Extract, exp.TimestampTrunc, exp.CurrentDate, exp.CurrentTimestamp, exp.Localtimestamp),
        *(exp.Date, exp.JustifyDays),
    }
)
# Those that the parser has no word of its own for.
NAMED_FUNCTIONS: Final = frozenset({"age", "make_date", "to_char", "to_date"})


class AsWritten(Postgres):
    """PostgreSQL's SQL, with the patterns of dates and numbers left as they are: they are not to be translated."""

    class Parser(PostgresParser):
        FUNCTIONS = {
            name: build
            for name, build in PostgresParser.FUNCTIONS.items()
            if name not in ("TO_CHAR", "TO_DATE", "TO_TIMESTAMP")
        }


SETS: Final[tuple[type[exp.Expr], ...]] = (exp.Union, exp.Intersect, exp.Except)
_SET_CARRIES: Final = frozenset({"this", "expression", "distinct", "with_", "order", "limit", "offset"})

_DType = exp.DataType.Type
TYPES: Final = frozenset(
    {
        *(_DType.DECIMAL, _DType.SMALLINT, _DType.INT, _DType.BIGINT, _DType.FLOAT, _DType.DOUBLE, _DType.TEXT),
        *(_DType.VARCHAR, _DType.CHAR, _DType.DATE, _DType.TIME, _DType.TIMESTAMP, _DType.TIMESTAMPTZ),
        *(_DType.INTERVAL, _DType.BOOLEAN),
    }
)
# Units of time are written into the SQL as they stand.
UNITS: Final = frozenset(
    {
        *("CENTURY", "DECADE", "YEAR", "YEARS", "QUARTER", "MONTH", "MONTHS", "WEEK", "WEEKS", "DAY", "DAYS", "HOUR"),
        *("HOURS", "MINUTE", "MINUTES", "SECOND", "SECONDS", "EPOCH", "DOW", "DOY", "ISODOW", "ISOYEAR"),
    }
)
# What a node may carry beside what the lists above say of the nodes within it.
CARRIED: Final[Mapping[type[exp.Expr], frozenset[str]]] = {
    **dict.fromkeys(SETS, _SET_CARRIES),
    exp.Table: frozenset({"this", "alias", "joins"}),
    exp.Column: frozenset({"this", "table"}),
    exp.Star: frozenset(),
    exp.Join: frozenset({"this", "on", "using", "side", "kind", "method"}),
    exp.With: frozenset({"expressions"}),
    exp.CTE: frozenset({"this", "alias", "materialized"}),
    exp.TableAlias: frozenset({"this", "columns"}),
    exp.Subquery: frozenset({"this", "alias", "with_", "order", "limit", "offset", "joins"}),
    exp.Select: frozenset(
        {
            *("expressions", "distinct", "from_", "joins", "where", "group", "having", "order", "limit", "offset"),
            *("windows", "with_"),
        }
    ),
}
SIDES: Final = frozenset({"", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "OUTER", "NATURAL"})
