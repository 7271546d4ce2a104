"""Our files as WhatsApp takes them: Twilio fetches each from its URL, and the person sees what fits there."""

from models.reply import RenderedPart, ReplyFile

_MB = 1024 * 1024
_IMAGE_LIMIT, _FILE_LIMIT = 5 * _MB, 16 * _MB
_OFFICE = "application/vnd.openxmlformats-officedocument."
_TAKEN = {
    "image/jpeg": _IMAGE_LIMIT,
    "image/png": _IMAGE_LIMIT,
    "audio/ogg": _FILE_LIMIT,
    "audio/mpeg": _FILE_LIMIT,
    "audio/mp4": _FILE_LIMIT,
    "audio/amr": _FILE_LIMIT,
    "audio/aac": _FILE_LIMIT,
    "audio/3gpp": _FILE_LIMIT,
    "video/mp4": _FILE_LIMIT,
    "text/vcard": _FILE_LIMIT,
    "application/pdf": _FILE_LIMIT,
    "application/msword": _FILE_LIMIT,
    "application/vnd.ms-excel": _FILE_LIMIT,
    "application/vnd.ms-powerpoint": _FILE_LIMIT,
    f"{_OFFICE}wordprocessingml.document": _FILE_LIMIT,
    f"{_OFFICE}spreadsheetml.sheet": _FILE_LIMIT,
    f"{_OFFICE}presentationml.presentation": _FILE_LIMIT,
}


def render_file(file: ReplyFile) -> RenderedPart:
    """A part with the file and no text; a link where WhatsApp does not take such a file, its name where it has no URL.

    Text goes in parts of its own: when Twilio cannot fetch a file (63019), everything that came with it is lost.
    """
    name = " ".join(file.name.split())[:200]
    if not file.url:
        return RenderedPart(f"📎 {name}")
    limit = _TAKEN.get(file.content_type.partition(";")[0].strip().lower(), -1)
    if limit < (len(file.content) if file.content else 0):
        return RenderedPart(f"📎 {name}: {file.url}")
    return RenderedPart("", {"media_url": [file.url]})
