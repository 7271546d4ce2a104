"""HTML bodies as lines: quotes get their ">", and what mail programs mark as history or signature is hinted at."""

import re
from dataclasses import dataclass
from itertools import islice

from channels.email.reading.bounds import MAX_TAGS
from channels.email.reading.lines import Hint, Line
from models.markup import Tag, read_markup


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_VOID = _names("area base br col embed hr img input link meta param source track wbr")
_BLOCKS = _names(
    "address article aside blockquote body center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header html li main nav ol p pre section summary table tbody tfoot thead tr ul"
)
_SPACED = _names("p h1 h2 h3 h4 h5 h6 blockquote ul ol table")
_CELLS = frozenset(("td", "th"))
_SOFT = frozenset(("p", "div", "center"))  # in a cell of one line they part nothing: the row stays together
_UNSHOWN = _names("head script style title template object applet select")
_DEEPEST_QUOTE = 5  # marks before a line; deeper ones would make long lines of short ones
_QUOTING = re.compile(
    r"(?:^|\s)(?:x_)?(?:yahoo_quoted|ydp\w+yahoo_quoted|protonmail_quote|zmail_extra\w*|tutanota_quote|"
    r"front-blockquote|"
    r"gmail_quote_blockquote|cite|quote|mailquote|WordSection_quoted)(?:\s|$)",
    re.IGNORECASE,
)
_QUOTING_ID = re.compile(
    r"(?:x_)?(?:yahoo_quoted\w*|ydp\w+yahoo_quoted\w*|OLK_SRC_BODY_SECTION|isForwardContent)", re.IGNORECASE
)
_HEADING = re.compile(r"(?:^|\s)(?:gmail_attr|moz-cite-prefix|moz-email-headers-table_intro)(?:\s|$)", re.IGNORECASE)
_CUTTING_ID = re.compile(
    r"(?:x_)*(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|zwchr|replySplit|"
    r"previousmessage\w*)",
    re.IGNORECASE,
)
_SIGNING = re.compile(
    r"(?:^|\s)(?:gmail_signature\w*|moz-signature|protonmail_signature_block\S*|ms-outlook-mobile-signature|"
    r"zmail_signature\S*|apple-mail-signature|bloop_sign|tutanota_signature)(?:\s|$)",
    re.IGNORECASE,
)
_SIGNING_ID = re.compile(
    r"(?:x_)*(?:Signature|ms-outlook-mobile-signature|composer_signature|Zm-_Id_-Sgn\w*sig|ymail_\w*signature\w*)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s?:\s?none|mso-hide\s?:\s?all|visibility\s?:\s?hidden", re.IGNORECASE)


@dataclass(slots=True)
class _Element:
    name: str
    is_quote: bool = False
    is_hidden: bool = False
    hint: Hint = ""


