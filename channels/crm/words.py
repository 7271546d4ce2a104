"""The words in what a CRM calls text: HTML taken off, the word by which the assistant is called cut away."""

from collections.abc import Iterable
from html.parser import HTMLParser

_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"})
_SILENT = frozenset({"script", "style", "head", "title"})
_AFTER_CALL = " \t\n,:;-–—!."


def words_of_html(text: str) -> str:
    """Plain text with a line for each block. Linear, and safe on whatever calls itself HTML."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
    return "\n".join(line for line in lines if line)


def without_call(text: str, calls: Iterable[str]) -> str | None:
    """The text behind the call it begins with, None when it begins with none. Upper and lower case are one."""
    start = text.lstrip()
    for call in sorted(calls, key=len, reverse=True):
        head, rest = start[: len(call)], start[len(call) :]
        if head.casefold() == call.casefold() and (not rest or not (rest[0].isalnum() or rest[0] == "_")):
            return rest.lstrip(_AFTER_CALL).strip()
    return None


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BREAKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data.replace("\n", " "))
