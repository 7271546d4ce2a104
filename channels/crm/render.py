"""Markdown to plain text, in parts that fit into a note of any CRM."""

from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from channels.rendering import atoms_of, sanitize, split
from models.reply import RenderedPart, Reply, ReplyFile

MAX_TEXT = 8_000  # the shortest limit among the presets is Salesforce's, 10,000 for a feed item, marker included
_NOTHING = "…"
_RULE = "———"
_CELL_GAP = " · "
_SCHEMES = ("https://", "http://", "mailto:", "tel:")

# As for WhatsApp: indented code and references make text vanish or look odd; HTML stays text.
_markdown = (
    MarkdownIt("commonmark", {"html": False, "maxNesting": 100})
    .enable(["table", "strikethrough"])
    .disable(["code", "reference", "lheading", "html_block", "html_inline"])
)


def render_reply(reply: Reply) -> list[RenderedPart]:
    """The reply's parts in reading order, files as links below the text. Pure; never empty, never over the limit."""
    root = SyntaxTreeNode(_markdown.parse(sanitize(reply.text)))
    text = "\n\n".join(filter(None, [_stacked(root.children, "\n\n"), _files(reply.files)]))
    parts = split(list(atoms_of(text, (), MAX_TEXT)), MAX_TEXT)
    return [RenderedPart(body) for body in parts] or [RenderedPart(_NOTHING)]


def _files(files: Iterable[ReplyFile]) -> str:
    """A note holds no file, but a link that lives for a while is better than a promise."""
    return "\n".join(f"{sanitize(file.name)}: {file.url}" for file in files if file.url)


def _stacked(blocks: Iterable[SyntaxTreeNode], gap: str) -> str:
    return gap.join(filter(None, map(_block, blocks)))


def _block(block: SyntaxTreeNode) -> str:
    match block.type:
        case "paragraph" | "heading":
            return _inside(block)
        case "bullet_list" | "ordered_list":
            return "\n".join(_items(block))
        case "blockquote":
            return "\n".join(f"> {line}" for line in _stacked(block.children, "\n\n").split("\n"))
        case "table":
            return "\n".join(_rows(block))
        case "hr":
            return _RULE
        case _:  # a fence, the only other block that is left
            return block.content.rstrip("\n")


def _items(block: SyntaxTreeNode) -> Iterator[str]:
    """Numbers and signs stay as written: they may be years or figures."""
    for item in block.children:
        label = f"{item.info}{item.markup}" if block.type == "ordered_list" else item.markup.replace("*", "•")
        yield f"{label} " + _stacked(item.children, "\n").replace("\n", "\n  ")


def _rows(table: SyntaxTreeNode) -> Iterator[str]:
    """One line per row, each cell behind its column's name: not every CRM shows columns."""
    rows = [[_inside(cell) for cell in row.children] for section in table.children for row in section.children]
    header, body = rows[0], rows[1:]
    if not body:
        yield _CELL_GAP.join(header)
    for row in body:
        named = zip(header, row, strict=False)
        yield _CELL_GAP.join(f"{name}: {cell}" if name else cell for name, cell in named)


def _inside(block: SyntaxTreeNode) -> str:
    return "".join(_inline(token) for child in block.children for token in [child.token] if token is not None)


def _inline(line: Token) -> str:
    written: list[str] = []
    links: list[tuple[int, str]] = []
    for token in line.children or []:
        match token.type:
            case "softbreak" | "hardbreak":
                written.append("\n")
            case "link_open":
                links.append((len(written), str(token.attrs.get("href", ""))))
            case "link_close":
                start, address = links.pop()
                written.append(_address("".join(written[start:]), address))
            case "image":
                written += [token.content, _address(token.content, str(token.attrs.get("src", "")))]
            case _:  # text and code; what opens and closes a mark has no content
                written.append(token.content)
    return "".join(written)


def _address(text: str, address: str) -> str:
    """The address in brackets behind the link's text, unless the text already is the address."""
    bare = address
    for scheme in _SCHEMES:
        bare = bare.removeprefix(scheme)
    if not address or text.rstrip("/") in (address.rstrip("/"), bare.rstrip("/")):
        return ""
    return f" ({address})" if text else address
