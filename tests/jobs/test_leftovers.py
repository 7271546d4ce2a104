"""The files of documents that are gone go too, whoever dies between the commit and the deletion."""

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from jobs.privacy.leftovers import clear_leftovers
from models.errors import StorageError
from models.faultpoint import set_fault_hook
from models.files.storage import DiskStorage
from models.privacy.leftover_file import claim_leftovers, note_leftovers
from models.session import session_scope
from tests.fakes import Killed
from tests.jobs.test_knowledge import Ground
from tests.running import eventually


class Away(DiskStorage):
    def delete(self, key: str) -> None:
        raise StorageError("the bucket does not answer", permanent=False)


@pytest.fixture
def ground(engine: Engine, tmp_path: Path) -> Iterator[Ground]:
    made = Ground(engine, tmp_path / "files")
    made.submit("preço: 10 reais")
    made.keeper.work()
    yield made
    set_fault_hook(None)


def count_leftovers(ground: Ground) -> int:
    with session_scope(ground.engine) as connection:
        found: int = connection.execute(text("SELECT count(*) FROM leftover_file")).scalar_one()
    return found


def let_claims_end(ground: Ground) -> None:
    with session_scope(ground.engine) as connection:
        connection.execute(text("UPDATE leftover_file SET due_at = now()"))


def die_at(point: str) -> None:
    def die(name: str) -> None:
        if name == point:
            set_fault_hook(None)
            raise Killed(name)

    set_fault_hook(die)


def remove(ground: Ground, point: str = "library.committed") -> None:
    die_at(point)
    ground.library.remove(ground.tenant_id, "termos.txt")


def replace_it(ground: Ground) -> None:
    ground.submit("preço: 11 reais")
    die_at("library.committed")
    ground.keeper.work()


def give_up_the_one_before(ground: Ground) -> None:
    ground.submit("preço: 11 reais")
    die_at("library.committed")
    ground.submit("preço: 12 reais")


@pytest.mark.parametrize(
    ("change", "left"),
    [(remove, 0), (replace_it, 1), (give_up_the_one_before, 2)],
    ids=["removed", "replaced", "again"],
)
def test_a_worker_deletes_what_somebody_who_died_after_the_commit_left(
    ground: Ground, change: Callable[[Ground], None], left: int
) -> None:
    with pytest.raises(Killed):
        change(ground)
    assert (len(ground.files()), count_leftovers(ground)) == (left + 1, 1)
    assert clear_leftovers(ground.engine, ground.storage) == 1
    assert (len(ground.files()), count_leftovers(ground)) == (left, 0)


def test_who_dies_before_the_deletion_is_on_record_is_followed_once_its_claim_is_over(ground: Ground) -> None:
    with pytest.raises(Killed):
        remove(ground, "leftover.deleted")
    assert (ground.files(), count_leftovers(ground), clear_leftovers(ground.engine, ground.storage)) == ([], 1, 0)
    let_claims_end(ground)
    ground.keeper.start()
    eventually(lambda: count_leftovers(ground) == 0)
    ground.keeper.stop()


def test_a_place_for_files_that_is_away_is_asked_again_later(ground: Ground, tmp_path: Path) -> None:
    away = Away(tmp_path / "files")
    with pytest.raises(Killed):
        remove(ground)
    assert (clear_leftovers(ground.engine, away), count_leftovers(ground)) == (0, 1)
    assert clear_leftovers(ground.engine, ground.storage) == 0, "not at once"
    let_claims_end(ground)
    assert clear_leftovers(ground.engine, ground.storage) == 1
    assert ground.files() == []


class Refusing(DiskStorage):
    """Some files for good; `asked` are all that were asked for."""

    def __init__(self, folder: Path, refused: int, *, permanent: bool) -> None:
        super().__init__(folder)
        self._refused, self._permanent = [key_of(number) for number in range(refused)], permanent
        self.asked: list[str] = []

    def delete(self, key: str) -> None:
        self.asked.append(key)
        if key in self._refused:
            raise StorageError("access denied", permanent=self._permanent)


def key_of(number: int) -> str:
    return f"{number:032x}.txt"


def give_up(ground: Ground, count: int) -> None:
    """Files that are due in their order."""
    with session_scope(ground.engine) as connection:
        note_leftovers(connection, map(key_of, range(count)))
        first = f"file < '{key_of(4)}'"
        due = f"CASE WHEN {first} THEN now() - interval '1 hour' ELSE now() - interval '1 minute' END"
        connection.execute(text(f"UPDATE leftover_file SET due_at = {due}"))


def test_a_file_that_is_refused_holds_up_no_other_and_is_told(
    ground: Ground, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    give_up(ground, 120)
    storage = Refusing(tmp_path / "files", 4, permanent=True)
    assert [clear_leftovers(ground.engine, storage) for _ in range(3)] == [96, 20, 0]
    assert (count_leftovers(ground), len(storage.asked)) == (4, 120)
    [line] = [record.getMessage() for record in caplog.records if record.name == "recado.leftovers"]
    assert "4 file(s)" in line
    assert "access denied" in line


def test_of_a_place_that_is_away_few_files_are_asked_for_and_others_the_next_time(
    ground: Ground, tmp_path: Path
) -> None:
    give_up(ground, 4)
    storage = Refusing(tmp_path / "files", 3, permanent=False)
    while clear_leftovers(ground.engine, storage) == 0 and len(storage.asked) < 9:
        with session_scope(ground.engine) as connection:
            connection.execute(text("UPDATE leftover_file SET due_at = due_at - interval '1 minute'"))
    assert count_leftovers(ground) == 3
    assert len(storage.asked) <= 4


def test_two_never_clear_the_same_and_a_file_that_stays_is_never_noted(ground: Ground) -> None:
    with session_scope(ground.engine) as connection:
        note_leftovers(connection, [f"{number:032x}.txt" for number in range(150)] + ["", f"{0:032x}.txt"])
    claims = []
    while claims[-1:] != [[]]:
        with session_scope(ground.engine) as connection:
            claims.append(claim_leftovers(connection, timedelta(minutes=1)))
    assert [len(claim) for claim in claims] == [100, 50, 0]
    assert len(set(itertools.chain(*claims))) == 150
    assert set(ground.files()).isdisjoint(itertools.chain(*claims))
