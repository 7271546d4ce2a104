"""Secrets in files are references, `${NAME}`: the value comes from the environment, or from the file in NAME_FILE."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from models.errors import ConfigurationError
from models.known_secrets import note_secret

_REFERENCE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


def _check_reference(text: str) -> str:
    if not _REFERENCE.fullmatch(text):
        raise ValueError(
            "must be a reference such as ${OPENAI_API_KEY}, never the secret itself: put that into the environment, "
            "or into a file that OPENAI_API_KEY_FILE names"
        )
    return text


# The type of a field that holds one secret and nothing else.
SecretReference = Annotated[
    str,
    AfterValidator(_check_reference),
    Field(
        description="The name of a secret in the environment, as ${NAME}; NAME_FILE may name a file that holds it.",
        examples=["${OPENAI_API_KEY}"],
        json_schema_extra={"pattern": r"^\$\{[A-Z][A-Z0-9_]*\}$"},
    ),
]


def find_references(text: str) -> list[str]:
    """The names that a text refers to, in order. Pure."""
    return _REFERENCE.findall(text)


def resolve_reference(text: str, environ: Mapping[str, str]) -> str:
    """The text with each `${NAME}` as its value, which no log shows from then on. Raises ConfigurationError, which
    never shows one."""
    return _REFERENCE.sub(lambda match: _value_of(match[1], environ), text)


def read_value(name: str, environ: Mapping[str, str]) -> str | None:
    """Of NAME, or of the file that NAME_FILE names. Raises ConfigurationError."""
    value, path = environ.get(name), environ.get(f"{name}_FILE")
    if not path:
        return value
    if value:
        raise ConfigurationError(f"{name} and {name}_FILE are both set: keep one of them")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}_FILE cannot be read ({error}): give the path of a readable file") from None


def _value_of(name: str, environ: Mapping[str, str]) -> str:
    value = read_value(name, environ)
    if not value:
        raise ConfigurationError(f"{name} is not set: a file refers to it as ${{{name}}}")
    note_secret(value)
    return value
