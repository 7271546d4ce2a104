"""YAML files: read as plain values, and refused in words that name the line, the cure, and never a value."""

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from models.errors import ConfigurationError
from models.yaml_document import parse_yaml, read_yaml


class Hen(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    eggs: list[int] = []


def refusal_of(text: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        parse_yaml(text, "hens.yaml").read_as(Hen)
    return str(refused.value)


def test_a_document_is_read_as_the_value_it_describes() -> None:
    assert parse_yaml("name: Lola\neggs: [1, 2]\n", "hens.yaml").read_as(Hen) == Hen(name="Lola", eggs=[1, 2])


def test_a_word_such_as_no_stays_a_word() -> None:
    assert parse_yaml("name: no\n", "hens.yaml").value == {"name": "no"}


def test_each_mistake_is_a_line_of_its_own_in_the_order_of_the_file() -> None:
    assert refusal_of("colour: red\neggs:\n  - 1\n  - two\n").splitlines() == [
        "hens.yaml:1: colour: is not known here: correct the name or remove it",
        "hens.yaml:1: name: is missing",
        "hens.yaml:4: eggs[1]: should be a valid integer, unable to parse string as an integer",
    ]


def test_what_is_no_amount_is_told_without_a_word_of_python() -> None:
    class Purse(BaseModel):
        day: Decimal

    with pytest.raises(ConfigurationError) as refused:
        parse_yaml("day: {usd: 5}\n", "purse.yaml").read_as(Purse)
    assert str(refused.value) == "purse.yaml:1: day: must be a number, such as 5 or 12.50"


def test_a_key_that_stands_twice_is_refused_without_its_values() -> None:
    words = refusal_of("name: s3cr3t\nname: h1dd3n\n")
    assert words == 'hens.yaml:2: found duplicate key "name": keep one of them'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "hens.yaml:1: "),
        ("- a\n", "hens.yaml:1: "),
        ("name: [1\n", "hens.yaml:2: "),
        ("name: a\n---\nname: b\n", "hens.yaml:2: "),
        ("name: !!python/object:os.system x\n", "hens.yaml:1: tags"),
        ("? [name]\n: 1\n", "hens.yaml:1: a key"),
        ("name: *nobody\n", "hens.yaml:1: "),
        ("name: \x00\n", "hens.yaml: "),
        ("name: " + "[" * 1000, "hens.yaml: "),
        ("a: &a [*a]\n", "hens.yaml:1: too large or too deep"),
    ],
)
def test_what_is_no_plain_document_is_refused_with_its_place(text: str, place: str) -> None:
    assert refusal_of(text).startswith(place)


def test_a_small_file_whose_aliases_stand_for_millions_is_refused() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join(f'*a{n - 1}' for _ in range(9))}]" for n in range(1, 9)]
    assert "its aliases make it so" in refusal_of("\n".join(lines))


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"no-such\.yaml cannot be read"):
        read_yaml(Path("no-such.yaml"))
