"""A stand-in S3 server: one bucket in memory, and every signature reckoned anew as the documentation of AWS tells it.

`python -m tests.standins.s3 --port 9200` serves until Ctrl-C; it prints the settings that lead to it.
"""

import argparse
import hashlib
import hmac
import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

ACCESS_KEY, SECRET_KEY, BUCKET, REGION = "AKIDSTANDIN", "stand-in/secret+key", "files", "sa-east-1"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/s3/aws4_request, ?"
    r"SignedHeaders=(?P<names>[a-z0-9;-]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)
_SKEW = timedelta(minutes=15)


@dataclass(frozen=True)
class Asked:
    """One request as it came, whether it was let in or not."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class StandInS3:
    """Serves on 127.0.0.1 in a thread of its own; `status` other than 200 is answered to everything."""

    def __init__(self, port: int = 0) -> None:
        self.files: dict[str, tuple[bytes, str]] = {}
        self.asked: list[Asked] = []
        self.status = 200
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._http.store = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        """What STORAGE_ENDPOINT_URL takes."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> "StandInS3":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def refusal(self, asked: Asked) -> str:
        """The code of AWS for what is wrong with the request's signature, or nothing."""
        headers = asked.headers
        found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        if found is None or found["key"] != ACCESS_KEY or found["region"] != REGION:
            return "InvalidAccessKeyId"
        if headers.get("x-amz-content-sha256") != hashlib.sha256(asked.body).hexdigest():
            return "XAmzContentSHA256Mismatch"
        signed_at = datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if abs(datetime.now(UTC) - signed_at) > _SKEW or not headers["x-amz-date"].startswith(found["day"]):
            return "RequestTimeTooSkewed"
        names = found["names"].split(";")
        if names != sorted(names) or "host" not in names:
            return "AccessDenied"
        if any(name.startswith("x-amz-") and name not in names for name in headers):
            return "AccessDenied"
        expected = _expected_signature(asked, names, found["day"])
        return "" if hmac.compare_digest(expected, found["signature"]) else "SignatureDoesNotMatch"


def _expected_signature(asked: Asked, names: list[str], day: str) -> str:
    path, _, query = asked.path.partition("?")
    signed = "".join(f"{name}:{asked.headers.get(name, '').strip()}\n" for name in names)
    hashed = asked.headers["x-amz-content-sha256"]
    request = f"{asked.method}\n{path}\n{query}\n{signed}\n{';'.join(names)}\n{hashed}"
    digest = hashlib.sha256(request.encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{asked.headers['x-amz-date']}\n{day}/{REGION}/s3/aws4_request\n{digest}"
    key = b"AWS4" + SECRET_KEY.encode()
    for step in (day, REGION, "s3", "aws4_request"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    store: StandInS3


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Http

    def handle(self) -> None:
        with suppress(ConnectionError):  # a client that has read enough hangs up
            super().handle()

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        store = self.server.store
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        asked = Asked(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        store.asked.append(asked)
        refusal = store.refusal(asked)
        bucket, _, key = self.path.lstrip("/").partition("/")
        if store.status != 200:
            self._refuse(store.status, "SlowDown")
        elif refusal:
            self._refuse(403, refusal)
        elif bucket != BUCKET:
            self._refuse(404, "NoSuchBucket")
        else:
            self._act(store, asked, key)

    def _act(self, store: StandInS3, asked: Asked, key: str) -> None:
        if asked.method == "PUT":
            store.files[key] = (asked.body, asked.headers.get("content-type", ""))
            self._answer(200)
        elif asked.method == "DELETE":
            store.files.pop(key, None)
            self._answer(204)
        elif key in store.files:
            self._answer(200, *store.files[key])
        else:
            self._refuse(404, "NoSuchKey")

    def _refuse(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>No.</Message></Error>".encode(), "application/xml")

    def _answer(self, status: int, body: bytes = b"", content_type: str = "application/xml") -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The test output is not the place for an access log."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9200)
    with StandInS3(parser.parse_args().port) as store:
        print(f"STORAGE_ENDPOINT_URL={store.url}\nSTORAGE_BUCKET={BUCKET}\nSTORAGE_REGION={REGION}")
        print(f"STORAGE_ACCESS_KEY_ID={ACCESS_KEY}\nSTORAGE_SECRET_ACCESS_KEY={SECRET_KEY}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
