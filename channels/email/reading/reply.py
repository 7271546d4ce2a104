"""What the person wrote this time, cut out of a mail's lines; rather a line too many than one too few."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from channels.email.reading.attributions import find_attribution
from channels.email.reading.footers import (
    find_disclaimer,
    is_advertisement,
    is_delimiter,
    is_mobile_footer,
    is_plate_or_footer,
)
from channels.email.reading.letterheads import find_block, find_title, is_rule
from channels.email.reading.lines import Line, join_lines
from channels.email.reading.signatures import find_signature

_FORWARDING = re.compile(r"\s*(?:enc|fwd?|rv|encaminhad[oa]|reenv|tr|wg)\s*:", re.IGNORECASE)
_ANSWERS_BELOW = re.compile(
    r"\b(?:respostas?|respondi|respondo|respondid[oa]s?|coment[áa]rios?|comentei|answers?|answered|comments?|replies|"
    r"respuestas?|respond[ií])\b"
    r"[^.?\n]{0,40}\b(?:abaixo|em (?:azul|vermelho|verde|negrito|destaque)|no corpo|below|inline|in (?:red|blue|"
    r"green|bold)|abajo|en (?:rojo|azul|negrita))\b",
    re.IGNORECASE,
)
_ROUNDS = 12  # layers of footers under one mail
_MOST_LINES = 3000  # of somebody's own, in which history is looked for; no person writes so many


@dataclass(frozen=True, slots=True)
class CutReply:
    """The pieces of a mail, each in the order in which it stood there."""

    text: str
    quoted: str = ""
    signature: str = ""
    forwarded: str = ""
    is_forwarded: bool = False  # there is nothing of the sender's own in `text` to speak of
    holds_history: bool = False  # lines of earlier mails, anybody's, stand in `text`


@dataclass(frozen=True, slots=True)
class _Cut:
    """History begins at `start`; a loose one may be answered between its lines, and only its head goes."""

    start: int
    end: int
    kind: Literal["loose", "quote", "forward"]


def cut_reply(lines: Sequence[Line], subject: str = "", sender_name: str = "") -> CutReply:
    """Linear in the length of the mail. When nothing would be left, everything is; footers alone are no words."""
    if all(map(is_plate_or_footer, lines)):
        return CutReply("", signature=join_lines(lines))
    kept, heads, rest, kind = _part(lines)
    if rest and kind == "quote" and _FORWARDING.match(subject[:40]):
        kind = "forward"
    end, signature = _trim(kept, sender_name)
    own = [line for line in kept[:end] if not line.is_blank and not line.is_quote]
    if not own:
        end, signature = _trim(kept, sender_name, with_signature=False)
        own = [line for line in kept[:end] if not line.is_blank and not line.is_quote]
    if not own or (kind == "quote" and rest and _says_answers_are_below(own)):
        return _keep_all(lines, rest, kind)
    text = join_lines(kept[:end])
    trailing = [line for line in kept[end:] if line.is_quote]
    if trailing and not rest and _is_forward_quoted(trailing):
        kind, rest, trailing = "forward", trailing, []
    quoted = join_lines([*heads, *trailing, *([] if kind == "forward" else rest)])
    forwarded = join_lines(rest) if kind == "forward" else ""
    is_forwarded = bool(forwarded) and _is_hardly_own(text)
    return CutReply(text, quoted, join_lines(signature), forwarded, is_forwarded, _has_quotes(kept[:end]))


def _is_forward_quoted(trailing: Sequence[Line]) -> bool:
    """Apple Mail indents what it forwards as if it were a quote."""
    shown = [Line(line.text.lstrip("> ")) for line in trailing[:12]]
    titles = [find_title(shown, position) for position in range(len(shown)) if not shown[position].is_blank]
    return any(title is not None and title.announces == "forward" for title in titles[:4])


def _has_quotes(lines: Sequence[Line]) -> bool:
    return any(line.is_quote for line in lines)


def _keep_all(lines: Sequence[Line], rest: Sequence[Line], kind: str) -> CutReply:
    is_forward = kind == "forward"
    return CutReply(
        join_lines([line for line in lines if line.hint != "cut" or line.text]),
        forwarded=join_lines(rest) if is_forward else "",
        is_forwarded=is_forward,
        holds_history=bool(rest) or _has_quotes(lines),
    )


def _says_answers_are_below(own: Sequence[Line]) -> bool:
    return any(_ANSWERS_BELOW.search(line.plain) for line in own[:20])


def _is_hardly_own(text: str) -> bool:
    return len(text.split()) <= 3 and "?" not in text


def _part(lines: Sequence[Line]) -> tuple[list[Line], list[Line], list[Line], str]:
    """The lines that may be the person's, the heads of quotes among them, and the history below with its kind."""
    kept: list[Line] = []
    heads: list[Line] = []
    position = looked_at = 0
    while position < len(lines):
        looked_at += not lines[position].is_blank and not lines[position].is_quote
        cut = _find_cut(lines, position) if looked_at <= _MOST_LINES else None
        if cut is None:
            kept.append(lines[position])
            position += 1
        elif cut.kind == "loose":
            heads.extend(lines[cut.start : cut.end])
            position = cut.end
        else:
            above = _absorb(kept)
            return kept, heads, [*above, *lines[cut.start :]], cut.kind
    footer = _find_hanging_footer(kept)
    if footer:
        return kept[:footer], heads, kept[footer:], "quote"
    return kept, heads, [], ""


