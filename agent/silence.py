"""Tells speech from what whisper invents over silence: the thanks and credits of the films it learned from."""

import re
from collections.abc import Mapping
from typing import Any, Final

from agent.providers.vendor_json import as_objects, as_text

# Both together are whisper's own measure of silence; either alone is met in faint but real speech.
_SILENT_ABOVE: Final = 0.6  # no_speech_prob
_DOUBTED_BELOW: Final = -1.0  # avg_logprob
_LONGEST_CREDIT: Final = 120  # characters; it also keeps the expression below from running over a hostile text

# Whole answers only, and none that a person might give: "Música" is a category, "[Música]" is not said by anybody.
_CREDITS = re.compile(
    r"""\W*(?:
      (?:legendas?|subt[ií]tulos?|subtitles?|transcri[çc][ãa]o|transcripci[óo]n|captions?)\b[^.!?]{0,60}
        \b(?:amara(?:\.org)?|pedro\ negri|opensubtitles(?:\.org)?)(?:\ (?:community|comunidade?))?
      | (?:tradu[çc][ãa]o\ e\ )?legendas?\ por\ (?-i:[A-ZÀ-Ú]\w+(?:\ (?:d[aeo]s?\ )?[A-ZÀ-Ú]\w+)+)
      | (?:obrigad[oa]|thanks?(?:\ you)?|gracias)\ (?:por\ (?:assistir(?:em)?|ver(?:\ el\ v[ií]deo)?)|for\ watching)
      | (?:inscreva-se|se\ inscreva|suscr[ií]bete)\ (?:no|al|ao|en\ el)\ canal
      | [\[(*♪]\W*(?:m[úu]sica|music|silence|sil[êe]ncio|aplausos|applause|risos|laughter|blank_audio)
    )\W*""",
    re.IGNORECASE | re.VERBOSE,
)


def heard_text(body: Mapping[str, Any]) -> str:
    """The transcript's words without those that nobody said; empty when nothing else is left. Pure."""
    segments = as_objects(body.get("segments"))
    spoken = [segment for segment in segments if not _is_silent(segment)]
    if len(spoken) == len(segments):
        text = as_text(body.get("text"))
    else:
        text = "".join(as_text(segment.get("text")) for segment in spoken)
    text = text.strip()
    return "" if _is_invented(text) else text


def _is_invented(text: str) -> bool:
    if not any(letter.isalnum() for letter in text):
        return True
    return len(text) <= _LONGEST_CREDIT and _CREDITS.fullmatch(text) is not None


def _is_silent(segment: Mapping[str, Any]) -> bool:
    silence, confidence = segment.get("no_speech_prob"), segment.get("avg_logprob")
    if not isinstance(silence, int | float) or not isinstance(confidence, int | float):
        return False
    return silence > _SILENT_ABOVE and confidence < _DOUBTED_BELOW
