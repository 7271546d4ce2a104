"""Signs requests to S3-compatible servers: AWS Signature Version 4, for requests without a query string.

Written out rather than taken from a vendor's SDK: it is one page, and the SDKs bring tens of megabytes for it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlsplit

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class S3Credentials:
    """Who signs, and for which region."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    region: str = "us-east-1"


def sign_request(
    method: str,
    url: str,
    body: bytes,
    credentials: S3Credentials,
    now: datetime,
    headers: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """All headers to send: those given, all of them signed, and the signature's own. Pure. `url` has no query."""
    parts = urlsplit(url)
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    signed = {name.lower(): " ".join(value.split()) for name, value in (headers or {}).items()}
    signed |= {"host": _host(url), "x-amz-content-sha256": digest, "x-amz-date": stamp}
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    canonical = "\n".join([method, quote(parts.path or "/", safe="/-_.~"), "", lines, names, digest])
    scope = f"{stamp[:8]}/{credentials.region}/s3/aws4_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    signature = hmac.digest(
        _key(credentials, stamp[:8]), f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashed}".encode(), "sha256"
    )
    who = f"Credential={credentials.access_key_id}/{scope}"
    return signed | {"authorization": f"{_ALGORITHM} {who},SignedHeaders={names},Signature={signature.hex()}"}


def _host(url: str) -> str:
    """As HTTP clients send it: without the port that the scheme has anyway."""
    parts = urlsplit(url)
    name = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    return name if parts.port in (None, _PORTS.get(parts.scheme)) else f"{name}:{parts.port}"


def _key(credentials: S3Credentials, day: str) -> bytes:
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in (day, credentials.region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
