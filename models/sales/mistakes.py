"""What is wrong with a source file: each mistake with its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.errors import ConfigurationError

Place = tuple[str | int, ...]
_MAX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Mistake:
    """`place` are the keys that lead to it."""

    place: Place
    text: str

    def told(self, file: str, lines: Mapping[Place, int]) -> str:
        """One line for a person, with the line of the file where it is known."""
        known = next((lines[self.place[:n]] for n in range(len(self.place), -1, -1) if self.place[:n] in lines), None)
        where = f"{file}:{known}" if known else file
        name = ".".join(str(key) for key in self.place)
        return f"{where}: {name}: {self.text}" if name else f"{where}: {self.text}"


class SourceMistakes(ConfigurationError):
    """A source file that cannot be used; one line for each mistake."""

    def __init__(self, mistakes: Sequence[Mistake], file: str = "source", lines: Mapping[Place, int] | None = None):
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(mistake.told(file, lines or {}) for mistake in mistakes[:_MAX_SHOWN]))
