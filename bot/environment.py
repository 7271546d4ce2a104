"""The environment: the process's own, and beneath it the lines of `.env`."""

import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv.parser import Binding, parse_stream

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
        text = path.read_text(encoding="utf-8-sig")  # editors on Windows put a mark before the first line
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f".env cannot be read ({error}): make {path} a readable UTF-8 text file") from None
    lines = [_checked(line) for line in parse_stream(StringIO(text))]
    return {line.key.upper(): line.value for line in lines if line.key and line.value}


def _checked(line: Binding) -> Binding:
    """Raises ConfigurationError for what would otherwise be a setting that is silently not there."""
    if line.error or (line.key is not None and line.value is None):
        written = line.original.string
        number = line.original.line + written[: len(written) - len(written.lstrip())].count("\n")
        # The beginning alone: what follows may be a secret.
        start, equals, _ = written.strip().partition("\n")[0].partition("=")
        quoting = "; a value in quotes begins and ends with them" if equals else ""
        raise ConfigurationError(
            f".env line {number} is not NAME=value: {start[:20]!r}... correct or remove it{quoting}"
        )
    return line


def with_secrets(environ: Mapping[str, str], held: Mapping[str, str]) -> dict[str, str]:
    """What references are looked up in. `held` was read from its files already: they are not read again. Pure."""
    others = {name: value for name, value in environ.items() if name.removesuffix("_FILE") not in held}
    return {**others, **held}