class _Writer:
    """Open elements, and the line under the pen."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._open: list[_Element] = []
        self._counts: dict[str, int] = {}
        self._quotes = self._hidden = self._pre = 0
        self._hints: list[Hint] = []
        self._pieces: list[str] = []
        self._row_start = 0  # how many lines there were before the row of cells
        self._is_fresh = False  # nothing was written into the cell yet
        self._owes_end = False  # the cell's paragraph is over; what follows in the same cell is another line

    def take(self, piece: Tag | str) -> None:
        if isinstance(piece, str):
            self._write(piece)
        elif piece.is_closing:
            self._close(piece.name)
        elif piece.name in _VOID:
            self._show(piece)
        else:
            self._enter(piece)

    def _write(self, text: str) -> None:
        if self._hidden:
            return
        if text.strip():
            if self._owes_end:
                self.end_line()
            self._is_fresh = False
        if self._pre:
            first, *others = text.split("\n")
            self._pieces.append(first)
            for other in others:
                self.end_line()
                self._pieces.append(other)
            return
        self._pieces.append(re.sub(r"[ \t\r\n\f]+", " ", text))

    def _show(self, tag: Tag) -> None:
        if self._hidden:
            return
        if _is_cut(tag):
            self._hint_cut()
        if tag.name == "br":
            self.end_line(is_break=True)
        elif tag.name == "hr":
            self.end_line()
            self._pieces.append("_" * 32)
            self.end_line()

    def _enter(self, tag: Tag) -> None:
        if self._open and tag.name == self._open[-1].name and tag.name in ("p", "li", "td", "th", "tr", "option"):
            self._close(tag.name)
        element = _Element(tag.name, _is_quote(tag), _is_hidden(tag), _find_hint(tag))
        if tag.name in _BLOCKS:
            self._part(tag.name, is_firm=element.is_quote)
        elif tag.name in _CELLS:
            self._is_fresh, self._owes_end = True, False
            if self._pieces:
                self._pieces.append(" ")
        if tag.name == "tr":
            self._row_start = len(self.lines)
        if _is_cut(tag) and not self._hidden:
            self._hint_cut()
        self._count(element, 1)
        self._open.append(element)
        if tag.name == "li":
            self._pieces.append("- ")

    def _close(self, name: str) -> None:
        """To the nearest element of that name; every element left is one that was entered, so this stays linear."""
        if not self._counts.get(name):
            if name == "p":
                self.end_line()
            return
        if name in _BLOCKS:
            self._part(name, is_closing=True)
        while True:
            element = self._open.pop()
            if element.is_quote or element.hint:
                self.end_line()
            self._count(element, -1)
            if element.name == name:
                break
        if name in _SPACED and not self._is_soft(name):
            self._space()

    def _part(self, name: str, *, is_firm: bool = False, is_closing: bool = False) -> None:
        """A block's edge ends the line. Office programs put a paragraph into every cell of a table of figures: there
        only what follows within the same cell begins another line."""
        if self._is_soft(name) and not is_firm:
            self._owes_end = not self._is_fresh
            return
        self.end_line()
        if name in _SPACED and not is_closing:
            self._space()

    def _is_soft(self, name: str) -> bool:
        is_in_cell = bool(self._counts.get("td") or self._counts.get("th"))
        return is_in_cell and name in _SOFT and len(self.lines) == self._row_start

    def _count(self, element: _Element, by: int) -> None:
        self._counts[element.name] = self._counts.get(element.name, 0) + by
        self._quotes += by * element.is_quote
        self._hidden += by * element.is_hidden
        self._pre += by * (element.name == "pre")
        if element.hint:
            if by > 0:
                self.end_line()
                self._hints.append(element.hint)
            else:
                self._hints.pop()

    def _space(self) -> None:
        if self.lines and self.lines[-1].text.strip("> "):
            self.lines.append(Line(self._marks.rstrip()))

    @property
    def _marks(self) -> str:
        return "> " * min(self._quotes, _DEEPEST_QUOTE)

    def _hint_cut(self) -> None:
        self.end_line()
        self.lines.append(Line("", "cut"))

    def end_line(self, *, is_break: bool = False) -> None:
        text = "".join(self._pieces).strip(" ") if not self._pre else "".join(self._pieces).rstrip()
        if text.strip():
            self.lines.append(Line(self._marks + text, self._hints[-1] if self._hints else ""))
        elif is_break and not self._hidden:
            self.lines.append(Line(self._marks.rstrip()))
        self._pieces = []
        self._owes_end = False


def _is_cut(tag: Tag) -> bool:
    return _CUTTING_ID.fullmatch(tag.get("id")) is not None or tag.get("data-marker") in ("__DIVIDER__", "__HEADERS__")


def _is_quote(tag: Tag) -> bool:
    """Not every blockquote: people indent with it, too."""
    classes = tag.get("class")
    if tag.name == "blockquote":
        is_indent = "border:none" in tag.get("style").replace(" ", "").lower()
        says_so = tag.get("type").lower() == "cite" or "quote" in classes.lower() or bool(tag.get("cite"))
        return says_so or "border-left" in tag.get("style") or (not is_indent and _QUOTING.search(classes) is not None)
    if tag.get("name") == "messageReplySection":
        return True
    return _QUOTING.search(classes) is not None or _QUOTING_ID.fullmatch(tag.get("id")) is not None


def _is_hidden(tag: Tag) -> bool:
    return tag.name in _UNSHOWN or _HIDDEN.search(tag.get("style")) is not None


def _find_hint(tag: Tag) -> Hint:
    if _HEADING.search(tag.get("class")) or tag.get("id") == "reply-intro":
        return "head"
    signs = _SIGNING.search(tag.get("class")) or _SIGNING_ID.fullmatch(tag.get("id"))
    return "signature" if signs or tag.get("data-smartmail") == "gmail_signature" else ""


def read_html_lines(source: str) -> list[Line]:
    """Linear in the length of the source, whatever is in it."""
    writer = _Writer()
    for piece in islice(read_markup(source), 2 * MAX_TAGS):
        writer.take(piece)
    writer.end_line()
    return writer.lines
