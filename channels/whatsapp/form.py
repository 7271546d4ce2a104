"""Reading the form bodies that Twilio posts, strictly: whatever is odd is refused, nothing is repaired."""

from functools import lru_cache
from urllib.parse import parse_qsl

from channels.base import InboundRequest
from models.errors import PayloadError

FORM_TYPE = "application/x-www-form-urlencoded"
MAX_BODY = 64 * 1024
_MAX_FIELDS = 200


def read_pairs(request: InboundRequest) -> list[tuple[str, str]]:
    """Names and values in order, repeats included, blanks kept. Raises PayloadError."""
    if request.content_type != FORM_TYPE:
        raise PayloadError(f"Content-Type: {FORM_TYPE} is expected")
    if len(request.body) > MAX_BODY:
        raise PayloadError(f"body: more than {MAX_BODY} bytes")
    return list(_split(request.body))


@lru_cache(maxsize=64)  # a request is read twice, to be verified and to be understood
def _split(body: bytes) -> tuple[tuple[str, str], ...]:
    if not body:
        return ()
    try:
        return tuple(
            parse_qsl(
                body.decode("utf-8"),
                keep_blank_values=True,
                strict_parsing=True,
                errors="strict",
                max_num_fields=_MAX_FIELDS,
            )
        )
    except ValueError:  # UnicodeDecodeError is one
        raise PayloadError(f"body: not a form of at most {_MAX_FIELDS} fields in UTF-8") from None


def read_form(request: InboundRequest) -> dict[str, str]:
    """Each parameter once: Twilio never repeats one, but its signature would allow it. Raises PayloadError."""
    pairs = read_pairs(request)
    form = dict(pairs)
    if len(form) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = sorted({name for name in names if names.count(name) > 1})
        raise PayloadError(f"{repeated[0][:64]}: given more than once")
    for name, value in pairs:
        if "\x00" in name or "\x00" in value:
            raise PayloadError(f"{name[:64]!r}: holds a NUL character")
    return form
