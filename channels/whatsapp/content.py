"""What a message of Twilio's form says: its kind, its words and its files. Pure.

Everything that decides something is checked against its grammar: the signature joins names and values without
separators, so one field may have been moved into another.
"""

import re
from collections.abc import Mapping

from models.errors import PayloadError
from models.inbound import InboundMedia

Form = Mapping[str, str]

CALL_PERMISSION = "VOICE_CALL_REQUEST"  # Twilio puts this event into Body, though nobody said it

_WORD = re.compile(r"[a-z][a-z_-]{0,39}")
_SMALL_NUMBER = re.compile(r"[0-9]|10")  # Twilio's limit; WhatsApp itself sends each file in a message of its own
_URL = re.compile(r"https?://[^\s<>\"\\^`{|}]{1,2000}")
_CONTENT_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]{0,60}/[\w.+-]{1,80}(\s*;[^\r\n:]{0,100})?", re.ASCII)
_COORDINATE = re.compile(r"[+-]?([0-9]{1,3})(?:\.[0-9]{1,20})?")
_FILE_NAME = re.compile(r"[^\s/\\][^\r\n\t/\\]{0,200}\.[A-Za-z0-9]{1,5}")
_TYPED = frozenset({"", "text", "interactive", "button"})  # what a person wrote or tapped: words for the agent
_TAPPED = frozenset({"", "interactive", "button"})
_TITLES = ("ButtonText", "ListTitle")
_SAME_KIND = {"contacts": "contact", "voice": "audio", "file": "document"}
_FILE_KINDS = frozenset({"image", "audio", "video", "document", "sticker", "contact"})
_FILE_TYPES = {"text/vcard": "contact", "text/x-vcard": "contact", "image/webp": "sticker"}


def read_media(form: Form) -> tuple[InboundMedia, ...]:
    """The files in Twilio's order. A file without a URL stays: somebody sent it, and may be told that it is lost."""
    count = form.get("NumMedia", "") or "0"
    if not _SMALL_NUMBER.fullmatch(count):
        raise PayloadError("NumMedia: not a number up to 10")
    return tuple(_one_file(form, number) for number in range(int(count)))


def _one_file(form: Form, number: int) -> InboundMedia:
    url, content_type = form.get(f"MediaUrl{number}", ""), form.get(f"MediaContentType{number}", "")
    if url and not _URL.fullmatch(url):
        raise PayloadError(f"MediaUrl{number}: not a URL")
    if content_type and not _CONTENT_TYPE.fullmatch(content_type):
        raise PayloadError(f"MediaContentType{number}: not a media type")
    body = form.get("Body", "")
    is_document = _kind_of_file(content_type) == "document"
    # Twilio gives no file name of its own; a caption that is nothing but a file's name is one.
    return InboundMedia(content_type, body if is_document and _FILE_NAME.fullmatch(body) else "", url)


def kind_of(form: Form, media: tuple[InboundMedia, ...], text: str) -> str:
    """`text` is for words to be answered, `empty` for none; what Twilio names otherwise keeps its name."""
    stated = form.get("MessageType", "").lower()
    stated = _SAME_KIND.get(stated, stated)
    if form.get("Body") == CALL_PERMISSION:
        return "call_permission"
    if media:
        found = _kind_of_file(media[0].content_type)
        return stated if stated in _FILE_KINDS and found != "contact" else found
    if stated not in _TYPED:
        return stated if _WORD.fullmatch(stated) else "unknown"
    if "Latitude" in form or "Longitude" in form:
        return "location"
    return "text" if text.strip() else "empty"


def _kind_of_file(content_type: str) -> str:
    plain = content_type.partition(";")[0].strip().lower()
    family = plain.partition("/")[0]
    if plain in _FILE_TYPES:
        return _FILE_TYPES[plain]
    if family in ("image", "audio", "video"):
        return family
    return "document" if family in ("application", "text") else "media"


def read_text(form: Form) -> str:
    """What the agent reads: the caption, the title of what was tapped, a place as a line of text."""
    body = form.get("Body", "")
    if body == CALL_PERMISSION:
        return ""
    if form.get("MessageType", "").lower() in _TAPPED:
        body = next((form[name] for name in _TITLES if form.get(name, "").strip()), body)
    if "Latitude" not in form and "Longitude" not in form:
        return body
    place = _place(form)
    return f"{body}\n{place}" if body.strip() else place


def _place(form: Form) -> str:
    where = f"{_coordinate(form, 'Latitude', 90)}, {_coordinate(form, 'Longitude', 180)}"
    named = [" ".join(form.get(name, "").split())[:300] for name in ("Label", "Address")]
    name = ", ".join(dict.fromkeys(filter(None, named)))
    return f"Localização: {name} ({where})" if name else f"Localização: {where}"


def _coordinate(form: Form, name: str, most: int) -> str:
    match = _COORDINATE.fullmatch(form.get(name, ""))
    if match is None or abs(float(match[0])) > most:
        raise PayloadError(f"{name}: not a coordinate")
    return match[0]


def gather_referral(fields: dict[str, str]) -> dict[str, object]:
    """The fields with what came of an advertisement under one key: Twilio tells it once, with the first message after
    the click. `ReferralNumMedia=0` comes with every message and tells nothing."""
    referral = {name: value for name, value in fields.items() if name.startswith("Referral")}
    if not any(value.strip() for name, value in referral.items() if name != "ReferralNumMedia"):
        return dict(fields)
    rest = {name: value for name, value in fields.items() if name not in referral}
    return {**rest, "referral": referral}
