"""Files of every format, made here: what a sales team uploads."""

import io
import zipfile
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

from docx import Document
from openpyxl import Workbook


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """A PDF of these lines of text, in a font that every reader has."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont "]
    objects[2] += b"/Helvetica /Encoding /WinAnsiEncoding >>"
    kids = []
    for lines in pages:
        shown = b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in lines)
        stream = b"BT /F1 10 Tf 50 800 Td 12 TL\n" + shown + b"ET"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % n for n in kids), len(kids))
    return assemble_pdf(objects)


def _escaped(line: str) -> bytes:
    return line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def assemble_pdf(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """The objects, numbered from 1, with a table of where they are."""
    written = io.BytesIO()
    written.write(b"%PDF-1.7\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(written.tell())
        written.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = written.tell()
    written.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    written.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    written.write(b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer))
    written.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return written.getvalue()


def docx(write: Any) -> bytes:
    """`write` is given a python-docx document."""
    document = Document()
    write(document)
    return saved(document)


def xlsx(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def saved(document: Any) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return written.getvalue()


def repacked(content: bytes, changed: dict[str, bytes]) -> bytes:
    """An archive with other members in place of its own, or beside them."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    return archive(members | changed)


def mail(subject: str, body: str, attachments: Sequence[tuple[str, str, bytes]] = ()) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "ana@empresa.com.br", "equipe@empresa.com.br"
    message.set_content(body)
    for name, content_type, content in attachments:
        main, _, sub = content_type.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return bytes(message)
