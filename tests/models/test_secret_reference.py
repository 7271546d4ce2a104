"""References to secrets: resolved by name from the environment or a file, refused in plain text."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from models.errors import ConfigurationError
from models.secret_reference import SecretReference, find_references, resolve_reference


def test_a_reference_takes_the_value_of_the_environment() -> None:
    assert resolve_reference("Bearer ${STOCK_TOKEN}!", {"STOCK_TOKEN": "abc"}) == "Bearer abc!"


def test_a_file_may_hold_the_value(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-the-file\n")
    assert resolve_reference("${STOCK_TOKEN}", {"STOCK_TOKEN_FILE": str(file)}) == "from-the-file"


def test_a_value_that_looks_like_a_reference_is_not_followed() -> None:
    assert resolve_reference("${A}", {"A": "${B}", "B": "no"}) == "${B}"


@pytest.mark.parametrize("environ", [{}, {"A": ""}, {"A": "x", "A_FILE": "y"}, {"A_FILE": "/no/such/file"}])
def test_what_cannot_be_resolved_names_the_variable(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"^A(_FILE)? "):
        resolve_reference("${A}", environ)


def test_the_names_in_a_text_can_be_listed() -> None:
    assert find_references("${A}:${B_2} $C ${d}") == ["A", "B_2"]


@pytest.mark.parametrize("text", ["sk-live-123", "${a}", "$A", "x${A}", ""])
def test_the_plain_text_of_a_secret_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="must be a reference"):
        TypeAdapter(SecretReference).validate_python(text)
