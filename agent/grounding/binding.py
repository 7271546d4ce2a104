"""Whose a figure is said to be: the names and days that stand beside it in its sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from agent.grounding.claims import Known, Span

_OF: Final = re.compile(
    r"(?:(?:reais|reales|pedidos|orders|unidades|units|negocios|deals|vendidos|sold|a menos|a mais|de atraso) )?"
    r"(?:de|do|da|dos|das|del|of|from|for|em|in|no|na|en|para|pra|by|pelo|pela|por|ao|a|to|contra o|the|el)"
    r"(?: (?:o|a|el|la|the|dia|pedido|order))?"
)
_ASIDE: Final = re.compile(r"\s*\([^)]*\)|[\s*_()%]+")
_AGAINST: Final = re.compile(r"\([^()]*\b(?:contra|vs|versus|against|frente|ante|x)\b[^()]*\)|\([^()]*×[^()]*\)")
_PARTS: Final = re.compile(r"[;)]")
_IN_BRACKETS: Final = re.compile(r"[*_ ]*\([^()]*")
_LONGEST_OF: Final = 60
_NEAR: Final = 25
_PAUSE: Final = re.compile(r"[,;:.!?)]")
_AND: Final = re.compile(r"[*_]*,? (?:e|and|y|mas|but|pero|while|enquanto)(?: (?:o|a|el|la|the))? [*_]*")
_COMMA: Final = re.compile(r"[*_]*(?:,|:| com| with| con|, com)(?: by)? [*_]*")
_RESPECTIVELY: Final = re.compile(r"respectiv")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A name or a day in the text, with all that it may mean."""

    start: int
    end: int
    labels: frozenset[str] = frozenset()
    spans: tuple[Span, ...] = ()

    def fits(self, known: Known) -> bool:
        if self.labels:
            return not known.labels.isdisjoint(self.labels)
        return any(_overlap(one, other) for one in known.spans for other in self.spans)


def _overlap(one: Span, other: Span) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


@dataclass(frozen=True, slots=True)
class Owners:
    """Those that a figure stands beside: it must be of one of `names`, and of one of `days`, where there are any."""

    names: tuple[Anchor, ...] = ()
    days: tuple[Anchor, ...] = ()
    all_names: tuple[Anchor, ...] = field(default=())

    def fit_days(self, known: Known) -> bool:
        return not self.days or not known.spans or any(anchor.fits(known) for anchor in self.days)

    def fit_names(self, known: Known) -> bool:
        return not self.names or not known.labels or any(anchor.fits(known) for anchor in self.names)

    def fit(self, known: Known) -> bool:
        return self.fit_names(known) and self.fit_days(known)

    def are_unknown_to(self, known: Known) -> bool:
        """Whether there is a name beside the figure, and the figure has none."""
        return bool(self.names) and not known.labels


def bind(
    folded: str, place: tuple[int, int], figures: Sequence[tuple[int, int]], anchors: Sequence[Anchor]
) -> tuple[Anchor, ...]:
    """The anchors of the figure at `place`, from those of its sentence; `figures` are all figures of the sentence.

    "Name: figure" and "figure of Name" are told apart by which comes first; where neither is clear, any name of the
    sentence will do, so that no true sentence is refused for its style.
    """
    if not anchors:
        return ()
    start, end = place
    if len(anchors) >= 2 and _RESPECTIVELY.search(folded, anchors[0].start, max(stop for _, stop in figures)):
        return _paired(place, figures, anchors)
    after = [anchor for anchor in anchors if anchor.start >= end]
    if after and _is_of(folded[end : after[0].start]):
        return _group(folded, after, figures, end)
    if any(aside.start() < start < aside.end() for aside in _AGAINST.finditer(folded)):
        return tuple(anchors)  # "A sold more than B (20 against 10)"
    before = [anchor for anchor in anchors if anchor.end <= start]
    if before and _IN_BRACKETS.fullmatch(folded, before[-1].end, start):
        return _last_group(folded, before, figures)  # "18 of Trek (R$ 389)"
    if anchors[0].start < min(begin for begin, _ in figures):
        last = [anchor for anchor in before if not _of_another(folded, anchor, figures)] or before
        return _last_group(folded, last, figures)
    if len(figures) == 1:
        return tuple(anchors)
    next_figure = min((begin for begin, _ in figures if begin >= end), default=len(folded))
    near = (anchor for anchor in after if anchor.end <= next_figure and anchor.start - end <= _NEAR)
    near = (one for one in near if not _is_of_the_next(folded, end, one, next_figure))
    following = tuple(anchor for anchor in near if not _PAUSE.search(folded[end : anchor.start]))
    if following or not before or start - before[-1].end > _NEAR:
        return following
    right_before = before[-1]
    is_alone = not any(right_before.end <= begin < start for begin, _ in figures)
    is_alone = is_alone and ")" not in folded[right_before.end : start]
    return (right_before,) if is_alone and not _of_another(folded, right_before, figures) else ()


def _is_of_the_next(folded: str, end: int, anchor: Anchor, next_figure: int) -> bool:
    """ "He grew by 10, and Ana, by 4": the name opens another clause."""
    return bool(_AND.fullmatch(folded, end, anchor.start) and _COMMA.fullmatch(folded, anchor.end, next_figure))


def _of_another(folded: str, anchor: Anchor, figures: Sequence[tuple[int, int]]) -> bool:
    """Whether the name belongs to a figure right before it: "162 em janeiro, alta de 24"."""
    ends = [stop for _, stop in figures if stop <= anchor.start]
    if not ends:
        return False
    return _is_of(folded[max(ends) : anchor.start])


def _is_of(gap: str) -> bool:
    """Whether no more than "of" stands there, asides left out: "54 (61 orders) of Ana"."""
    return len(gap) <= _LONGEST_OF and bool(_OF.fullmatch(_ASIDE.sub(" ", gap).strip()))


def _group(folded: str, after: list[Anchor], figures: Sequence[tuple[int, int]], end: int) -> tuple[Anchor, ...]:
    """The names up to the next figure: "80 de Lima e Sol"."""
    following = [begin for begin, _ in figures if begin >= end]
    stop = min(following, default=len(folded))
    return tuple(anchor for anchor in after if anchor.end <= stop) or (after[0],)


def _last_group(folded: str, before: list[Anchor], figures: Sequence[tuple[int, int]]) -> tuple[Anchor, ...]:
    """The last names that no figure parts."""
    group = [before[-1]]
    for anchor in reversed(before[:-1]):
        is_parted = bool(_PARTS.search(folded, anchor.end, group[0].start))
        if is_parted or any(anchor.end <= begin and stop <= group[0].start for begin, stop in figures):
            break
        group.insert(0, anchor)
    return tuple(group)


def _paired(
    place: tuple[int, int], figures: Sequence[tuple[int, int]], anchors: Sequence[Anchor]
) -> tuple[Anchor, ...]:
    """ "Ana e Júlio venderam, respectivamente, 10 e 20": the first with the first."""
    if len(figures) != len(anchors):
        return tuple(anchors)
    return (anchors[figures.index(place)],)
