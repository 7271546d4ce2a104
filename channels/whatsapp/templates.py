"""What is said once the 24 hours since the person's last message are over: an approved template with one variable."""

import re
from dataclasses import replace

from channels.base import Account
from channels.rendering import utf16_length
from channels.whatsapp.errors import CODES
from models.reply import OutboundPart

_TEMPLATE_SID = re.compile(r"HX[0-9a-fA-F]{32}")
_VARIABLE = "1"
_LIMIT = 900  # of WhatsApp's 1,024 for the template's own words and the variable together
_ENDS_A_SENTENCE = (".", "!", "?", ":", ";", ",", "…")
_MARKS = "*_~`"
_CUT_MARK = "…"


def needs_template(error_code: str) -> bool:
    known = CODES.get(error_code)
    return known is not None and known.template


def is_template(part: OutboundPart) -> bool:
    return bool(part.extra.get("content_sid"))


def as_template(account: Account, part: OutboundPart) -> OutboundPart | None:
    """The part's text as the variable of the account's template (`template_sid` of its credentials). Pure.

    A part that is one already comes back as it is. None without a template and for a part with a file.
    """
    if is_template(part):
        return part
    sid = account.credentials.get("template_sid", "").strip()
    if not _TEMPLATE_SID.fullmatch(sid) or part.extra.get("media_url"):
        return None
    text = variable_text(part.body)
    if not text:
        return None
    return replace(part, body=text, extra={"content_sid": sid, "content_variables": {_VARIABLE: text}})


def variable_text(text: str) -> str:
    """The text as WhatsApp takes it for a variable: on one line, without runs of blanks, short enough."""
    lines = [line for line in (" ".join(line.split()) for line in text.splitlines()) if line]
    joined = ""
    for line in lines:
        gap = "" if not joined else " " if joined.endswith(_ENDS_A_SENTENCE) else " · "
        joined += gap + line
    # Twilio has refused variables with a straight apostrophe (error 21656) though their JSON was right.
    return _shortened(joined.replace("'", "’"))


def _shortened(text: str) -> str:
    """Cut between words, never behind one that is part of a figure: `12` is not what `12 mil` says."""
    if utf16_length(text) <= _LIMIT:
        return text
    words = text.split(" ")
    kept: list[str] = []
    used = 0
    for word in words:
        used += utf16_length(word) + 1
        if used > _LIMIT - len(_CUT_MARK) - 1:
            break
        kept.append(word)
    while kept and (any(character.isdigit() for character in kept[-1]) or kept[-1] == "·"):
        kept.pop()
    return f"{_without_open_marks(' '.join(kept))} {_CUT_MARK}".strip()


def _without_open_marks(text: str) -> str:
    for mark in _MARKS:
        if text.count(mark) % 2:
            before, _, after = text.rpartition(mark)
            text = before + after
    return text
