"""Figures that are part of a name of the company's catalogue: whoever asks "which of them: Café 500g or 250g?" claims
nothing."""

import re
from collections.abc import Iterable
from dataclasses import replace

from agent.grounding.report import GroundingReport
from agent.grounding.words.folding import fold_in_place


def set_names_aside(report: GroundingReport, draft: str, names: Iterable[str]) -> GroundingReport:
    """The same report, with what stands inside a name, written in full, as no claim after all."""
    folded = fold_in_place(draft)
    places = [place for name in names for place in _find(folded, fold_in_place(name))]
    findings = (
        replace(one, operation="part of a name", reason="")
        if one.reason and any(start <= one.start and one.end <= end for start, end in places)
        else one
        for one in report.findings
    )
    return GroundingReport(tuple(findings))


def _find(folded: str, name: str) -> Iterable[tuple[int, int]]:
    """A name of figures alone may be anything."""
    if name not in folded or not re.search("[a-z]{2}", name):
        return []
    return [match.span() for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", folded)]
