"""Is it Amazon SNS? The signature over an envelope's own fields, with a certificate from Amazon's hosts alone."""

import base64
import binascii
import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from channels.email.providers.jsons import text_of
from models.errors import VerificationError

_HOST = re.compile(r"sns\.([a-z]{2}(?:-[a-z]+)+-[0-9])\.amazonaws\.com(?:\.cn)?")
_PATH = re.compile(r"/SimpleNotificationService-[0-9a-f]{8,64}\.pem")
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z]{2}(?:-[a-z]+)+-[0-9]):[0-9]{12}:[A-Za-z0-9_-]{1,256}")
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED_FIELDS = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}
_MAX_CERTIFICATES = 16
_FORGET_FAILURE_AFTER = 30.0  # seconds
_FETCH_WITHIN = 2.0  # seconds in all


class CertificateStore:
    """Amazon's signing certificates, each fetched once. Safe for threads.

    One fetch at a time, and a failed address rests for half a minute: a flood of envelopes makes no flood of requests.
    """

    def __init__(self, fetch: Callable[[str], bytes], within: float = _FETCH_WITHIN) -> None:
        """`within` is in seconds, for a whole fetch."""
        self._fetch = fetch
        self._within = within
        self._found: dict[str, bytes] = {}
        self._failed: dict[str, float] = {}
        self._lock = threading.Lock()

    def get(self, url: str) -> bytes:
        """PEM. Raises VerificationError; the platform will try again."""
        found = self._found.get(url)
        if found is not None:
            return found
        if not self._lock.acquire(timeout=self._within):
            raise VerificationError("the signing certificate is being fetched")
        try:
            return self._fetch_once(url)
        finally:
            self._lock.release()

    def _fetch_once(self, url: str) -> bytes:
        if url in self._found:  # while this thread waited
            return self._found[url]
        now = time.monotonic()
        if now - self._failed.get(url, -_FORGET_FAILURE_AFTER) < _FORGET_FAILURE_AFTER:
            raise VerificationError("the signing certificate could not be fetched a moment ago")
        content = self._bounded(url)
        if not content:
            self._failed = {key: at for key, at in self._failed.items() if now - at < _FORGET_FAILURE_AFTER}
            if len(self._failed) < _MAX_CERTIFICATES:
                self._failed[url] = now
            raise VerificationError("the signing certificate cannot be fetched")
        if len(self._found) >= _MAX_CERTIFICATES:
            self._found.clear()
        self._found[url] = content
        return content

    def _bounded(self, url: str) -> bytes:
        """Nothing but a thread of its own bounds a slow name server too."""
        answer: list[bytes] = []

        def ask() -> None:
            try:
                answer.append(self._fetch(url))
            except Exception:  # whatever went wrong, there is no certificate
                answer.append(b"")

        thread = threading.Thread(target=ask, name="sns-certificate", daemon=True)
        thread.start()
        thread.join(self._within)
        return answer[0] if answer else b""


def verify_topic(envelope: Mapping[str, Any], topic: str) -> None:
    """Before anything is fetched for it: the envelope must be for the very topic that is configured."""
    if not _TOPIC.fullmatch(topic):
        raise VerificationError("EMAIL_SNS_TOPIC is not the ARN of a topic")
    if envelope.get("TopicArn") != topic:
        raise VerificationError("an envelope of another topic")


def verify_envelope(envelope: Mapping[str, Any], certificates: CertificateStore, now: datetime) -> None:
    """Raises VerificationError unless Amazon signed the envelope, by scheme 1 (SHA-1) or 2 (SHA-256)."""
    names = _SIGNED_FIELDS.get(text_of(envelope, "Type"))
    if names is None:
        raise VerificationError("an envelope of an unknown type")
    url = text_of(envelope, "SigningCertURL")
    verify_host(url, text_of(envelope, "TopicArn"), _PATH)
    try:
        signature = base64.b64decode(text_of(envelope, "Signature"), validate=True)
    except (binascii.Error, ValueError):
        raise VerificationError("the signature is not base64") from None
    version = text_of(envelope, "SignatureVersion")
    if version not in ("1", "2") or not signature:
        raise VerificationError("no signature of a known version")
    signed = "".join(f"{name}\n{text_of(envelope, name)}\n" for name in names if envelope.get(name) is not None)
    _verify_signature(certificates.get(url), signature, signed.encode("utf-8", "replace"), version, now)


def verify_host(url: str, topic: str, path: re.Pattern[str] | None = None) -> None:
    """https, the SNS host of the topic's own region, no port, no user. Raises VerificationError."""
    region = _TOPIC.fullmatch(topic)
    try:
        parts = urlsplit(url)
        host = _HOST.fullmatch(parts.netloc)  # netloc, not hostname: neither user nor port may stand in it
    except ValueError:
        host = None
    if host is None or region is None or parts.scheme != "https" or host[1] != region[1]:
        raise VerificationError("the address is not one of the topic's own region")
    if path is not None and not (path.fullmatch(parts.path) and not parts.query and not parts.fragment):
        raise VerificationError("the address is not one of a signing certificate")


def _verify_signature(pem: bytes, signature: bytes, signed: bytes, version: str, now: datetime) -> None:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # slow to load; only SES needs it
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256
    from cryptography.x509 import load_pem_x509_certificate

    try:
        certificate = load_pem_x509_certificate(pem)
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise VerificationError("the signing certificate is not valid now")
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            raise VerificationError("the signing certificate holds no RSA key")
        key.verify(signature, signed, PKCS1v15(), SHA256() if version == "2" else SHA1())  # noqa: S303
    except InvalidSignature:
        raise VerificationError("the signature does not fit") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise VerificationError("the signing certificate cannot be read") from None
