"""Which headings are in force while a document is read from its top to its end."""

from typing import Final

_DEEPEST: Final = 8  # headings above a text that are kept
_LONGEST: Final = 200  # characters of a heading within a path


class Outline:
    """`path` are the headings above what comes next, outermost first."""

    def __init__(self, path: tuple[str, ...] = ()) -> None:
        self._root = path
        self._open: list[tuple[int, str]] = []

    @property
    def path(self) -> tuple[str, ...]:
        return self._root + tuple(text for _, text in self._open)

    def enter(self, level: int, text: str) -> tuple[str, ...]:
        """A heading begins; gives the path above it."""
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        above = self.path
        if len(self._open) < _DEEPEST:
            self._open.append((level, text[:_LONGEST]))
        return above
