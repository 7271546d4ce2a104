"""What a mapping says of records: tried when the channel is built, and offered as far as it goes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from channels.crm import CrmChannel
from channels.crm.mapping import load_mapping, preset_names
from channels.crm.rehearsal import list_requests
from models.changes.crm_record import Record
from models.errors import ConfigurationError
from tests.channels.crm.conftest import account_of, account_over
from tests.standins.crm import StandInCrm

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "channels-crm.md"


def described() -> dict[str, Any]:
    """The mapping of one's own that the documentation shows under "Writing into the CRM"."""
    chapter = DOCUMENT.read_text(encoding="utf-8").split("## Writing into the CRM")[1]
    found = re.search(r"```json\n(.*?)```", chapter, re.DOTALL)
    assert found is not None
    mapping: dict[str, Any] = json.loads(found[1])
    return mapping


def written(folder: Path, mapping: dict[str, Any]) -> str:
    path = folder / "crm.json"
    path.write_text(json.dumps(mapping), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("preset", preset_names())
def test_what_a_preset_offers_is_what_the_documentation_says(preset: str) -> None:
    [row] = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{preset}` | ")][
        -1:
    ]
    customer, _, back, deal, fields = [cell.strip() for cell in row.strip("|").split("|")[1:]]
    records = CrmChannel(account_of(preset)).records()
    assert (records is None) == (customer == "-")
    if records is None:
        return
    assert (records.writes("note"), records.writes("task")) == (True, True)
    assert records.removes("note") == records.removes("task") == (back == "yes")
    assert records.fields("deal") == frozenset(filter(None, deal.replace("-", "").split(", ")))
    assert records.fields("customer") == frozenset(filter(None, fields.replace("-", "").split(", ")))


def test_the_mapping_of_the_documentation_works_and_every_request_of_it_was_tried(tmp_path: Path) -> None:
    path = written(tmp_path, described())
    mapping, _ = load_mapping("", path)
    tried = [place for place, _ in list_requests(mapping.writing)]
    assert tried == ["writing.customer.search", "writing.note", "writing.note.find", "writing.note.remove"]
    records = CrmChannel(account_of("", mapping=path)).records()
    assert records is not None
    assert (records.writes("task"), records.fields("deal")) == (False, frozenset())


def test_an_expression_that_cannot_be_filled_in_is_named_at_start_up(tmp_path: Path) -> None:
    mapping = described()
    mapping["writing"]["note"]["body"] = {"text": "=to_number(entry.text).x.y | abs(@)"}
    with pytest.raises(ConfigurationError, match=r"writing\.note"):
        CrmChannel(account_of("", mapping=written(tmp_path, mapping)))


def test_hubspot_is_asked_for_open_deals_alone() -> None:
    deal = load_mapping("hubspot", "")[0].writing
    assert deal is not None
    assert deal.deal is not None
    body = deal.deal.search.body
    assert body is not None
    [group] = body.fill({"customer": {"id": "7"}})["filterGroups"]
    assert {"propertyName": "hs_is_closed", "operator": "EQ", "value": "false"} in group["filters"]


def test_an_update_without_a_reading_is_refused(tmp_path: Path) -> None:
    mapping = described()
    mapping["writing"]["customer"]["update"] = {"method": "PATCH", "path": "/x"}
    with pytest.raises(ConfigurationError, match=r"writing\.customer.*read: is missing"):
        CrmChannel(account_of("", mapping=written(tmp_path, mapping)))


def test_a_name_stays_one_part_of_the_address() -> None:
    with StandInCrm() as crm:
        channel = CrmChannel(account_over(crm, "generic"))
        records = channel.records()
        assert records is not None
        assert records.search("customer", "Sol & Cia/../deals?x=1#") == []
        assert records.search("deal", "", Record("a/b", "x")) == []
        channel.close()
    assert [path for _, path, _ in crm.requests] == [
        "/customers?name=Sol%20%26%20Cia%2F..%2Fdeals%3Fx%3D1%23",
        "/customers/a%2Fb/deals",
    ]
