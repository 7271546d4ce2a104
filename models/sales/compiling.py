"""The compiler of a source file: it goes on after a mistake, so that all of them are told at once."""

from collections.abc import Iterable

from models.sales.dialects import Dialect
from models.sales.expressions import ExpressionMistake, Kind, Sql, compile_expression, compile_relation
from models.sales.mistakes import Mistake, Place
from models.sales.spec import SourceSpec


class Compiler:
    """Collects `mistakes`; what could not be compiled is NULL until they are told."""

    def __init__(self, spec: SourceSpec, dialect: Dialect) -> None:
        self.spec = spec
        self.dialect = dialect
        self.mistakes: list[Mistake] = []

    def note(self, place: Place, text: str) -> None:
        mistake = Mistake(place, text)
        if mistake not in self.mistakes:
            self.mistakes.append(mistake)

    def expression(
        self,
        place: Place,
        written: str,
        *,
        of: str,
        parts: Iterable[str] = (),
        kind: Kind = "value",
        binds: Iterable[str] = (),
    ) -> Sql:
        try:
            return compile_expression(
                written,
                self.dialect.name,
                of=of,
                parts=parts,
                kind=kind,
                functions=self.spec.functions,
                binds=binds,
            )
        except ExpressionMistake as mistake:
            self.note(place, str(mistake))
            return Sql("NULL")

    def relation(self, place: Place, written: str) -> str:
        try:
            return compile_relation(written, self.dialect.name, self.spec.schema_, self.spec.functions)
        except ExpressionMistake as mistake:
            self.note(place, str(mistake))
            return "(SELECT NULL)"
