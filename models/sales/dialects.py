"""Where PostgreSQL and MySQL say the same thing in different words. MariaDB counts as MySQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Dialect:
    """Fragments of SQL as texts; what they are given is SQL already."""

    name: str
    has_grouping_sets: bool

    def exact(self, sql: str) -> str:
        """The value as text that equals nothing but itself. MySQL would take "José" for "JOSE", and let one see the
        other's rows."""
        if self.name == "postgresql":
            return f"CAST({sql} AS TEXT)"
        return f"CONVERT({sql} USING utf8mb4) COLLATE utf8mb4_bin"

    def compared(self, sql: str) -> str:
        """The value as it is compared with a name. To MySQL "Ana" and "Ana " are one text, but not the same bytes."""
        return self.exact(sql) if self.name == "postgresql" else f"CAST(CONVERT({sql} USING utf8mb4) AS BINARY)"

    def exactly(self, bind: str) -> str:
        """A bound text that is compared with like exactness."""
        return bind if self.name == "postgresql" else f"CAST({bind} AS BINARY)"

    def one_text(self, columns: Sequence[str]) -> str:
        """Of a key of several columns, with something between them that is in none."""
        return f"concat_ws({'chr(31)' if self.name == 'postgresql' else 'char(31)'}, {', '.join(columns)})"

    def count_distinct(self, columns: Sequence[str]) -> str:
        listed = ", ".join(columns)
        return f"count(DISTINCT {f'({listed})' if self.name == 'postgresql' and len(columns) > 1 else listed})"

    def date_of_digits(self, sql: str) -> str:
        """The date of a number or a text such as 20261121."""
        if self.name == "postgresql":
            return f"to_date(CAST({sql} AS TEXT), 'YYYYMMDD')"
        return f"STR_TO_DATE({sql}, '%Y%m%d')"

    def month(self, sql: str) -> str:
        return f"to_char({sql}, 'YYYY-MM')" if self.name == "postgresql" else f"DATE_FORMAT({sql}, '%Y-%m')"

    def day(self, sql: str) -> str:
        return f"to_char({sql}, 'YYYY-MM-DD')" if self.name == "postgresql" else f"DATE_FORMAT({sql}, '%Y-%m-%d')"

    def later(self, sql: str, minutes: int) -> str:
        """The moment so many minutes later, or earlier."""
        if self.name == "postgresql":
            return f"({sql} + interval '{minutes} minutes')"
        return f"DATE_ADD({sql}, INTERVAL {minutes} MINUTE)"

    def moment(self, text: str) -> str:
        """A moment written as YYYY-MM-DD HH:MM:SS by us."""
        return f"TIMESTAMP '{text}'"


DIALECTS: Final = {
    "postgresql": Dialect("postgresql", has_grouping_sets=True),
    "mysql": Dialect("mysql", has_grouping_sets=False),
}
_NAMES: Final = {"postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql", "mariadb": "mysql"}


def dialect_of(backend: str) -> Dialect:
    """By the first part of a database URL. Raises ConfigurationError."""
    name = _NAMES.get(backend)
    if name is None:
        raise ConfigurationError(f"SALES_DATABASE_URL: {backend} is not supported; PostgreSQL, MySQL and MariaDB are")
    return DIALECTS[name]
