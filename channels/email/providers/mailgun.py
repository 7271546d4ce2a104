"""Mailgun's routes: raw MIME or parsed fields, under a signature that covers neither."""

import hashlib
import hmac
from collections import Counter
from contextlib import suppress
from datetime import datetime

from channels.base import Account, InboundRequest
from channels.email.providers.base import ArrivedMail, domain_of, secrets_of, verify_basic, verify_fresh
from channels.email.providers.form import Form, read_form
from channels.email.providers.rebuilding import read_raw_headers, rebuild_mail
from channels.email.providers.signers import signers_of
from channels.email.reading.mail import Verdict
from models.errors import PayloadError, VerificationError
from models.strict_json import parse_json


class Mailgun:
    """Credentials: `signing_key` (the HTTP webhook signing key); `webhook_secret`, a Basic password; `mailgun_checks`,
    "1" where the domain's spam filter is on: only then does Mailgun write the X-Mailgun-* results, else a sender could.

    Mailgun signs a timestamp and a token alone, and a channel keeps no list of tokens seen: for five minutes, whoever
    got hold of one form could post another mail under its signature. Therefore, without the password, `is_sealed` is
    false: nobody's word about the sender is taken, and he gets nobody's data. The same mail again is a duplicate by its
    Message-ID in any case.
    """

    def verify(self, account: Account, request: InboundRequest, now: datetime) -> None:
        if account.credentials.get("webhook_secret"):
            verify_basic(account, request)
        keys = secrets_of(account, "signing_key")
        try:
            form = read_form(request)
            timestamp, token, given = (form.text(name) for name in ("timestamp", "token", "signature"))
        except PayloadError as error:
            raise VerificationError(f"what was signed cannot be read: {error}") from None
        if not (timestamp and token and given):
            raise VerificationError("no timestamp, token or signature")
        verify_fresh(timestamp, now)
        signed = (timestamp + token).encode("utf-8", "replace")
        macs = [hmac.new(key.encode(), signed, hashlib.sha256).hexdigest() for key in keys]
        if not any(hmac.compare_digest(mac.encode(), given.encode("utf-8", "replace")) for mac in macs):
            raise VerificationError("the signature does not fit EMAIL_SIGNING_KEY")

    def extract(self, account: Account, request: InboundRequest) -> ArrivedMail:
        form = read_form(request)
        raw = form.content("body-mime")
        headers = _read_headers(form, raw)
        sender = form.text("sender").strip("<> ") if form.content("sender") is not None else None
        recipients = form.text("recipient").split(",")
        has_checks = account.credentials.get("mailgun_checks", "") == "1"
        return ArrivedMail(
            raw=raw if raw is not None else _rebuild(form, headers),
            sender=sender,
            recipients=tuple(recipient.strip() for recipient in recipients if recipient.strip()),
            verdict=_read_verdict(headers, sender or "") if has_checks else None,
            is_sealed=bool(account.credentials.get("webhook_secret")),
        )


def _read_headers(form: Form, raw: bytes | None) -> list[tuple[str, str]]:
    if raw is not None:
        return read_raw_headers(raw)
    value = parse_json(form.text("message-headers"), "message-headers") if form.content("message-headers") else []
    if not isinstance(value, list):
        raise PayloadError("message-headers: a list is expected")
    pairs = []
    for item in value:
        with suppress(TypeError, ValueError):
            name, content = item
            pairs.append((str(name), str(content)))
    return pairs


def _rebuild(form: Form, headers: list[tuple[str, str]]) -> bytes:
    if not headers and not form.text("from"):
        raise PayloadError("body: neither `body-mime` nor `message-headers` is in it")
    present = {name.lower() for name, _ in headers}
    for name in ("from", "subject"):
        if name not in present and form.content(name):
            headers = [*headers, (name.capitalize(), form.text(name))]
    html = [page.decode("utf-8", "replace") for page in form.fields.get("body-html", []) if page.strip()]
    return rebuild_mail(headers, form.text("body-plain"), html, [file for _, file in form.files])


def _read_verdict(headers: list[tuple[str, str]], sender: str) -> Verdict:
    """From Mailgun's own headers; one that comes twice is worth nothing, because one of the two is the sender's.

    Mailgun does not say which signature passed, so a pass counts only where there is one signer.
    """
    count = Counter(name.lower() for name, _ in headers)
    once = {name.lower(): value for name, value in headers if count[name.lower()] == 1}
    result = once.get("x-mailgun-dkim-check-result", "").strip().lower()
    signers = signers_of(headers)
    return Verdict(
        spf=once.get("x-mailgun-spf", "").strip().lower(),
        dkim=result,
        spf_domain=domain_of(sender),
        dkim_domains=signers if len(signers) == 1 and result == "pass" else (),
    )
