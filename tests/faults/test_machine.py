"""What is wrong with the machine itself: its disk is full or cannot be written, its clock is wrong or is set right."""

import os
import re
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.base import Completion, CompletionRequest, Usage
from channels.base import FetchedMedia
from jobs.leases import LeaseKeeper
from jobs.runtime import set_services
from models.files.storage import DiskStorage
from models.inbound import InboundMedia, InboundMessage
from models.reply import Accepted, OutboundPart, SendOutcome
from tests.jobs.conftest import house
from tests.jobs.house import House
from tests.running import ROOT

__all__ = ["house"]

_PICTURE = FetchedMedia(b"\x89PNG" + bytes(50_000), "image/png")


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Writing stops in the middle of the file, as it does where the disk ends."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def unwritable_folder(folder: Path) -> Iterator[None]:
    """Nothing can be made in it, not by root either."""
    folder.write_bytes(b"")
    yield
    folder.unlink()


@pytest.mark.parametrize("trouble", [full_disk, unwritable_folder])
def test_a_file_that_cannot_be_kept_makes_its_turn_wait_and_nobody_elses(
    house: House, tmp_path: Path, trouble: Callable[[Path], AbstractContextManager[None]]
) -> None:
    folder = tmp_path / "files"
    set_services(replace(house.services, storage=DiskStorage(folder)))
    house.channel.files = [_PICTURE, _PICTURE]
    media = InboundMedia("image/png", "nota.png", "https://files.example/1")
    stored = house.receive(InboundMessage("m1", "+5511999990001", "veja", kind="image", media=(media,)))
    with trouble(folder):
        house.advance(stored)
        house.advance(house.say("oi", "m2"))
    assert house.sent == ["echo: oi"]
    [(error, crashes)] = house.rows("SELECT error, crashes FROM turn WHERE status = 'open'")
    assert error.startswith("files: the file could not be kept")
    assert crashes == 0
    house.make_due()
    house.advance(stored)
    assert len(house.sent) == 2
    kept = [name for _, _, names in os.walk(folder) for name in names]
    assert len(kept) == 1, "nothing half-written is left"


@pytest.mark.parametrize("seconds", [3600.0, -3600.0])
def test_the_machines_clock_may_be_set_at_any_moment(house: House, seconds: float) -> None:
    """Leases, pauses and patience go by the database's clock, durations by one that is never set."""

    def think(request: CompletionRequest) -> Completion:
        house.clock.set_by(seconds)
        leases.renew()
        return Completion("pronto", usage=Usage(1, 1))

    def send(part: OutboundPart) -> SendOutcome:
        house.clock.set_by(seconds)
        house.channel.sent.append(part)
        return Accepted("id")

    leases = LeaseKeeper(house.engine, "worker-1", clock=house.clock, longest=timedelta(minutes=10))
    set_services(replace(house.services, leases=leases))
    house.clock.set_by(seconds)
    stored = house.say("quanto?", "m1")
    house.provider.script, house.channel.send = [think], send  # type: ignore[method-assign]
    house.advance(stored)
    assert house.sent == ["pronto"]
    assert house.rows("SELECT status, crashes FROM turn") == [("settled", 0)]
    assert house.rows("SELECT lease_owner, due_at FROM conversation") == [(None, None)]
    assert house.rows("SELECT count(*) FROM completion WHERE time_ms BETWEEN 0 AND 60000") == [(1,)]
    assert house.alarms == []


def test_only_the_clock_asks_the_machine_what_time_it_is() -> None:
    """So that tests can set it, and nobody compares it with the database's."""
    asking = re.compile(r"\bdatetime\.now\(|\btime\.time\(|\butcnow\(|date\.today\(")
    found = {
        str(path.relative_to(ROOT))
        for floor in ("jobs", "agent", "models")
        for path in (ROOT / floor).rglob("*.py")
        if asking.search(path.read_text(encoding="utf-8"))
    }
    # RQ's books are read by people, and by nothing that decides.
    assert found == {"models/clock.py", "jobs/rq_worker/books.py"}
