"""How a turn keeps whose words came into it, and which of those may be anybody's sentences. Pure."""

from collections.abc import Iterable
from typing import Final, Literal

# How third-party words came into a prompt.
Taint = Literal[
    "forwarded", "quoted", "news", "outsider", "crm", "picture", "recording", "remembered", "tool", "documents", "names"
]
NAMES: Final = "names"  # such as customers have in the company's own records: no sentence, so it switches little off
DOCUMENTS: Final = "documents"  # those that the company chose: no orders of its own, so they switch all off, but known


def write_taint(taint: Iterable[str]) -> str:
    """As the turn's row holds it; empty where nobody else's words came in."""
    return ",".join(sorted(taint))


def read_taint(written: str) -> frozenset[str]:
    return frozenset(filter(None, written.split(",")))


def has_others_words(taint: Iterable[str]) -> bool:
    """Whether more than names came in."""
    return any(kind != NAMES for kind in taint)


def has_strangers_words(taint: Iterable[str]) -> bool:
    """Whether more came in than names and what stands in the company's own documents, which is there for whoever asks
    the same."""
    return any(kind not in (NAMES, DOCUMENTS) for kind in taint)
