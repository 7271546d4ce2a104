"""What docs/sources.md shows is a file that can be used."""

import re

import pytest

from models.sales.dialects import DIALECTS
from models.sales.layer import compile_layer
from models.sales.reading import SOURCES, read_source

DOCUMENT = (SOURCES.parent / "docs" / "sources.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
def test_the_example_compiles_with_its_scope_in_either_dialect(dialect: str) -> None:
    example, scope = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
    layer = compile_layer(read_source(example + scope), DIALECTS[dialect])
    assert set(layer.metrics) == {"revenue", "orders", "units", "average_ticket", "lucro", "margem"}
    assert set(layer.scope) == {"rep", "manager"}
