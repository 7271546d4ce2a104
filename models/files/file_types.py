"""Which file name ending belongs to which content type: our own table, as the machine's differs from place to place.

Types that a browser would run or render as a page (HTML, SVG) are left out on purpose: they are kept as plain bytes.
"""

from collections.abc import Mapping

OCTETS = "application/octet-stream"
_OFFICE = "application/vnd.openxmlformats-officedocument"

# The first type of an ending is the one that a file of that ending is served as.
_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "ogg": ("audio/ogg", "audio/opus", "audio/x-opus+ogg", "application/ogg"),
    "mp3": ("audio/mpeg", "audio/mp3", "audio/x-mp3"),
    "m4a": ("audio/mp4", "audio/m4a", "audio/x-m4a"),
    "aac": ("audio/aac", "audio/aacp", "audio/x-aac"),
    "amr": ("audio/amr", "audio/amr-nb", "audio/amr-wb"),
    "wav": ("audio/wav", "audio/wave", "audio/x-wav", "audio/vnd.wave"),
    "flac": ("audio/flac", "audio/x-flac"),
    "weba": ("audio/webm",),
    "3gp": ("video/3gpp", "audio/3gpp"),
    "mp4": ("video/mp4",),
    "webm": ("video/webm",),
    "mov": ("video/quicktime",),
    "jpg": ("image/jpeg", "image/jpg", "image/pjpeg"),
    "png": ("image/png", "image/x-png"),
    "webp": ("image/webp",),
    "gif": ("image/gif",),
    "heic": ("image/heic", "image/heif"),
    "pdf": ("application/pdf", "application/x-pdf"),
    "docx": (f"{_OFFICE}.wordprocessingml.document",),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet",),
    "pptx": (f"{_OFFICE}.presentationml.presentation",),
    "doc": ("application/msword",),
    "xls": ("application/vnd.ms-excel",),
    "ppt": ("application/vnd.ms-powerpoint",),
    "txt": ("text/plain",),
    "csv": ("text/csv",),
    "vcf": ("text/vcard", "text/x-vcard"),
    "ics": ("text/calendar",),
    "json": ("application/json",),
    "zip": ("application/zip", "application/x-zip-compressed"),
    "bin": (OCTETS,),
}
_BY_TYPE = {content_type: ending for ending, types in _ENDINGS.items() for content_type in types}


def bare_type(content_type: str) -> str:
    """The type alone, in lower case: `Audio/OGG; codecs=opus` is `audio/ogg`."""
    return content_type.partition(";")[0].strip().lower()


def ending_of(content_type: str) -> str:
    """The ending without its dot; `bin` for a type that is not in the table."""
    return _BY_TYPE.get(bare_type(content_type), "bin")


def type_of_ending(ending: str) -> str:
    """The content type that a file of that ending is served as; plain bytes when the ending is not in the table."""
    return _ENDINGS.get(ending.lower(), (OCTETS,))[0]
