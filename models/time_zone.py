"""Time zones by name, as settings and files give them."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field


def check_timezone(text: str) -> str:
    """Raises ValueError."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be an IANA time zone such as America/Sao_Paulo") from None
    return text


TimezoneName = Annotated[str, AfterValidator(check_timezone), Field(examples=["America/Sao_Paulo"])]
