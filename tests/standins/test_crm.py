"""The stand-in CRM judges: what it must notice, it notices."""

import json
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.standins.crm import StandInCrm
from tests.standins.crm_dialects import TOKEN

MARKER = "ref: r_0193b6c7-0000-7000-8000-000000000001"


@pytest.fixture
def crm() -> Iterator[StandInCrm]:
    with StandInCrm() as standin:
        yield standin


def write(crm: StandInCrm, text: str, *, key: str = "k", token: str = TOKEN, path: str = "/messages") -> int:
    body = json.dumps({"thread": "deal/42", "text": text}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    try:
        with urlopen(Request(crm.url + path, body, headers), timeout=180) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code


def test_it_takes_notes_and_notices_one_that_was_written_twice(crm: StandInCrm) -> None:
    assert write(crm, f"Oi\n{MARKER}") == 201
    assert crm.double_notes() == []
    assert write(crm, f"Oi\n{MARKER}") == 201
    assert crm.double_notes() == [MARKER]


def test_it_notices_notes_without_marker_or_key(crm: StandInCrm) -> None:
    write(crm, f"Oi\n{MARKER}")
    assert crm.careless_notes() == []
    write(crm, "sem marca")
    write(crm, f"sem chave\n{MARKER}", key="")
    assert [note.text.split("\n")[0] for note in crm.careless_notes()] == ["sem marca", "sem chave"]


def test_it_lets_nobody_in_without_the_token_and_knows_no_other_path(crm: StandInCrm) -> None:
    assert write(crm, "Oi", token="another") == 401
    assert write(crm, "Oi", path="/elsewhere") == 404
    assert (crm.notes, crm.refusals) == ([], [401, 404])


def test_it_honours_keys_when_told_to(crm: StandInCrm) -> None:
    crm.honours_keys = True
    write(crm, f"Oi\n{MARKER}")
    write(crm, f"Oi\n{MARKER}")
    assert len(crm.notes) == 1
