"""Markdown to WhatsApp's marks, through Markdown's own syntax tree, in parts that Twilio accepts."""

from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from channels.rendering import Atom, atoms_of, sanitize, settle_blanks, split
from channels.whatsapp.files import render_file
from channels.whatsapp.inline import inline_atoms
from channels.whatsapp.marks import BLOCK, BOLD, settle_marks
from models.reply import RenderedPart, Reply

MAX_TEXT = 1600  # Twilio's limit, error 21617 beyond it
PART_LIMIT = 1520  # head-room: nobody documents how Twilio counts every emoji

_LONGEST_WORD = PART_LIMIT - 40  # so that a word fits a part together with its marks
_BULLETS = {"*": "• ", "-": "- ", "+": "+ "}  # a plus or a minus may be a figure's sign
_RULE = "———"
_CELL_GAP = " · "
_NOTHING = "…"  # Twilio refuses an empty message

Line = list[Atom]

# Left out: indented code and references, which make text vanish or look odd, and setext headings, because a line of
# dashes under a figure is meant as a rule. HTML stays text.
_markdown = (
    MarkdownIt("commonmark", {"html": False, "maxNesting": 100})
    .enable(["table", "strikethrough"])
    .disable(["code", "reference", "lheading", "html_block", "html_inline"])
)


def render_reply(reply: Reply) -> list[RenderedPart]:
    """The reply's parts in reading order, its files last. Pure; never empty, never over the limit."""
    root = SyntaxTreeNode(_markdown.parse(sanitize(reply.text)))
    atoms = settle_blanks(_joined(_stacked(root.children, apart=True)), BLOCK)
    parts = split(settle_blanks(settle_marks(atoms), BLOCK), PART_LIMIT)
    rendered = [RenderedPart(body) for body in parts] + [render_file(file) for file in reply.files]
    return rendered or [RenderedPart(_NOTHING)]


def _stacked(blocks: Iterable[SyntaxTreeNode], *, apart: bool) -> list[Line]:
    """The blocks' lines, one block under the other, with an empty line between them when `apart`."""
    lines: list[Line] = []
    for block in blocks:
        if lines and apart:
            lines.append([])
        lines.extend(_lines(block))
    return lines


def _lines(block: SyntaxTreeNode) -> list[Line]:
    match block.type:
        case "paragraph" | "heading":
            marks = (BOLD,) if block.type == "heading" else ()
            return _broken(atom for child in block.children for atom in _inline(child, marks))
        case "bullet_list" | "ordered_list":
            return [line for item, label in _labelled(block) for line in _hung(item, label)]
        case "blockquote":
            return [[*_plain("> "), *line] for line in _stacked(block.children, apart=True)]
        case "table":
            return _table(block)
        case "hr":
            return [_plain(_RULE)]
        case _:  # a fence, the only other block that is left
            return [list(atoms_of(block.content.rstrip("\n"), (BLOCK,), _LONGEST_WORD))]


def _labelled(block: SyntaxTreeNode) -> Iterator[tuple[SyntaxTreeNode, str]]:
    """Items with their bullets or numbers. Numbers stay as written: they may be years or figures."""
    for item in block.children:
        ordered = block.type == "ordered_list"
        yield item, f"{item.info}{item.markup} " if ordered else _BULLETS[item.markup]


def _hung(item: SyntaxTreeNode, label: str) -> list[Line]:
    lines = _stacked(item.children, apart=False) or [[]]
    return [_plain(label if number == 0 else "  ") + line for number, line in enumerate(lines)]


def _table(table: SyntaxTreeNode) -> list[Line]:
    """One line per row, each cell behind its column's name: WhatsApp has no columns."""
    rows = [row.children for section in table.children for row in section.children]
    header, body = rows[0], rows[1:]
    if not body:
        return [_row((cell, None) for cell in header)]
    return [_row(zip(row, header, strict=False)) for row in body]


def _row(cells: Iterable[tuple[SyntaxTreeNode, SyntaxTreeNode | None]]) -> Line:
    line: Line = []
    for cell, title in cells:
        if line:
            line += _plain(_CELL_GAP)
        name = _content(title, (BOLD,)) if title else []
        if name:
            line += [*name, Atom(":", (BOLD,)), Atom(" ")]
        line += _content(cell, ())
    return line


def _content(cell: SyntaxTreeNode, marks: tuple[str, ...]) -> Line:
    return [atom for child in cell.children for atom in _inline(child, marks)]


def _inline(node: SyntaxTreeNode, marks: tuple[str, ...]) -> Iterator[Atom]:
    token = node.token
    return inline_atoms((token.children if token else None) or [], marks, _LONGEST_WORD)


def _plain(text: str) -> Line:
    return list(atoms_of(text, (), _LONGEST_WORD))


def _broken(atoms: Iterable[Atom]) -> list[Line]:
    """The atoms line by line, so that a quote or a list can put something before each."""
    lines: list[Line] = [[]]
    for atom in atoms:
        if "\n" in atom.text:
            lines.append([])
        else:
            lines[-1].append(atom)
    return lines


def _joined(lines: Iterable[Line]) -> list[Atom]:
    """Lines as one text; an empty line makes the line break a paragraph's."""
    atoms: list[Atom] = []
    breaks = 0
    for line in lines:
        if atoms and line:
            atoms.append(Atom("\n" * min(breaks, 2)))
            breaks = 0
        atoms.extend(line)
        breaks += 1
    return atoms
