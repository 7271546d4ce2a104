"""Files are what their bytes say."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.files.sniffing import UNKNOWN, sniff_type

_MP4 = b"\0\0\0\x18ftyp%s\0\0\0\0mp42isom" + b"\0\0\0\x20moov"
_SOUND, _PICTURE = b"\0\0\0\x20hdlr" + b"\0" * 8 + b"soun", b"\0\0\0\x20hdlr" + b"\0" * 8 + b"vide"


def _archive(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"x" * 10)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"GIF89a\x01\0", "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"OggS\0\x02" + b"\0" * 22 + b"\x01\x13OpusHead", "audio/ogg"),
        (b"OggS\0\x02" + b"\0" * 22 + b"\x01\x2a\x80theora", "video/ogg"),
        (b"#!AMR\n\x3c", "audio/amr"),
        (b"ID3\x04\0\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64\0\0", "audio/mpeg"),
        (b"\xff\xf1\x50\x80\0\0", "audio/aac"),
        (_MP4 % b"M4A ", "audio/mp4"),
        (_MP4 % b"isom" + _SOUND, "audio/mp4"),
        (_MP4 % b"isom" + _SOUND + _PICTURE, "video/mp4"),
        (_MP4 % b"3gp4" + _SOUND, "audio/3gpp"),
        (_MP4 % b"heic", "image/heic"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\xef\xbb\xbf%PDF-1.4\n", "application/pdf"),
        (b"BEGIN:VCARD\r\nVERSION:3.0", "text/vcard"),
        ("Relatório de março".encode(), "text/plain"),
        ("Relatório".encode("utf-16"), "text/plain"),
        ("Relatório".encode("cp1252"), "text/plain"),
        (b" \n<!DOCTYPE html><p>", "text/html"),
        (b"<script>alert(1)</script>", "text/html"),
        (b'<?xml version="1.0"?>\n<svg onload="x">', "image/svg+xml"),
        (b'<?xml version="1.0"?><pedido/>', "application/xml"),
        (b"MZ\x90\0\x03", "application/x-executable"),
        (b"\0\x01\x02\x03", UNKNOWN),
        (b"", UNKNOWN),
    ],
)
def test_a_file_is_known_by_its_bytes(content: bytes, content_type: str) -> None:
    assert sniff_type(content, "application/x-anything; a=b") == content_type


@pytest.mark.parametrize(
    ("folder", "ending"), [("word", "wordprocessingml"), ("xl", "spreadsheetml"), ("ppt", "presentationml")]
)
def test_office_formats_are_told_apart_by_what_the_archive_holds(folder: str, ending: str) -> None:
    found = sniff_type(_archive("[Content_Types].xml", "_rels/.rels", f"{folder}/document.xml"), "application/zip")
    assert found.startswith(f"application/vnd.openxmlformats-officedocument.{ending}")


def test_an_archive_that_is_no_document_is_an_archive_whatever_it_claims() -> None:
    assert sniff_type(_archive("a.exe"), "application/pdf") == "application/zip"


@pytest.mark.parametrize(
    ("content", "claimed", "content_type"),
    [
        (b"mes;valor\n1;2\n", "text/csv; charset=utf-8", "text/csv"),
        (b'{"a": 1}', "application/json", "application/json"),
        (b"mes;valor\n", "image/png", "text/plain"),
        (b"<html><body>", "text/csv", "text/html"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/vnd.ms-excel", "application/vnd.ms-excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "text/csv", "application/x-ole-storage"),
        (b"\x1aE\xdf\xa3", "Audio/WebM", "audio/webm"),
    ],
)
def test_the_claim_chooses_only_among_what_looks_alike(content: bytes, claimed: str, content_type: str) -> None:
    assert sniff_type(content, claimed) == content_type


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_have_a_type(content: bytes, claimed: str) -> None:
    assert sniff_type(content, claimed).count("/") == 1
