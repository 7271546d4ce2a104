"""Postmark's inbound webhook: JSON under a Basic password, with the raw mail in it or without."""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.base import Account, InboundRequest
from channels.email.providers.base import ArrivedMail, domain_of, verify_basic
from channels.email.providers.jsons import read_object, text_of
from channels.email.providers.rebuilding import rebuild_mail
from channels.email.reading.mail import Verdict
from models.errors import PayloadError
from models.inbound import InboundMedia

_SPF = re.compile(r"\s*([a-z]+)")
_FIELDS = {"From": "From", "To": "To", "Cc": "Cc", "Subject": "Subject", "Date": "Date", "ReplyTo": "Reply-To"}


class Postmark:
    """Credential `webhook_secret`: the password in the webhook's URL. Postmark signs nothing."""

    def verify(self, account: Account, request: InboundRequest, now: datetime) -> None:
        verify_basic(account, request)

    def extract(self, account: Account, request: InboundRequest) -> ArrivedMail:
        posted = read_object(request.body)
        headers = _read_headers(posted)
        paths = [value for name, value in headers if name.lower() == "return-path"]
        sender = paths[0].strip().strip("<>") if paths else None  # Postmark's own is the first of all headers
        raw = text_of(posted, "RawEmail")
        recipient = text_of(posted, "OriginalRecipient")
        return ArrivedMail(
            # Postmark gives the raw mail as text, its bytes beyond ASCII as UTF-8.
            raw=raw.encode("utf-8", "surrogateescape") if raw else _rebuild(posted, headers),
            sender=sender,
            recipients=(recipient,) if recipient else (),
            verdict=_read_verdict(headers, sender or ""),
        )


def _read_headers(posted: Mapping[str, Any]) -> list[tuple[str, str]]:
    listed = posted.get("Headers")
    if not isinstance(listed, list):
        raise PayloadError("Headers: a list is expected")
    objects = [item for item in listed if isinstance(item, dict)]
    return [(text_of(item, "Name"), text_of(item, "Value")) for item in objects]


def _read_verdict(headers: list[tuple[str, str]], sender: str) -> Verdict:
    """From the headers that Postmark adds to every mail; one that comes twice was forged by somebody, so none counts.

    The envelope's sender is taken from Return-Path: Received-SPF repeats it in a comment, where it could pose as more.
    SpamAssassin's DKIM_VALID_AU says that a signature of the author's own domain is valid.
    """
    count = Counter(name.lower() for name, _ in headers)
    once = {name.lower(): value for name, value in headers if count[name.lower()] == 1}
    result = _SPF.match(once.get("received-spf", "").lower())
    tests = {test.strip().upper() for test in once.get("x-spam-tests", "").split(",")}
    return Verdict(
        spf=result[1] if result else "",
        spf_domain=domain_of(sender),
        dmarc="pass" if "DKIM_VALID_AU" in tests else "",
    )


def _rebuild(posted: Mapping[str, Any], headers: list[tuple[str, str]]) -> bytes:
    present = {name.lower() for name, _ in headers}
    added = []
    for field, name in _FIELDS.items():
        value = _author(posted) if field == "From" else text_of(posted, field)
        if value and name.lower() not in present:
            added.append((name, value))
    html = text_of(posted, "HtmlBody")
    files = posted.get("Attachments")
    listed = [file for file in files if isinstance(file, dict)] if isinstance(files, list) else []
    return rebuild_mail(
        [*headers, *added], text_of(posted, "TextBody"), [html] if html.strip() else [], [_read_file(f) for f in listed]
    )


def _author(posted: Mapping[str, Any]) -> str:
    """Postmark takes the name out of `From`."""
    address = text_of(posted, "From")
    name = text_of(posted, "FromName").replace('"', "'").replace("\\", "")
    return f'"{name}" <{address}>' if name and "<" not in address else address


def _read_file(file: Mapping[str, Any]) -> InboundMedia:
    try:
        content = base64.b64decode(text_of(file, "Content"))
    except (binascii.Error, ValueError):
        raise PayloadError("Attachments: one of them is not base64") from None
    content_type = text_of(file, "ContentType").partition(";")[0].strip()
    return InboundMedia(content_type, text_of(file, "Name"), content=content)
