"""The words in what a CRM calls text: HTML taken off, the word by which the assistant is called cut away."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"})
_SILENT = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "head", "title")}
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)|<!--|<[!?]")
_AFTER_CALL = " \t\n,:;-–—!."


def words_of_html(text: str) -> str:
    """Plain text with a line for each block, on whatever calls itself HTML.

    In linear time, which `html.parser` is not: thirty thousand open tags cost it a minute and a half.
    """
    lines = (" ".join(line.split()) for line in unescape("".join(_pieces(text))).split("\n"))
    return "\n".join(line for line in lines if line)


def _pieces(text: str) -> Iterator[str]:
    """The text between the tags, with a line break for each block. A tag that never ends is text."""
    position, last_close, last_comment = 0, text.rfind(">"), text.rfind("-->")
    while (tag := _TAG.search(text, position)) and tag.start() < last_close:
        yield _flat(text[position : tag.start()])
        end_mark = "-->" if tag[0] == "<!--" and tag.end() <= last_comment else ">"
        position = text.index(end_mark, tag.end()) + len(end_mark)
        name = (tag[1] or "").lower()
        if name in _BREAKS:
            yield "\n"
        elif name in _SILENT and not tag[0].startswith("</"):
            end = _SILENT[name].search(text, position)
            position = end.start() if end else len(text)
    yield _flat(text[position:])


def _flat(text: str) -> str:
    return text.replace("\n", " ")


def without_call(text: str, calls: Iterable[str]) -> str | None:
    """The text behind the call it begins with, None when it begins with none. Upper and lower case are one."""
    start = text.lstrip()
    for call in sorted(calls, key=len, reverse=True):
        head, rest = start[: len(call)], start[len(call) :]
        if head.casefold() == call.casefold() and (not rest or not (rest[0].isalnum() or rest[0] == "_")):
            return rest.lstrip(_AFTER_CALL).strip()
    return None
