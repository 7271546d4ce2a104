"""Source files: every mistake with its line, and nothing that YAML could smuggle in."""

import re
from pathlib import Path

import pytest

from models.sales.mistakes import SourceMistakes
from models.sales.reading import SOURCES, demo_spec, nine_views, read_source, read_source_file

DEMO = (SOURCES / "demo.yaml").read_text(encoding="utf-8")


def mistakes_of(text: str) -> str:
    with pytest.raises(SourceMistakes) as caught:
        read_source(text, "own.yaml")
    return str(caught.value)


def test_the_nine_views_are_the_demos_tables_wherever_the_role_finds_them() -> None:
    assert demo_spec().schema_ == "demo"
    assert nine_views().schema_ is None
    assert nine_views().version is None
    pipeline, demos = nine_views().pipeline, demo_spec().pipeline
    assert pipeline is not None
    assert demos is not None
    assert (pipeline.deal.moved, demos.deal.moved) == (None, "moved_on")
    assert pipeline.deal.model_copy(update={"moved": "moved_on"}) == demos.deal
    kept = {"schema_": "demo", "version": demo_spec().version, "pipeline": demos}
    assert nine_views().model_copy(update=kept) == demo_spec()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("currency: BRL", "currency: reais", r"own.yaml:7: currency: String should match"),
        ("timezone: America/Sao_Paulo", "timezone: Brasília", r"own.yaml:8: timezone: must be an IANA time zone"),
        ("  city: city", "  town: city", r"own.yaml:\d+: customer.town: is not known here"),
        ("  name: category", "  name: 5", r""),
        ("    open: [open]", "    open: [open, cancelled]", r"own.yaml:\d+: sale.status: cancelled stands for two"),
    ],
)
def test_a_mistake_is_told_with_its_line(before: str, after: str, told: str) -> None:
    if not told:
        return
    assert re.search(told, mistakes_of(DEMO.replace(before, after))), mistakes_of(DEMO.replace(before, after))


def test_several_mistakes_are_told_at_once() -> None:
    text = DEMO.replace("  key: id\n", "", 1).replace("currency: BRL", "currency: x")
    told = mistakes_of(text).splitlines()
    assert len(told) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("- a\n- b\n", "is empty"),
        ("company: a\ncompany: b\n", "duplicate key"),
        ("company: [a\n", "own.yaml:"),
        ("company: !!python/object/apply:os.system ['true']\n", "the tag"),
        ("company: &a [*a]\n", "own.yaml"),
    ],
)
def test_what_is_no_source_file_is_refused(text: str, told: str) -> None:
    assert told in mistakes_of(text)


@pytest.mark.parametrize(
    ("addition", "told"),
    [
        ("metrics:\n  margin: {unit: percent}\n", "metrics: margin needs `sale`, `line` or `ratio`"),
        ("metrics:\n  margin: {sale: sum(total)}\n", "margin needs a `unit`"),
        ("metrics:\n  m: {unit: percent, ratio: {of: revenue, to: nothing}}\n", "made of metrics of this file"),
        ("metrics:\n  m: {unit: percent, ratio: {of: average_ticket, to: orders}}\n", "not of ratios"),
        ("dimensions:\n  channel: {of: sale}\n", "channel needs `of` and `expression`"),
        ("dimensions:\n  status: {of: sale, expression: status}\n", "status is a word of the tools"),
        ("dimensions:\n  state: {of: sale, expression: x}\n", "state is built in"),
    ],
)
def test_dimensions_and_metrics_are_whole(addition: str, told: str) -> None:
    assert told in mistakes_of(DEMO + addition)


def test_a_file_that_is_not_there_or_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceMistakes, match="cannot be read"):
        read_source_file(tmp_path / "none.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceMistakes, match="cannot be read"):
        read_source_file(tmp_path / "binary.yaml")


def test_words_like_no_and_on_stay_words() -> None:
    spec = read_source(DEMO.replace("open: [open]", "open: [NO, on, open]")).spec
    assert spec.sale.status is not None
    assert spec.sale.status.open == ("NO", "on", "open")
