"""Tells speech from what whisper invents over silence: the thanks and credits of the films it learned from."""

import re
from collections.abc import Mapping
from typing import Any, Final

from agent.providers.vendor_json import as_objects, as_text

# Both together are whisper's own measure of silence; either alone is met in faint but real speech.
_SILENT_ABOVE: Final = 0.6  # no_speech_prob
_DOUBTED_BELOW: Final = -1.0  # avg_logprob

_CREDITS = re.compile(
    r"""\W*(?:
      (?:legendas?|legendado|subt[ií]tulos?|subtitles?|transcri[çc][ãa]o|transcripci[óo]n)\b[^.!?]{0,60}
        (?:amara(?:\.org)?|comunidade?|community|pedro\ negri|opensubtitles(?:\.org)?)[^.!?]{0,30}(?:\.org)?
      | (?:tradu[çc][ãa]o\ e\ )?legendas?\s+por\s[^.!?]{0,40}
      | (?:obrigad[oa]|thanks?(?:\ you)?|gracias)\s+(?:por\s+(?:assistir(?:em)?|ver(?:\ el\ v[ií]deo)?)|for\s+watching)
      | (?:inscreva-se|se\ inscreva|suscr[ií]bete)\s+(?:no|al|ao|en\ el)\s+canal
      | (?:m[úu]sica|music|silence|sil[êe]ncio|aplausos|applause|blank_audio)
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
    return "" if _CREDITS.fullmatch(text) or not any(letter.isalnum() for letter in text) else text


def _is_silent(segment: Mapping[str, Any]) -> bool:
    silence, confidence = segment.get("no_speech_prob"), segment.get("avg_logprob")
    if not isinstance(silence, int | float) or not isinstance(confidence, int | float):
        return False
    return silence > _SILENT_ABOVE and confidence < _DOUBTED_BELOW
