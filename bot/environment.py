"""The environment: the process's own, and beneath it the lines of `.env`."""

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from models.errors import ConfigurationError


def read_environment(environ: Mapping[str, str] | None = None, dotenv_path: Path = Path(".env")) -> dict[str, str]:
    """Environment first, then `.env`, with upper-case names: what settings and references are looked up in. Raises
    ConfigurationError."""
    environ = os.environ if environ is None else environ
    return _read_dotenv(dotenv_path) | {key.upper(): value for key, value in environ.items()}


def _read_dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f".env cannot be read ({error}): make {path} a readable UTF-8 text file") from None
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#") and "=" not in stripped:
            raise ConfigurationError(f".env line {number} is not NAME=value: {stripped[:20]!r}... correct or remove it")
    return {key.upper(): value for key, value in dotenv_values(path, interpolate=False).items() if value}


def with_secrets(environ: Mapping[str, str], held: Mapping[str, str]) -> dict[str, str]:
    """What references are looked up in. `held` was read from its files already: they are not read again. Pure."""
    others = {name: value for name, value in environ.items() if name.removesuffix("_FILE") not in held}
    return {**others, **held}
