"""References to secrets: resolved by name from the environment or a file, refused in plain text."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from models.errors import ConfigurationError
from models.known_secrets import known_secrets, spellings_of
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


def test_what_was_looked_up_is_known_in_every_spelling() -> None:
    value = 'postgresql://u:p%40ss w"ord@h/d'
    assert not {'p@ss w"ord', value} & known_secrets()
    resolve_reference("x ${DSN} y", {"DSN": value})
    assert {value, 'p%40ss w"ord', 'p@ss w"ord', "p%40ss%20w%22ord", 'p@ss w\\"ord'} <= known_secrets()
    before = known_secrets()
    resolve_reference("${DSN} ${SHORT}", {"DSN": value, "SHORT": "abc"})
    assert known_secrets() is before


def test_the_longest_spelling_comes_first() -> None:
    found = spellings_of(["token-one,token-one-and-two"])
    assert found == ("token-one%2Ctoken-one-and-two", "token-one,token-one-and-two", "token-one-and-two", "token-one")
