"""How many fabricated figures are caught, and how many true replies are suspected, on the corpus."""

import json
from collections import Counter

import pytest

from tests.agent.grounding.corpus import Specimen, scenes, specimens

DENSE = ("pens", "desks", "briefs", "later", "latest", "final")
PARTS = (
    "open",
    "held",
    "fresh",
    "plain",
    "last",
    *DENSE,
    "chats",
    "talks",
    "turns",
    "sums",
    "blind",
    "inuse",
    "inuse held",
    "exam",
    "exam held",
)
CAUGHT = {"blind": 0.93, "exam held": 0.94}  # where it is less than elsewhere
# Nothing is ever mended for the half that is held: it says what is to be expected of replies yet to come.
SUSPECTED = {"blind": 0.125, "exam held": 0.17}


def part(name: str) -> list[Specimen]:
    return [specimen for specimen in specimens() if specimen.part == name]


@pytest.mark.parametrize("name", [name for name in PARTS if name not in ("plain", "last")])  # true ones alone
def test_of_fabricated_figures_nearly_all_are_caught(name: str) -> None:
    fabricated = [specimen for specimen in part(name) if specimen.fabricated]
    missed = [specimen for specimen in fabricated if not specimen.is_caught()]
    rate = 1 - len(missed) / len(fabricated)
    print(f"{name}: {rate:.1%} of {len(fabricated)} caught; missed: {Counter(one.fabricated for one in missed)}")
    assert rate >= CAUGHT.get(name, 0.95), [specimen.id for specimen in missed]


@pytest.mark.parametrize("name", PARTS)
def test_of_true_replies_hardly_any_is_suspected(name: str) -> None:
    true = [specimen for specimen in part(name) if not specimen.fabricated]
    suspected = {one.id: [finding.text for finding in one.report().untraceable] for one in true}
    alarms = {specimen: found for specimen, found in suspected.items() if found}
    print(f"{name}: {len(alarms) / len(true):.1%} of {len(true)} true replies suspected: {alarms}")
    assert len(alarms) <= max(SUSPECTED.get(name, 0.02) * len(true), 2)  # two of a small set are more than that


def test_the_corpus_is_large_and_in_three_languages() -> None:
    assert len({specimen.id for specimen in specimens()}) == len(specimens()) >= 400
    languages = Counter(specimen.language for specimen in specimens())
    assert all(languages[language] >= 25 for language in ("pt", "en", "es")), languages
    kinds = {specimen.fabricated for specimen in specimens()}
    assert len(kinds - {""}) >= 8
    assert {specimen.scene for specimen in specimens()} == set(scenes())


def test_every_report_can_be_stored_as_json() -> None:
    told = specimens()[0].report().as_json()
    assert told["untraceable"] == 0
    assert [claim["from"] for claim in told["claims"] if claim["kind"] == "money"] == [["sales_summary[0].data.total"]]
    assert json.loads(json.dumps(told)) == told
