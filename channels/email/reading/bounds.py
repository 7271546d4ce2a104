"""How large and how intricate a mail may be; whatever is beyond is refused before anything costly looks at it."""

from models.errors import PayloadError

MAX_RAW = 25 * 1024 * 1024  # bytes
MAX_HEADER = 16 * 1024  # bytes of one header field, folds included
MAX_HEADERS = 128 * 1024  # bytes of all header fields of one part
MAX_FIELDS = 1000
MAX_PARTS = 100
MAX_DEPTH = 10
MAX_ADDRESSES = 200
MAX_ATTACHMENT = 20 * 1024 * 1024  # bytes, decoded
MAX_TEXT = 1024 * 1024  # characters of a body that are read; a person does not write more
MAX_TAGS = 40_000  # of an HTML body
MAX_REFERENCES = 100


def check_size(raw: bytes) -> None:
    """Raises PayloadError."""
    if len(raw) > MAX_RAW:
        raise PayloadError(f"mail: more than {MAX_RAW} bytes")
    if not raw.strip():
        raise PayloadError("mail: empty")
