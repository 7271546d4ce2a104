"""Which pictures of a prompt an LLM gets to see, and how they are written into its request."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from agent.base import ChatMessage, ImagePart
from models.files.file_types import ending_of, type_of_ending

MOST_IMAGES: Final = 4  # in one request: the newest; each costs about as much as a page of text
MAX_BYTES: Final = 5_000_000
# Anthropic counts its 5 MB after base64, which makes three bytes into four.
MAX_BYTES_ANTHROPIC: Final = 3_900_000
_READABLE: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})  # the kinds all vendors take


def with_visible_images(
    messages: Sequence[ChatMessage], *, sees: bool, max_bytes: int = MAX_BYTES
) -> list[ChatMessage]:
    """The lines, with only those images that go out; a line that loses one says so, lest the LLM guess at it. Pure."""
    left = MOST_IMAGES if sees else 0
    lines: list[ChatMessage] = []
    for line in reversed(messages):
        kept = [_plain(image) for image in line.images if _is_readable(image, max_bytes)]
        kept = kept[len(kept) - min(left, len(kept)) :]
        left -= len(kept)
        lines.append(_with_images(line, tuple(kept)) if line.images else line)
    return lines[::-1]


def base64_of(image: ImagePart) -> str:
    return base64.b64encode(image.content).decode("ascii")


def data_url(image: ImagePart) -> str:
    """The image as an address that holds it, which is how OpenAI's two wires take one."""
    return f"data:{image.content_type};base64,{base64_of(image)}"


def _plain(image: ImagePart) -> ImagePart:
    return replace(image, content_type=_type_of(image))


def _type_of(image: ImagePart) -> str:
    return type_of_ending(ending_of(image.content_type))  # "image/jpg" is refused where "image/jpeg" is taken


def _is_readable(image: ImagePart, max_bytes: int) -> bool:
    return _type_of(image) in _READABLE and 0 < len(image.content) <= max_bytes


def _with_images(line: ChatMessage, kept: tuple[ImagePart, ...]) -> ChatMessage:
    lost = len(line.images) - len(kept)
    note = f"[{lost} image{'s' if lost > 1 else ''} of this message cannot be shown to you]" if lost else ""
    content = "\n".join(text for text in (line.content, note) if text)
    return replace(line, content=content, images=kept)
