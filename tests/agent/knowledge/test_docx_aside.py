"""What stands beside the running text of a DOCX is read where it stands, or said to be left out."""

import io
import zipfile
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from agent.knowledge.chunking import cut
from agent.knowledge.parsing.blocks import ParsedDocument
from agent.knowledge.parsing.reader import parse
from tests.agent.knowledge.files import docx, repacked

_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_NAMES = (
    f'{nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)


def run(words: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'


def paragraph(*inside: str) -> str:
    return f"<w:p>{''.join(inside)}</w:p>"


def box(*paragraphs: str) -> str:
    """As Word writes it: once for itself, and once more for older programs."""
    content = f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{content}</wps:txbx></w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{content}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )


def refer(number: int, kind: str = "footnote") -> str:
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def written(*paragraphs: str, notes: dict[str, list[str]] | None = None, head: str = "", foot: str = "") -> bytes:
    def write(document: Any) -> None:
        body = document.element.body
        for one in paragraphs:
            body.insert(len(body) - 1, parse_xml(one.replace(">", f" {_NAMES}>", 1)))
        for place, words in ((document.sections[0].header, head), (document.sections[0].footer, foot)):
            if words:
                place.paragraphs[0].text = words

    return with_notes(docx(write), notes or {})


def with_notes(content: bytes, notes: dict[str, list[str]]) -> bytes:
    """Python-docx writes none: the parts are put in beside its own."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        types = packed.read("[Content_Types].xml").decode()
        relations = packed.read("word/_rels/document.xml.rels").decode()
    added = {}
    for kind, texts in notes.items():
        lines = f'<w:{kind} w:type="separator" w:id="-1">{paragraph(run("-----"))}</w:{kind}>'
        lines += "".join(f'<w:{kind} w:id="{at}">{paragraph(run(one))}</w:{kind}>' for at, one in enumerate(texts, 1))
        added[f"word/{kind}s.xml"] = f"<w:{kind}s {_NAMES}>{lines}</w:{kind}s>".encode()
        part = f'<Override PartName="/word/{kind}s.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        types = types.replace("</Types>", f'{part}wordprocessingml.{kind}s+xml"/></Types>')
        relation = f'<Relationship Id="r{kind}" Type="{_KINDS}{kind}s" Target="{kind}s.xml"/></Relationships>'
        relations = relations.replace("</Relationships>", relation)
    changed = {"[Content_Types].xml": types.encode(), "word/_rels/document.xml.rels": relations.encode()}
    return repacked(content, changed | added)


def read(content: bytes) -> ParsedDocument:
    return parse("c.docx", "", content)


def texts_of(content: bytes) -> list[str]:
    return [block.text for block in read(content).blocks]


def test_a_footnote_follows_the_paragraph_that_refers_to_it_by_a_number() -> None:
    content = written(
        paragraph(
            run("O prazo é de 10 dias"), refer(2), run(", e a garantia"), refer(1, "endnote"), run(" de um ano.")
        ),
        paragraph(run("O frete é por conta de quem compra"), refer(1), refer(2), run(".")),
        notes={"footnote": ["Exceto no Sul.", "Dias úteis."], "endnote": ["Veja o certificado."]},
    )
    assert texts_of(content) == [
        "O prazo é de 10 dias[1], e a garantia[2] de um ano.",
        "[1] Dias úteis.",
        "[2] Veja o certificado.",
        "O frete é por conta de quem compra[3][1].",
        "[3] Exceto no Sul.",
        "[1] Dias úteis.",
    ]
    assert "[1] Dias úteis." in cut(read(content).blocks)[0].text, "a note stays with its paragraph"


def test_a_note_that_is_referred_to_in_a_table_follows_the_table() -> None:
    def row(*cells: str) -> str:
        return f"<w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in cells)}</w:tr>"

    heads = row(paragraph(run("Produto")), paragraph(run("Preço")))
    priced = row(paragraph(run("Caixa")), paragraph(run("R$ 45,90"), refer(1)))
    content = written(f"<w:tbl>{heads}{priced}</w:tbl>", notes={"footnote": ["Sem frete."]})
    found = read(content).blocks
    assert [block.text for block in found] == ["Produto: Caixa; Preço: R$ 45,90", "[1] Sem frete."]
    assert len(cut(found)[0].prices) == 1


def test_a_text_box_is_read_once_after_the_paragraph_that_it_hangs_on() -> None:
    inner = box(paragraph(run("Dentro da caixa")))
    content = written(
        paragraph(
            run("Antes. "), box(paragraph(run("Promoção: 5 % à vista")), paragraph(run("até maio"), inner)), run("Fim.")
        ),
        paragraph(run("Depois.")),
    )
    assert texts_of(content) == ["Antes. Fim.", "Promoção: 5 % à vista", "até maio", "Dentro da caixa", "Depois."]


def test_what_was_moved_away_is_not_said_twice() -> None:
    moved = f"<w:moveFrom>{run('Garantia de um ano.')}</w:moveFrom>"
    content = written(paragraph(run("Prazo. "), moved), paragraph(f"<w:moveTo>{run('Garantia de um ano.')}</w:moveTo>"))
    assert texts_of(content) == ["Prazo.", "Garantia de um ano."]


def test_headers_and_footers_are_said_to_be_left_out_unless_they_number_pages() -> None:
    assert read(written(paragraph(run("Texto.")), head="Válida até 31/12/2026", foot="7")).notes == (
        'the headers of its pages were left out ("Válida até 31/12/2026")',
    )
    [note] = read(written(paragraph(run("Texto.")), foot="palavra " * 50)).notes
    assert note.startswith('the footers of its pages were left out ("palavra palavra')
    assert len(note) < 130
    assert read(written(paragraph(run("Texto.")))).notes == ()


def test_comments_are_said_to_be_left_out() -> None:
    def write(document: Any) -> None:
        document.add_comment(document.add_paragraph("Texto.").runs, "Confere?", author="Ana")

    assert read(docx(write)).notes == ("its comments were left out",)
    assert texts_of(docx(write)) == ["Texto."]