def _find_cut(lines: Sequence[Line], position: int) -> _Cut | None:
    line = lines[position]
    if line.hint == "cut":
        return _Cut(position, position + 1, "quote")
    if line.is_blank or line.is_quote:
        return None
    end = find_attribution(lines, position)
    if not end and line.hint == "head" and not find_title(lines, position) and _is_quoted_below(lines, position + 1):
        end = position + 1
    if end:
        return _Cut(position, end, "loose" if _is_quoted_below(lines, end) else "quote")
    found = find_title(lines, position) or find_block(lines, position)
    return _Cut(position, found.end, found.announces) if found else None


def _is_quoted_below(lines: Sequence[Line], start: int) -> bool:
    return next((line.is_quote for line in lines[start : start + 4] if not line.is_blank), False)


def _absorb(kept: list[Line]) -> list[Line]:
    """A rule or a title right above belongs to the history; it is taken from what was kept."""
    taken: list[Line] = []
    while kept and len(taken) < 6 and (kept[-1].is_blank or is_rule(kept[-1])):
        taken.insert(0, kept.pop())
    return taken


def _find_hanging_footer(kept: Sequence[Line]) -> int:
    """Where plain text goes on below "Enviado do meu iPhone" it is unmarked history; 0 when it is not that simple."""
    for position, line in enumerate(kept[:_MOST_LINES]):
        if line.is_quote:
            return 0
        if is_mobile_footer(line) and any(not own.is_blank for own in kept[:position]):
            below = [other for other in kept[position + 1 :] if not other.is_blank]
            is_history = len(below) >= 3 and position > 0 and kept[position - 1].is_blank
            return position if is_history and not any(other.is_quote for other in below) else 0
    return 0


def _trim(kept: Sequence[Line], sender_name: str, *, with_signature: bool = True) -> tuple[int, list[Line]]:
    """Where the person's words end, and the lines of the name plate and the footers below them."""
    end = len(kept)
    plate: list[Line] = []
    for _ in range(_ROUNDS):
        start = _drop_trailing(kept, end)
        start = find_disclaimer(kept, start) if start else 0
        if start == end and with_signature:
            start = find_signature(kept, end, sender_name)
        if start == end or start == 0:
            break
        plate = [line for line in kept[start:end] if not line.is_quote] + plate
        end = start
    return _drop_trailing(kept, end) if end else 0, plate


def _drop_trailing(kept: Sequence[Line], end: int) -> int:
    """Empty lines, strokes, quotes and advertising at the end say nothing."""
    while end:
        line = kept[end - 1]
        is_plate = line.hint == "signature" and not line.plain.endswith("?")
        if not (line.is_blank or line.is_quote or is_plate or is_delimiter(line) or is_advertisement(line)):
            break
        end -= 1
    return end
