"""Files in a bucket of an S3-compatible server: Amazon's, MinIO, Garage, Cloudflare R2, and others."""

import time
from collections.abc import Mapping
from typing import Final

import httpx2

from models.clock import Clock, SystemClock
from models.errors import StorageError, StoredFileMissing
from models.files.s3_signing import S3Credentials, sign_request
from models.files.storage import MAX_BYTES, content_type_of, new_key, verify_key, verify_size

_SECONDS: Final = 30.0  # for a whole answer, however slowly its bytes drip
_TIMEOUT: Final = httpx2.Timeout(15.0, connect=5.0)
_LONGEST_REFUSAL: Final = 4_096  # bytes read of an error's text
_OK: Final = (200, 204)


class S3Storage:
    """One per process, for any thread. A request is made once: whoever calls tries again later."""

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        credentials: S3Credentials,
        *,
        max_bytes: int = MAX_BYTES,
        clock: Clock | None = None,
        timeout: httpx2.Timeout = _TIMEOUT,
    ) -> None:
        """`endpoint` is the server's address without the bucket; the bucket goes into the path, which all of them
        take."""
        self._root = f"{endpoint.rstrip('/')}/{bucket}"
        self._credentials = credentials
        self._max_bytes = max_bytes
        self._clock = clock or SystemClock()
        # The bytes must arrive as they are stored; a redirect would take the signature elsewhere.
        self._client = httpx2.Client(timeout=timeout, headers={"Accept-Encoding": "identity"}, follow_redirects=False)

    def put(self, content: bytes, content_type: str) -> str:
        verify_size(content, self._max_bytes)
        key = new_key(content_type)
        self._ask("PUT", key, content, {"content-type": content_type_of(key)})
        return key

    def get(self, key: str) -> bytes:
        return self._ask("GET", verify_key(key))[1]

    def delete(self, key: str) -> None:
        try:
            self._ask("DELETE", verify_key(key))
        except StoredFileMissing:
            return

    def size(self, key: str) -> int:
        length = self._ask("HEAD", verify_key(key))[0].get("content-length", "")
        if not length.isdecimal():
            raise StorageError("the store does not say how large the file is", permanent=False)
        return int(length)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(
        self, method: str, key: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[httpx2.Headers, bytes]:
        """The answer's headers and bytes. Raises StoredFileMissing or StorageError."""
        url = f"{self._root}/{key}"
        signed = sign_request(method, url, body, self._credentials, self._clock.now(), headers)
        try:
            with self._client.stream(method, url, content=body or None, headers=signed) as response:
                if response.status_code in _OK:
                    return response.headers, _read(response, self._max_bytes)
                raise _refusal(response.status_code, _read(response, _LONGEST_REFUSAL, cut=True), key)
        except httpx2.HTTPError as error:
            raise StorageError(f"the store cannot be reached: {type(error).__name__}", permanent=False) from error


def _read(response: httpx2.Response, most: int, *, cut: bool = False) -> bytes:
    ends_at = time.monotonic() + _SECONDS
    read = bytearray()
    for chunk in response.iter_bytes():
        read += chunk
        if len(read) > most:
            if cut:
                break
            raise StorageError(f"the store holds a file of more than {most} bytes", permanent=True)
        if time.monotonic() > ends_at:
            raise StorageError("the store answers too slowly", permanent=False)
    return bytes(read[:most])


def _refusal(status: int, body: bytes, key: str) -> StorageError:
    """What the server's answer means. A wrong key or a missing bucket passes: the operator cures it, the file waits."""
    code = body.partition(b"<Code>")[2].partition(b"</Code>")[0].decode("ascii", "replace")[:60]
    if status == 404 and code != "NoSuchBucket":
        return StoredFileMissing(key)
    said = f"the store refused with {status}" + (f" ({code})" if code else "")
    return StorageError(said, permanent=status in (400, 413))
