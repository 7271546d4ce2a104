"""Bars as SVG, written by hand: it shows its numbers, follows the reader's dark mode and needs no library."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from benchmarks.goals import show_figure

_WIDTH, _LABEL, _NUMBER = 760, 250, 90  # pixels: of the picture, of the names at the left, of the numbers at the right
_ROW, _BAR, _HEAD, _GAP = 22, 14, 30, 18
_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.note { fill: #656d76 }
.peer { fill: #afb8c1 }
.ours { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .note { fill: #8d96a0 } .peer { fill: #484f58 } .ours { fill: #2f81f7 }
}
"""


@dataclass(frozen=True)
class Bar:
    name: str
    figure: float
    is_ours: bool = False


@dataclass(frozen=True)
class Panel:
    """Bars that share a scale from 0. `note` says the unit, and which way is better."""

    title: str
    note: str
    bars: Sequence[Bar]


def draw(panels: Sequence[Panel]) -> str:
    """One SVG with the panels below each other."""
    top, parts = _GAP, []
    for panel in panels:
        parts.append(_draw_panel(panel, top))
        top += _HEAD + _ROW * len(panel.bars) + _GAP
    frame = f'viewBox="0 0 {_WIDTH} {top}" width="{_WIDTH}" height="{top}" role="img"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>\n<style>{_STYLE}</style>\n{"".join(parts)}</svg>\n'


def _draw_panel(panel: Panel, top: int) -> str:
    title = f'<text class="title" x="0" y="{top + 13}">{escape(panel.title)}'
    lines = [f'{title}<tspan class="note" font-weight="400" dx="8">{escape(panel.note)}</tspan></text>\n']
    scale = (_WIDTH - _LABEL - _NUMBER) / (max((bar.figure for bar in panel.bars), default=0.0) or 1.0)
    for number, bar in enumerate(panel.bars):
        y = top + _HEAD + _ROW * number
        long = max(1.0, bar.figure * scale)
        kind = "ours" if bar.is_ours else "peer"
        lines += [
            f'<text x="{_LABEL - 10}" y="{y + 12}" text-anchor="end">{escape(bar.name)}</text>',
            f'<rect class="{kind}" x="{_LABEL}" y="{y}" width="{long:.1f}" height="{_BAR}" rx="2"/>',
            f'<text x="{_LABEL + long + 6:.1f}" y="{y + 12}">{show_figure(bar.figure)}</text>\n',
        ]
    return "".join(lines)
