"""A person's export: all of it is hers, all that is hers is in it, and she can read it."""

import json
import stat
import zipfile
from pathlib import Path

import pytest

from jobs.privacy.person_export import export
from models.files.storage import DiskStorage
from models.privacy.inventory import HOLDINGS, ORDER
from tests.jobs.house import House
from tests.jobs.personal_rows import BRUNOS_WORDS, HER_WORDS, MARK, plant, say_elsewhere


@pytest.fixture
def archive(house: House, tmp_path: Path) -> zipfile.ZipFile:
    planted = plant(house, DiskStorage(tmp_path / "files"))
    say_elsewhere(house, "palavras de mais alguém")
    out = tmp_path / "ana.zip"
    export(house.engine, planted.ana, planted.storage, out, "America/Sao_Paulo", house.clock.now())
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    return zipfile.ZipFile(out)


def test_every_table_that_holds_something_of_hers_is_in_it(archive: zipfile.ZipFile) -> None:
    tables = {Path(name).stem for name in archive.namelist() if name.startswith("records/")}
    assert tables == set(ORDER) - {"search_posting", "search_word"}
    for name in sorted(tables):
        assert json.loads(archive.read(f"records/{name}.json")), name


def test_every_column_that_may_hold_something_of_hers_is_in_it_and_filled_where_she_left_her_mark(
    archive: zipfile.ZipFile,
) -> None:
    missing, unmarked = [], []
    for name in set(ORDER) - {"search_posting", "search_word"}:
        rows = json.loads(archive.read(f"records/{name}.json"))
        missing += [(name, column) for column in HOLDINGS[name].personal if column not in rows[0]]
        if HOLDINGS[name].personal and not any(MARK in json.dumps(row, ensure_ascii=False) for row in rows):
            unmarked.append(name)
    assert (missing, unmarked) == ([], ["raw_event"]), "the request is one of the test's own"


def test_she_can_read_what_was_said(archive: zipfile.ZipFile) -> None:
    said = archive.read("conversations.txt").decode()
    assert f"you: {HER_WORDS}" in said
    assert f"assistant: O pedido {MARK} está a caminho." in said


def test_nobody_elses_messages_are_in_it(archive: zipfile.ZipFile) -> None:
    whole = b"".join(archive.read(name) for name in archive.namelist() if name.endswith((".txt", ".json"))).decode()
    assert "palavras de mais alguém" not in whole
    assert BRUNOS_WORDS not in archive.read("conversations.txt").decode()


def test_her_files_are_in_it(archive: zipfile.ZipFile) -> None:
    [name] = [name for name in archive.namelist() if name.startswith("files/")]
    assert archive.read(name) == MARK.encode()


def test_no_file_is_overwritten(house: House, tmp_path: Path) -> None:
    planted = plant(house, DiskStorage(tmp_path / "files"))
    out = tmp_path / "ana.zip"
    out.write_text("here before")
    with pytest.raises(FileExistsError):
        export(house.engine, planted.ana, planted.storage, out, "America/Sao_Paulo", house.clock.now())
    assert out.read_text() == "here before"
