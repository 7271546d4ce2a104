"""SendGrid's Inbound Parse, raw or parsed, signed by a security policy or under a Basic password."""

import base64
import binascii
import re
from datetime import datetime, timedelta

from channels.base import Account, InboundRequest
from channels.email.providers.base import ArrivedMail, domain_of, secrets_of, verify_basic, verify_fresh
from channels.email.providers.form import Form, read_form
from channels.email.providers.jsons import read_object, text_of, texts_of
from channels.email.providers.rebuilding import read_header_block, read_raw_headers, rebuild_mail
from channels.email.providers.signers import signers_of
from channels.email.reading.mail import Verdict
from models.errors import PayloadError, VerificationError

_SIGNATURE = "x-twilio-email-event-webhook-signature"
_DKIM_ENTRY = re.compile(r"@([a-z0-9.-]{1,253})\s*:\s*([a-z]{1,20})")
_TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
# A refused delivery comes back for three days. The signature covers the body, so an old one is only a duplicate.
_RETRIED_FOR = timedelta(days=3, hours=1)


class SendGrid:
    """Credentials: `signing_key`, the policy's public key; without it `webhook_secret`, a Basic password."""

    def verify(self, account: Account, request: InboundRequest, now: datetime) -> None:
        if not account.credentials.get("signing_key"):
            verify_basic(account, request)
            return
        timestamp, given = request.headers.get(_TIMESTAMP, ""), request.headers.get(_SIGNATURE, "")
        if not timestamp or not given:
            raise VerificationError("no signature: has the webhook a security policy?")
        verify_fresh(timestamp, now, past=_RETRIED_FOR)
        try:
            signature = base64.b64decode(given, validate=True)
        except (binascii.Error, ValueError):
            raise VerificationError("the signature is not base64") from None
        keys = secrets_of(account, "signing_key")
        if not any(_is_signed(key, signature, timestamp.encode() + request.body) for key in keys):
            raise VerificationError("the signature does not fit EMAIL_SIGNING_KEY")

    def extract(self, account: Account, request: InboundRequest) -> ArrivedMail:
        form = read_form(request)
        envelope = read_object(form.text("envelope"), "envelope") if form.content("envelope") else {}
        sender = text_of(envelope, "from").strip("<> ") if "from" in envelope else None
        raw = form.content("email")
        return ArrivedMail(
            raw=raw if raw is not None else _rebuild(form),
            sender=sender,
            recipients=texts_of(envelope, "to"),
            verdict=_read_verdict(form, sender or ""),
        )


def _read_verdict(form: Form, sender: str) -> Verdict:
    """`SPF` is one word, `dkim` a list such as `{@example.com : pass, @other.com : fail}`.

    A signer's name stands in that list as he wrote it, so it counts only if a signature bears exactly this name, and
    if the list does not say two things about it.
    """
    raw = form.content("email")
    signers = set(signers_of(read_header_block(form.text("headers")) if raw is None else read_raw_headers(raw)))
    entries = _DKIM_ENTRY.findall(form.text("dkim").lower()[:4000])
    refused = {signer for signer, result in entries if result != "pass"}
    passed = tuple(signer for signer, result in entries if result == "pass" and signer in signers - refused)
    return Verdict(
        spf=form.text("SPF").strip().lower(),
        dkim="pass" if passed else "",
        spf_domain=domain_of(sender),
        dkim_domains=passed,
    )


def _is_signed(key: str, signature: bytes, signed: bytes) -> bool:
    """ECDSA over SHA-256; the key is the base64 of a DER public key, as SendGrid shows it."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # slow to load; few need it
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        public_key = load_der_public_key(base64.b64decode(key))
        if not isinstance(public_key, EllipticCurvePublicKey):
            raise VerificationError("EMAIL_SIGNING_KEY is no ECDSA public key")
        public_key.verify(signature, signed, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise VerificationError("EMAIL_SIGNING_KEY cannot be read") from None
    return True


def _rebuild(form: Form) -> bytes:
    """From the parsed fields, each in the charset that SendGrid names for it."""
    if form.content("headers") is None and form.content("from") is None:
        raise PayloadError("body: neither `email` nor `headers` is in it")
    charsets = read_object(form.text("charsets"), "charsets") if form.content("charsets") else {}
    headers = read_header_block(form.text("headers"))
    present = {name.lower() for name, _ in headers}
    for name in ("from", "to", "cc", "subject"):
        value = form.text(name, text_of(charsets, name) or "utf-8")
        if value and name not in present:
            headers.append((name.capitalize(), value))
    html = form.text("html", text_of(charsets, "html") or "utf-8")
    text = form.text("text", text_of(charsets, "text") or "utf-8")
    return rebuild_mail(headers, text, [html] if html.strip() else [], [file for _, file in form.files])
