"""Files that nobody should send: bombs, loops, lies and wrecks, each made here. Name -> (file name, bytes)."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from agent.knowledge.bounds import MAX_FILE, MAX_MEMBERS, MAX_PAGES, MAX_ROWS
from tests.agent.knowledge.files import archive, assemble_pdf, docx, mail, pdf, repacked, xlsx

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("k")))
    + b"]><w:document>&j;</w:document>"
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
_PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents %d 0 R /Resources %s >>"


def a_docx() -> bytes:
    def write(document: Any) -> None:
        document.add_paragraph("O prazo de entrega é de dez dias.")

    return docx(write)


def an_xlsx() -> bytes:
    return xlsx({"Preços": [["Produto", "Preço"], ["Parafuso", 3.5], ["Porca", 2]]})


def _stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def _pdf_of(*objects: bytes, kids: bytes = b"[3 0 R]", count: bytes = b"1") -> bytes:
    pages = b"<< /Type /Pages /Kids %s /Count %s >>" % (kids, count)
    return assemble_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", pages, *objects])


def _flate_bomb() -> bytes:
    packed = zlib.compress(b"BT " + b" " * 200_000_000, 9)
    return _pdf_of(_PAGE % (4, b"<< >>"), _stream(packed, b"/Filter /FlateDecode"))


def _form_loop() -> bytes:
    form = _stream(b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 4 0 R >> >>")
    return _pdf_of(_PAGE % (5, b"<< /XObject << /X 4 0 R >> >>"), form, _stream(b"/X Do"))


def _object_stream_loop() -> bytes:
    """The pages are in an object stream that is in itself, and that extends itself."""
    content = b"2 0 << /Type /Pages /Kids [2 0 R] /Count 1 >>"
    objects = io.BytesIO()
    objects.write(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n")
    entries = b"/Type /ObjStm /N 1 /First 4 /Extends 3 0 R"
    objects.write(b"3 0 obj\n" + _stream(content, entries) + b"\nendobj\n")
    start = objects.tell()
    rows = b"".join(struct.pack(">BHB", *row) for row in ((0, 0, 255), (1, 9, 0), (2, 3, 0), (2, 3, 0), (1, start, 0)))
    entries = b"/Type /XRef /Size 5 /W [1 2 1] /Root 1 0 R /Prev %d" % start
    objects.write(b"4 0 obj\n" + _stream(rows, entries) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % start)
    return objects.getvalue()


def _reference_loop() -> bytes:
    return _pdf_of(b"3 0 R")


def _deep_arrays() -> bytes:
    return _pdf_of(_PAGE % (4, b"[" * 50_000 + b"]" * 50_000), _stream(b"BT ET"))


def _marked(content: bytes, at: bytes, offset: int, value: bytes) -> bytes:
    """Every record of an archive that begins with these bytes, changed."""
    changed, position = bytearray(content), content.find(at)
    while position >= 0:
        changed[position + offset : position + offset + len(value)] = value
        position = content.find(at, position + 4)
    return bytes(changed)


def _twins() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        for text in (b"<a/>", b"<b/>"):
            info = zipfile.ZipInfo("word/document.xml")
            packed.NameToInfo.pop("word/document.xml", None)
            packed.writestr(info, text)
    return written.getvalue()


def _nested_tables() -> bytes:
    head = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    depth = 20_000
    tables = b"<w:tbl><w:tr><w:tc>" * depth + b"</w:tc></w:tr></w:tbl>" * depth
    return repacked(a_docx(), {"word/document.xml": head + tables + b"</w:body></w:document>"})


def _lying_dimension() -> bytes:
    with zipfile.ZipFile(io.BytesIO(an_xlsx())) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml")
    lie = sheet.replace(b'ref="A1:B3"', b'ref="A1:XFD1048576"').replace(b'<row r="3"', b'<row r="1048576"')
    lie = lie.replace(b'r="A3"', b'r="A1048576"').replace(b'r="B3"', b'r="B1048576"')
    assert lie != sheet
    return repacked(an_xlsx(), {"xl/worksheets/sheet1.xml": lie})


def _nested_mail() -> bytes:
    depth = 3_000
    heads = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(depth))
    return b"Subject: Oi\nFrom: a@b.c\n" + heads + b"Content-Type: text/plain\n\nfim\n"


def _mail_with_bomb() -> bytes:
    bomb = archive({"word/document.xml": b" " * 30_000_000})
    return mail("Oi", "Segue.", [("a.docx", "application/zip", bomb)])


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "an empty file": ("a.txt", lambda: b""),
    "blanks alone": ("a.docx", lambda: b" \n" * 100),
    "a file beyond the size": ("a.txt", lambda: b"x" * (MAX_FILE + 1)),
    "noise": ("a.pdf", lambda: bytes(range(256)) * 10),
    "a program that is called a PDF": ("a.pdf", lambda: b"MZ\x90\0" + b"\0" * 500),
    "a picture that is called a DOCX": ("a.docx", lambda: PNG),
    "an old Excel file": ("a.xls", lambda: OLE),
    "an Excel file with a password": ("a.xlsx", lambda: OLE + "EncryptedPackage".encode("utf-16-le")),
    "an archive": ("a.docx", lambda: archive({"word.txt": b"x"})),
    "an archive in an archive": ("a.zip", lambda: archive({"a.zip": archive({"b": b"\0" * 10_000_000})})),
    "an archive bomb": ("a.docx", lambda: repacked(a_docx(), {"word/document.xml": b" " * 60_000_000})),
    "a bomb beside the text": ("a.xlsx", lambda: repacked(an_xlsx(), {"xl/media/x.bin": b"\0" * 60_000_000})),
    "an archive of thousands of parts": (
        "a.docx",
        lambda: repacked(a_docx(), {f"word/{n}.xml": b"" for n in range(MAX_MEMBERS + 1)}),
    ),
    "an archive with a password": ("a.docx", lambda: _marked(a_docx(), b"PK\x01\x02", 8, b"\x01\0")),
    "an archive whose sizes are lies": ("a.xlsx", lambda: _marked(an_xlsx(), b"PK\x01\x02", 24, b"\x05\0\0\0")),
    "an archive with twins": ("a.docx", _twins),
    "half a DOCX": ("a.docx", lambda: a_docx()[:9_000]),
    "half an XLSX": ("a.xlsx", lambda: an_xlsx()[: len(an_xlsx()) // 2]),
    "a DOCX with a torn part": ("a.docx", lambda: repacked(a_docx(), {"word/document.xml": b"<w:document><w:bo"})),
    "the billion laughs": ("a.docx", lambda: repacked(a_docx(), {"word/document.xml": LAUGHS})),
    "the billion laughs in UTF-16": (
        "a.docx",
        lambda: repacked(a_docx(), {"word/document.xml": LAUGHS.decode().encode("utf-16")}),
    ),
    "a DOCX that asks for a file of ours": (
        "a.docx",
        lambda: repacked(
            a_docx(), {"word/document.xml": b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'}
        ),
    ),
    "the billion laughs in a sheet": ("a.xlsx", lambda: repacked(an_xlsx(), {"xl/sharedStrings.xml": LAUGHS})),
    "the billion laughs by themselves": ("a.xml", lambda: LAUGHS),
    "a DOCX of nested tables": ("a.docx", _nested_tables),
    "a sheet of 10,000 columns": ("a.xlsx", lambda: xlsx({"A": [list(range(10_000))] * 2})),
    "a sheet that holds itself": ("a.xlsx", lambda: xlsx({"A": [["=B1", "=A1"], ["=A2", "=SUM(A:A)"]]})),
    "a CSV of 10,000 columns": ("a.csv", lambda: b";".join([b"x"] * 10_000) + b"\n1;2"),
    "a CSV of too many rows": ("a.csv", lambda: b"a;1\n" * (MAX_ROWS + 1)),
    "a CSV whose quotation never ends": ("a.csv", lambda: b'a;b\n1;"' + b"x;y\n" * 100_000),
    "half a PDF": ("a.pdf", lambda: pdf([["O prazo é de dez dias."]])[:60]),
    "the head of a PDF": ("a.pdf", lambda: b"%PDF-1.7\n"),
    "a PDF of too many pages": ("a.pdf", lambda: pdf([["x"]] * (MAX_PAGES + 1))),
    "a PDF whose pages are their own parents": ("a.pdf", lambda: _pdf_of(b"<< >>", kids=b"[2 0 R 2 0 R]")),
    "a PDF that claims a billion pages": ("a.pdf", lambda: _pdf_of(b"null", kids=b"[]", count=b"1000000000")),
    "a PDF with a stream that unpacks to 200 MB": ("a.pdf", _flate_bomb),
    "a PDF with a form that draws itself": ("a.pdf", _form_loop),
    "a PDF with an object stream in itself": ("a.pdf", _object_stream_loop),
    "a PDF with an object that is itself": ("a.pdf", _reference_loop),
    "a PDF of arrays in arrays": ("a.pdf", _deep_arrays),
    "a mail in parts in parts": ("a.eml", _nested_mail),
}

# Strange, but there is something to be read: name -> (file name, bytes, a text that is found).
READ: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a sheet that claims to be of the largest size": ("a.xlsx", _lying_dimension, "Produto: Porca; Preço: 2"),
    "a DOCX with macros": (
        "a.docm",
        lambda: repacked(a_docx(), {"word/vbaProject.bin": OLE}),
        "O prazo de entrega é de dez dias.",
    ),
    "a PDF that is an archive too": (
        "a.zip",
        lambda: pdf([["O prazo é de dez dias."]]) + archive({"word/document.xml": b"<a/>"}),
        "O prazo é de dez dias.",
    ),
    "HTML of nested elements": ("a.html", lambda: b"<html>" + b"<div><b>" * 100_000 + b"fim", "fim"),
    "HTML of open brackets": ("a.html", lambda: b"<p>fim</p>" + b"<" * 1_000_000, "fim"),
    "a mail with a bomb": ("a.eml", _mail_with_bomb, "Segue."),
    "a line of five million letters": ("a.txt", lambda: b"a" * 5_000_000, "a" * 700),
    "questions without end": ("a.txt", lambda: b"Art. 1.1.1 Cl\xc3\xa1usula ? P: " * 100_000, "Art. 1.1.1"),
    "numbers and points": ("a.txt", lambda: b"1.1" * 500_000, "1.11.1"),
    "Markdown of open brackets": ("a.md", lambda: b"fim\n\n" + b"[" * 20_000, "fim"),
    "Markdown of quotes in quotes": ("a.md", lambda: b"fim\n\n" + b"> " * 5_000 + b"x", "fim"),
}
