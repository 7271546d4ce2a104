"""The inside of a Markdown paragraph as atoms under WhatsApp's marks."""

from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from channels.rendering import Atom, atoms_of
from channels.whatsapp.marks import EMPHASES, MONO, literal_emphases

_SCHEMES = ("https://", "http://", "mailto:", "tel:")


def inline_atoms(tokens: Sequence[Token], marks: tuple[str, ...], longest: int) -> Iterator[Atom]:
    """`marks` is what the whole paragraph stands under; links become `text (address)`."""
    literal = literal_emphases(tokens)
    links: list[tuple[int, str]] = []
    for index, token in enumerate(tokens):
        name = token.type.rpartition("_")[0]
        if index in literal:
            yield from atoms_of(token.markup, marks, longest)
        elif name in EMPHASES:
            marks = _changed(marks, EMPHASES[name], token.nesting)
        elif token.type == "link_open":
            links.append((index, str(token.attrs.get("href", ""))))
        elif token.type == "link_close" and links:
            start, address = links.pop()
            yield from _address(_text(tokens[start:index]), address, longest)
        else:
            yield from _leaf(token, marks, longest)


def _leaf(token: Token, marks: tuple[str, ...], longest: int) -> Iterator[Atom]:
    match token.type:
        case "code_inline":
            yield from atoms_of(token.content, (*marks, MONO), longest)
        case "softbreak" | "hardbreak":
            yield Atom("\n")
        case "image":
            yield from atoms_of(token.content, marks, longest)
            yield from _address(token.content, str(token.attrs.get("src", "")), longest)
        case _:
            yield from atoms_of(token.content, marks, longest)


def _changed(marks: tuple[str, ...], mark: str, nesting: int) -> tuple[str, ...]:
    """Bold text in a heading has the mark twice, so that closing one leaves the other; `settle_marks` folds them."""
    if nesting == 1:
        return (*marks, mark)
    position = len(marks) - 1 - marks[::-1].index(mark)
    return marks[:position] + marks[position + 1 :]


def _address(text: str, address: str, longest: int) -> Iterator[Atom]:
    """The address in brackets behind the link's text, unless the text already is the address."""
    bare = address
    for scheme in _SCHEMES:
        bare = bare.removeprefix(scheme)
    if address and text.rstrip("/") not in (address.rstrip("/"), bare.rstrip("/")):
        yield from atoms_of(f" ({address})" if text else address, (), longest)


def _text(tokens: Sequence[Token]) -> str:
    return "".join(token.content for token in tokens)
