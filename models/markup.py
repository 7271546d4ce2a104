"""HTML as a stream of tags and text, read once from left to right.

Parsers of the HTML standard look through all open elements at every tag, which nested mails turn into quadratic time;
here nothing is ever looked at twice, and nothing recurses.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAME = re.compile(r"[a-zA-Z][^\s/>]{0,60}")
_GAP = re.compile(r"[\s/]*")
_ATTRIBUTE = re.compile(r"([^\s=>/][^\s=>/]{0,100})(?:\s{0,20}=\s{0,20}(\"[^\"]*\"|'[^']*'|[^\s>]*))?")
_RAW = frozenset({"script", "style", "title", "textarea", "xml", "noscript"})
_MOST_ATTRIBUTES = 40
_LONGEST_VALUE = 500  # characters of an attribute that are kept


@dataclass(frozen=True, slots=True)
class Tag:
    """An opening or closing tag, name and attribute names in lower case."""

    name: str
    is_closing: bool = False
    attributes: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")


def read_markup(source: str) -> Iterator[Tag | str]:
    """Tags and unescaped text in order; comments, declarations, scripts and styles are left out."""
    lowered: str | None = None
    position = 0
    while position < len(source):
        opening = source.find("<", position)
        if opening < 0:
            opening = len(source)
        if opening > position:
            yield _unescape(source[position:opening])
        if opening == len(source):
            return
        tag, position = _read_construct(source, opening)
        if tag is None:
            continue
        if isinstance(tag, Tag) and tag.name in _RAW and not tag.is_closing:
            lowered = _lower(source) if lowered is None else lowered
            closing = lowered.find(f"</{tag.name}", position)
            position = len(source) if closing < 0 else closing
            continue
        yield tag


def _lower(source: str) -> str:
    """Lower case without changing any length, as `str.lower` would."""
    return re.sub("[A-Z]+", lambda match: match[0].lower(), source)


def _unescape(text: str) -> str:
    if "&" not in text:
        return text
    try:
        return html.unescape(text)
    except ValueError:  # a character number of thousands of digits
        return text


def _read_construct(source: str, opening: int) -> tuple[Tag | str | None, int]:
    """What begins at this "<", and where it ends; None for what says nothing."""
    if source.startswith("<!--", opening):
        end = source.find("-->", opening + 4)
        return None, len(source) if end < 0 else end + 3
    follower = source[opening + 1 : opening + 2]
    if follower in ("!", "?"):
        end = source.find(">", opening)
        return None, len(source) if end < 0 else end + 1
    is_closing = follower == "/"
    name = _NAME.match(source, opening + 1 + is_closing)
    if name is None:
        return "<", opening + 1
    attributes, end = _read_attributes(source, name.end())
    return Tag(name[0].lower(), is_closing, attributes), end


def _read_attributes(source: str, position: int) -> tuple[dict[str, str], int]:
    attributes: dict[str, str] = {}
    while True:
        gap = _GAP.match(source, position)
        position = gap.end() if gap else position
        if position >= len(source):
            return attributes, position
        if source[position] == ">":
            return attributes, position + 1
        match = _ATTRIBUTE.match(source, position)
        if match is None:
            position += 1
            continue
        if len(attributes) < _MOST_ATTRIBUTES:
            value = (match[2] or "").strip("\"'")[:_LONGEST_VALUE]
            attributes.setdefault(match[1].lower(), _unescape(value))
        position = match.end()
