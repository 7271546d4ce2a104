"""What a mapping may say about a document."""

import pytest

from channels.crm.expressions import Expression, Structure, Template
from models.errors import PayloadError

DOCUMENT = {"event": {"id": 7, "name": "Padaria Sol", "none": None, "zero": 0, "yes": True, "tags": ["a", "b"]}}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("event.id", "7"),
        ("event.name", "Padaria Sol"),
        ("event.none", ""),
        ("event.missing.deeper", ""),
        ("event.yes", ""),
        ("event", ""),
        ("[event.id, event.name]", "7:Padaria Sol"),
        ("[event.id, event.missing]", ""),
        ("event.tags", "a:b"),
        ("`[]`", ""),
    ],
)
def test_a_text_is_a_string_a_number_or_a_complete_list_of_them(source: str, text: str) -> None:
    assert Expression(source).text(DOCUMENT) == text


@pytest.mark.parametrize(("source", "holds"), [("event.zero", True), ("event.none", False), ("event.tags", True)])
def test_truth_is_that_of_jmespath(source: str, holds: bool) -> None:
    assert Expression(source).holds(DOCUMENT) is holds


@pytest.mark.parametrize("source", ["event.", "", "a b", "nothing(event)", "[?"])
def test_what_is_no_expression_is_refused_when_it_is_compiled_or_tried(source: str) -> None:
    with pytest.raises((ValueError, PayloadError)):
        Expression(source).find(DOCUMENT)


def test_a_document_of_other_types_is_a_payload_error_and_names_the_expression() -> None:
    with pytest.raises(PayloadError, match=r"join\(':', event.id\)"):
        Expression("join(':', event.id)").find(DOCUMENT)


def test_a_template_leaves_out_what_is_missing_and_quotes_what_is_there() -> None:
    template = Template("/deals/{event.name}/x{event.missing}?id={event.id}")
    assert template.fill(DOCUMENT, lambda text: text.replace(" ", "%20")) == "/deals/Padaria%20Sol/x?id=7"


@pytest.mark.parametrize("source", ["{", "a}b", "{{event.id}}", "{event.}"])
def test_a_template_with_a_lonely_brace_or_a_broken_expression_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Template(source)


def test_a_structure_keeps_types_and_leaves_out_members_that_are_null() -> None:
    structure = Structure({"id": "=event.id", "text": "event.id", "none": "=event.none", "list": ["=event.yes", 1]})
    assert structure.fill(DOCUMENT) == {"id": 7, "text": "event.id", "list": [True, 1]}
