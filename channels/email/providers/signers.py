"""Whose DKIM signatures a mail bears, read strictly: a domain name may hold anything, the text of a verdict too."""

import re
from collections.abc import Iterable

_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


def signers_of(headers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The domain of each DKIM-Signature, in order; empty for one whose `d=` is missing, doubled or no plain name."""
    return tuple(_signer(value) for name, value in headers if name.lower() == "dkim-signature")


def _signer(value: str) -> str:
    tags = [tag.partition("=") for tag in value.split(";")]
    domains = [content.strip().lower() for name, _, content in tags if name.strip().lower() == "d"]
    return domains[0] if len(domains) == 1 and _DOMAIN.fullmatch(domains[0]) else ""
