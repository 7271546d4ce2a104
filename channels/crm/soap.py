"""XML as dicts, with the parts of XML that attack parsers refused: document types, entities, depth, heaps."""

from typing import Any
from xml.parsers import expat

from models.errors import PayloadError

_MAX_DEPTH = 40
_MAX_ELEMENTS = 20_000
_NIL = "http://www.w3.org/2001/XMLSchema-instance nil"
_TYPE = "http://www.w3.org/2001/XMLSchema-instance type"


def decode_soap(body: bytes) -> Any:
    """{"Envelope": {"Body": ...}}: names without namespaces, repeated elements as lists, text as strings, nil as None.

    An element's `xsi:type` stands under `@type`, without its prefix. Raises PayloadError.
    """
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    # A document type is the door to every entity: the parse ends there.
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    parser.ExternalEntityRefHandler = builder.refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):  # the latter two: encodings that Python does not know
        raise PayloadError("body: not well-formed XML") from None
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._open: list[tuple[str, dict[str, Any], list[str], bool]] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= _MAX_DEPTH or self._count > _MAX_ELEMENTS:
            raise PayloadError("body: too deep or too many elements")
        stated = attributes.get(_TYPE, "")
        children: dict[str, Any] = {"@type": stated.rpartition(":")[2]} if stated else {}
        self._open.append((name.rpartition(" ")[2], children, [], attributes.get(_NIL) in ("true", "1")))

    def characters(self, text: str) -> None:
        if self._open:
            self._open[-1][2].append(text)

    def end(self, _: str) -> None:
        name, children, text, is_nil = self._open.pop()
        has_children = any(key != "@type" for key in children)
        value: Any = None if is_nil else children if has_children else "".join(text).strip()
        parent = self._open[-1][1] if self._open else self.root
        if name not in parent:
            parent[name] = value
        elif isinstance(parent[name], list):
            parent[name].append(value)
        else:
            parent[name] = [parent[name], value]

    def refuse(self, *_: object) -> int:
        raise PayloadError("body: XML with a document type is not accepted")
