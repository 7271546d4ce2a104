"""A reply's Markdown twice: as HTML that loads nothing, and as text that reads well without it."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Raw HTML stays text, and pictures stay links: nothing in a reply may make a mail program fetch something.
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
_MARKDOWN.disable("image")


def to_html(markdown: str) -> str:
    """A fragment of HTML. Pure."""
    tokens = _MARKDOWN.parse(markdown)
    for token in tokens:
        if token.type == "table_open":
            token.attrSet("style", "border-collapse:collapse")
        elif token.type in ("th_open", "td_open"):
            align = str(token.attrGet("style") or "")
            token.attrSet("style", ";".join(filter(None, ("border:1px solid #ccc;padding:4px 8px", align))))
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def to_text(markdown: str) -> str:
    """Without marks; links keep their address, lists their bullets, tables one line a row. Pure."""
    written = _TextWriter()
    for token in _MARKDOWN.parse(markdown):
        written.take(token)
    return "\n".join(written.lines).strip("\n")


class _TextWriter:
    """Writes the tokens of one document, top down."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._lists: list[int | None] = []  # of each open list the next number, None for bullets
        self._quotes = 0
        self._lead = ""  # the bullet that the next line starts with
        self._row: list[str] | None = None

    def take(self, token: Token) -> None:
        kind = token.type
        if kind == "inline":
            self._inline(_plain(token.children or []))
        elif kind in ("fence", "code_block"):
            self._block(["    " + line for line in token.content.rstrip("\n").split("\n")])
        elif kind == "hr":
            self._block(["-" * 20])
        elif kind == "list_item_open":
            self._bullet()
        elif kind in ("bullet_list_open", "ordered_list_open"):
            self._gap()
            self._lists.append(int(token.attrGet("start") or 1) if kind.startswith("ordered") else None)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif kind in ("blockquote_open", "blockquote_close"):
            self._quotes += token.nesting
        elif kind == "tr_open":
            self._row = []
        elif kind == "tr_close":
            self._append(" | ".join(self._row or []))
            self._row = None
        elif kind in ("paragraph_open", "heading_open", "table_open") and not token.hidden:
            self._gap()

    def _inline(self, text: str) -> None:
        if self._row is not None:
            self._row.append(text.replace("\n", " "))
            return
        for line in text.split("\n"):
            self._append(line)

    def _block(self, lines: Sequence[str]) -> None:
        self._gap()
        for line in lines:
            self._append(line)

    def _bullet(self) -> None:
        number = self._lists[-1]
        self._lead = "- " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def _gap(self) -> None:
        """An empty line between blocks, but none between a bullet and its words or inside of lists."""
        if self.lines and self.lines[-1] and not self._lead and not self._lists:
            self.lines.append("")

    def _append(self, line: str) -> None:
        indent = "  " * max(len(self._lists) - 1, 0)
        follow = "  " if self._lists and not self._lead else ""
        self.lines.append("> " * self._quotes + indent + (self._lead or follow) + line)
        self._lead = ""


def _plain(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    links: list[tuple[str, int]] = []  # address, where its words begin
    for token in tokens:
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif token.type == "link_open":
            links.append((str(token.attrGet("href") or ""), len(parts)))
        elif token.type == "link_close" and links:
            address, start = links.pop()
            if address and "".join(parts[start:]) not in (address, address.removeprefix("mailto:")):
                parts.append(f" ({address})")
    return "".join(parts)
