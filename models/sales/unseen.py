"""Which changes of the data a source file's `version` query cannot see, as far as its text tells. Pure."""

import sqlglot
from sqlglot import exp

_NO_DELETES = "sees no row that is deleted: join max(...) with count(*), or answers that were kept outlive it"
_NO_EDITS = "{column} stays as it was when a sale is changed: use a column that is set anew then, or answers outlive it"


def find_unseen(version: str, sale_time: str, dialect: str) -> list[str]:
    """In words for whoever wrote the file."""
    tree = sqlglot.parse_one(version, dialect={"postgresql": "postgres"}.get(dialect, dialect))
    newest = list(tree.find_all(exp.Max))
    found = [_NO_DELETES] if newest and tree.find(exp.Count) is None else []
    columns = {column.name.lower() for one in newest for column in one.find_all(exp.Column)}
    return found + [_NO_EDITS.format(column=name) for name in sorted(columns & {sale_time.lower()})]
