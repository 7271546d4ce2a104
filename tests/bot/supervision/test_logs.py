"""Of all that children write, a person sees warnings and errors."""

import json
from pathlib import Path

import pytest

from bot.supervision.logs import LogWatch, last_words


def write(path: Path, *records: object) -> None:
    with path.open("ab") as log:
        for record in records:
            log.write(json.dumps(record).encode() + b"\n")


def test_warnings_and_errors_are_shown_once_and_news_are_not(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    watch = LogWatch(path)
    write(
        path,
        {"level": "INFO", "message": "all is well"},
        {"level": "WARNING", "message": "the queue\nis away"},
        {"level": "ERROR", "message": "lost"},
    )
    assert watch.read_warnings() == ["warning: the queue is away", "error: lost"]
    assert watch.read_warnings() == []


def test_what_was_there_before_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    write(path, {"level": "ERROR", "message": "yesterday"})
    assert LogWatch(path).read_warnings() == []


def test_a_line_that_is_still_being_written_is_shown_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    watch = LogWatch(path)
    path.write_bytes(b'{"level": "ERROR", "mess')
    assert watch.read_warnings() == []
    with path.open("ab") as log:
        log.write(b'age": "late"}\n')
    assert watch.read_warnings() == ["error: late"]


@pytest.mark.parametrize("line", [b"Traceback", b"[1, 2]", b'"ERROR"', b"\xff\xfe", b"{", b""])
def test_lines_that_are_no_record_are_passed_over(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "worker.log"
    watch = LogWatch(path)
    path.write_bytes(line + b"\n")
    assert watch.read_warnings() == []


def test_a_flood_is_counted_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    watch = LogWatch(path)
    write(path, *[{"level": "ERROR", "message": f"no {number}"} for number in range(100)])
    shown = watch.read_warnings()
    assert shown[:2] == ["error: no 0", "error: no 1"]
    assert shown[-1] == f"... and 95 more in {path}"


def test_a_log_that_was_set_aside_by_its_writer_is_read_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    write(path, {"level": "INFO", "message": "x" * 500})
    watch = LogWatch(path)
    path.unlink()
    write(path, {"level": "ERROR", "message": "new file"})
    assert watch.read_warnings() == ["error: new file"]


def test_a_log_grown_too_large_is_copied_and_emptied_under_its_writer(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    watch = LogWatch(path, size_limit=1000)
    with path.open("ab", buffering=0) as writer:
        writer.write(b"x" * 2000 + b"\n")
        assert watch.read_warnings() == []
        assert path.stat().st_size == 0
        writer.write(json.dumps({"level": "ERROR", "message": "afterwards"}).encode() + b"\n")
    assert watch.read_warnings() == ["error: afterwards"]
    assert path.with_name("worker.log.1").stat().st_size == 2001


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (b'{"level": "INFO", "message": "ready"}\n', "ready"),
        (b"recado: PORT: 8000 is taken\n", "recado: PORT: 8000 is taken"),
        (b'{"level"\n', '{"level"'),
    ],
)
def test_the_last_words_of_a_log_are_told_without_their_wrapping(tmp_path: Path, end: bytes, expected: str) -> None:
    path = tmp_path / "worker.log"
    path.write_bytes(b"earlier\n" + end)
    assert last_words(path) == expected


def test_a_log_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert last_words(tmp_path / "worker.log") == ""
