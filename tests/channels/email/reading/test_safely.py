"""Reading in a child process: the same result, and a mail that breaks the reader breaks nothing else."""

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.embedded.processes import command_line
from channels.email.reading.mail import Mailbox, ReadMail, Verdict
from channels.email.reading.safely import Unreadable, read_mail_safely
from channels.email.reading.wire import dump_mail, load_answer, split_frames
from models.inbound import InboundMedia
from tests.channels.email.reading.mails import NOW, OWN, mail, multipart, read

FILE = "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORwD/"
FULL = mail(
    multipart("Content-Type: text/plain\r\n\r\nOi\r\n\r\nAtt,\r\nAna", FILE),
    content_type='multipart/mixed; boundary="=_b"',
    cc="Léo <leo@cliente.com.br>",
    references="<a@x> <b@x>",
)


def test_the_child_reads_what_the_parent_would() -> None:
    verdict = Verdict(dmarc="pass", dkim_domains=("cliente.com.br",))
    found = read_mail_safely(FULL, OWN, NOW, verdict=verdict, envelope_sender="ana@cliente.com.br")
    assert found == read(FULL, verdict=verdict, envelope_sender="ana@cliente.com.br")
    assert isinstance(found, ReadMail)
    assert found.attachments[0].content == b"\x89PNG\x00\xff"


def test_a_mail_beyond_the_bounds_is_refused_with_its_reason() -> None:
    assert read_mail_safely(b"", OWN, NOW) == Unreadable("mail: empty")
    assert read_mail_safely(b"x" * (25 * 1024 * 1024 + 1), OWN, NOW) == Unreadable("mail: more than 26214400 bytes")


def test_a_child_that_takes_too_long_is_killed() -> None:
    assert read_mail_safely(FULL, OWN, NOW, patience=0.001) == Unreadable("hostile")


@pytest.mark.skipif(sys.platform != "linux", reason="finds the child by /proc")
def test_a_child_that_somebody_else_ends_says_nothing_about_the_mail() -> None:
    has_met_it = False
    with ThreadPoolExecutor(1) as pool:
        while not has_met_it:  # a child may be gone before it is seen
            reading = pool.submit(read_mail_safely, FULL, OWN, NOW)
            while not reading.done() and not has_met_it:
                has_met_it = any(map(_end, _children()))
            assert isinstance(reading.result(), ReadMail)


def _end(child: int) -> bool:
    """Whether it was still there."""
    with suppress(ProcessLookupError):
        assert os.getpgid(child) != os.getpgid(0), "what is sent to our group is not meant for it"
        os.kill(child, signal.SIGTERM)
        return True
    return False


def _children() -> list[int]:
    """Processes that threads of ours have started and that have become another program."""
    found: list[int] = []
    for path in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):  # the thread has ended
            found += map(int, path.read_text().split())
    return [pid for pid in found if "reading.child" in (command_line(pid) or "")]


def test_a_mail_of_the_largest_size_is_read_within_the_memory_of_the_child() -> None:
    body = b"--=_b\r\n\r\nSegue\r\n--=_b\r\nContent-Type: application/pdf\r\n\r\n" + b"x" * (19 * 1024 * 1024)
    found = read_mail_safely(mail(body, content_type='multipart/mixed; boundary="=_b"'), OWN, NOW, patience=30)
    assert isinstance(found, ReadMail)
    assert len(found.attachments[0].content or b"") == 19 * 1024 * 1024


def test_many_threads_read_at_once() -> None:
    barrier = threading.Barrier(4)

    def read_one(number: int) -> object:
        barrier.wait()
        return read_mail_safely(mail(f"Quero {number} caixas"), OWN, NOW)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(read_one, range(4)))
    assert [each.text if isinstance(each, ReadMail) else each for each in found] == [
        f"Quero {n} caixas" for n in range(4)
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the address space")
def test_the_child_has_bounds_of_its_own() -> None:
    import subprocess

    script = (
        "from models.files.confined import limit_resources\n"
        "limit_resources(300 * 1024 * 1024, 5)\n"
        "try:\n    bytearray(900 * 1024 * 1024)\nexcept MemoryError:\n    print('bounded')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=240, check=True)
    assert done.stdout.strip() == "bounded"


def test_the_child_sees_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    from models.files.confined import bare_environment

    monkeypatch.setenv("EMAIL_WEBHOOK_SECRET", "x")
    assert "EMAIL_WEBHOOK_SECRET" not in bare_environment()


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_FILES = st.lists(st.builds(InboundMedia, _TEXT, name=_TEXT, content=st.none() | st.binary(max_size=20)), max_size=3)


@given(text=_TEXT, files=_FILES.map(tuple), boxes=st.lists(st.builds(Mailbox, _TEXT, _TEXT), max_size=3).map(tuple))
def test_a_mail_survives_the_wire(text: str, files: tuple[InboundMedia, ...], boxes: tuple[Mailbox, ...]) -> None:
    found = replace(read(FULL), text=text, attachments=files, to=boxes, references=(text,))
    assert load_answer(dump_mail(found)) == found


@given(st.binary(max_size=60))
def test_no_bytes_from_the_child_do_more_than_fail(content: bytes) -> None:
    try:
        frames = split_frames(content)
    except ValueError:
        return
    assert sum(len(frame) + 4 for frame in frames) == len(content)
