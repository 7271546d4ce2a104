"""Letters with what is to be read in them: `@@` lines part a file into letters and a letter into sections."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_FOLDER = Path(__file__).parent / "letters"
_SECTIONS = ("text", "html", "expects", "contains", "signature", "forwarded", "is forwarded")


@dataclass(slots=True)
class Letter:
    """`headers` holds "from", a display name, and "subject"; sections are by name."""

    name: str
    headers: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)


def read_letters() -> list[Letter]:
    """Every letter of every file, in order."""
    return [letter for path in sorted(_FOLDER.glob("*.txt")) for letter in _split(path)]


def _split(path: Path) -> Iterator[Letter]:
    letter: Letter | None = None
    section = ""
    for line in path.read_text(encoding="utf-8").split("\n"):
        title = line.removeprefix("@@ ")
        if title != line and title in _SECTIONS and letter is not None:
            section = title
            letter.sections[section] = ""
        elif title != line:
            if letter is not None:
                yield letter
            letter, section = Letter(f"{path.stem}: {title}"), ""
        elif letter is not None and section:
            letter.sections[section] += line + "\n"
        elif letter is not None and ":" in line:
            key, _, value = line.partition(":")
            letter.headers[key] = value.strip()
    if letter is not None:
        yield letter


def fold(text: str) -> list[str]:
    """Lines for comparing: white space folded, empty ones dropped, those of quotes too."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip("> \t")]
