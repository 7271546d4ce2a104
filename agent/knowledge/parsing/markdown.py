"""Markdown: headings, lists and tables as CommonMark has them."""

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from agent.knowledge.parsing.blocks import Block, ParsedDocument, Place, one_line, tidy
from agent.knowledge.parsing.decoding import decode
from agent.knowledge.parsing.html import plain_text
from agent.knowledge.parsing.lines import read_clause
from agent.knowledge.parsing.outline import Outline
from agent.knowledge.parsing.questions import pair_questions
from agent.knowledge.parsing.tables import Row, Value, read_table

_FRONT = "---\n"


def parse_markdown(content: bytes) -> ParsedDocument:
    text = tidy_lines(decode(content))
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    blocks = _blocks(tokens)
    title = next((block.text for block in blocks if block.kind == "heading" and not block.path), "")
    return ParsedDocument(title, "", tuple(pair_questions(blocks)))


def tidy_lines(text: str) -> str:
    """Line ends of one kind; what stands before the text for programs is blanked, so that line numbers stay true."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if text.startswith(_FRONT) and (end := text.find("\n" + _FRONT, 3)) > 0:
        front = text[: end + len(_FRONT) + 1]
        return "\n" * front.count("\n") + text[len(front) :]
    return text


def _blocks(tokens: Sequence[Token]) -> list[Block]:
    outline, blocks = Outline(), list[Block]()
    at = 0
    while at < len(tokens):
        token = tokens[at]
        place = Place(line=token.map[0] + 1 if token.map else None)
        if token.type == "heading_open":
            text = _inline(tokens[at + 1])
            if text:
                blocks.append(Block("heading", text, outline.enter(int(token.tag[1]), text), place))
            at += 1
        elif token.type == "table_open":
            end = next(n for n in range(at, len(tokens)) if tokens[n].type == "table_close")
            blocks += read_table(_rows(tokens[at:end]), outline.path)
            at = end
        elif text := _text(token):
            is_item = at >= 2 and tokens[at - 2].type == "list_item_open"
            place = Place(line=place.line, clause=read_clause(text))
            blocks.append(Block("text", f"- {text}" if is_item else text, outline.path, place))
        at += 1
    return blocks


def _text(token: Token) -> str:
    if token.type == "inline":
        return _inline(token)
    if token.type in ("fence", "code_block"):
        return tidy(token.content)
    return plain_text(token.content) if token.type == "html_block" else ""


def _inline(token: Token) -> str:
    """The words without their marks; the text of a link, not its address."""
    pieces = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            pieces.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            pieces.append(" ")
        elif child.type == "image":
            pieces.append(child.content)
    return one_line("".join(pieces))


def _rows(tokens: Sequence[Token]) -> Iterator[Row]:
    row: list[Value] = []
    line = None
    for token in tokens:
        if token.type == "tr_open":
            row, line = [], token.map[0] + 1 if token.map else None
        elif token.type == "inline":
            row.append(Value(_inline(token)))
        elif token.type == "tr_close":
            yield Place(line=line), row
