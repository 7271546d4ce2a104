"""One SDK client per process, shared by its threads: sends a body, gives the raw JSON back, names every failure.

Both SDKs come from the same generator and share `post`. Going through it with a plain body skips their type
transform, which costs more CPU than the rest of the call (anthropic-sdk-python issue 1195), and leaves the answer
as the vendor wrote it.
"""

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from agent.providers.vendor_json import as_text
from agent.providers.wire_errors import error_from_body, error_from_exception
from models.clock import Clock, SystemClock
from models.errors import ProviderError
from models.outside import outside

if TYPE_CHECKING:  # it brings an HTTP library along, which a process that asks no vendor does without
    from models.network.wall import Wall

CONNECT_SECONDS = 5.0
POOL_SIZE = 1000  # one worker process keeps hundreds of turns in flight

UploadedFile = tuple[str, bytes, str]  # name, content, content type


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and as whom an adapter calls. `timeout` is in seconds and is the most a single request may ask for. `wall`
    keeps it out of our own network; None where the operator himself chose the address."""

    base_url: str
    api_key: str
    timeout: float = 60.0
    wall: "Wall | None" = None


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """A JSON object as the vendor sent it, and the id that its support asks for."""

    body: Mapping[str, Any]
    request_id: str


@dataclass(frozen=True, slots=True)
class RawStream:
    """A stream as it comes in, or `whole` where the server answered in one piece all the same."""

    chunks: Iterator[bytes]
    request_id: str
    whole: Mapping[str, Any] | None = None


class SdkClient:
    """Builds the client on first use and again after a fork: a connection must not be shared by two processes."""

    def __init__(
        self, vendor: str, endpoint: Endpoint, build: Callable[[Endpoint], Any], clock: Clock | None = None
    ) -> None:
        self._vendor = vendor
        self._endpoint = endpoint
        self._build = build
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._owner: tuple[int, Any] | None = None
        self._inherited: list[Any] = []  # kept from the collector, which would close the parent's connections

    def preload(self) -> None:
        """Import the SDK and build the client now, rather than in the first turn."""
        self._client()

    def post(
        self, path: str, body: Mapping[str, Any], timeout: float, files: Mapping[str, UploadedFile] | None = None
    ) -> RawAnswer:
        """One attempt without retry; with `files` the body becomes a form's fields. Raises ProviderError."""
        response = self._send(path, body, timeout, files)
        return self._read(response, response.content)

    @contextmanager
    def stream(self, path: str, body: Mapping[str, Any], timeout: float) -> Iterator[RawStream]:
        """One attempt without retry, its answer piece by piece; `timeout` is for all of it. Raises ProviderError,
        from within the pieces as well. What is not read when the block ends is dropped with its connection."""
        response = self._send(path, body, timeout, stream=True)
        try:
            if "event-stream" in response.headers.get("content-type", "event-stream"):
                yield RawStream(self._pieces(response), _request_id(response))
            else:
                answer = self._read(response, b"".join(self._pieces(response)))
                yield RawStream(iter(()), answer.request_id, answer.body)
        except ProviderError as error:
            raise self._without_key(error) from None
        finally:
            response.close()

    def _send(
        self,
        path: str,
        body: Mapping[str, Any],
        timeout: float,
        files: Mapping[str, UploadedFile] | None = None,
        *,
        stream: bool = False,
    ) -> Any:
        import httpx2

        seconds = min(timeout, self._endpoint.timeout)
        options: dict[str, Any] = {"timeout": httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))}
        more: dict[str, Any] = {"stream": True} if stream else {}
        if files:
            options["headers"] = {"Content-Type": "multipart/form-data"}
            more["files"] = dict(files)
        try:
            with outside():
                return self._client().post(path, cast_to=httpx2.Response, body=body, options=options, **more)
        except Exception as error:
            raise self._without_key(error_from_exception(error, self._vendor, self._clock.now())) from None

    def _pieces(self, response: Any) -> Iterator[bytes]:
        """The body as it arrives; this thread is outside only while it waits."""
        import httpx2

        pieces = response.iter_bytes()
        while True:
            try:
                with outside():
                    piece = next(pieces, None)
            except httpx2.TimeoutException as error:
                raise ProviderError(f"{self._vendor}: timeout: {error}", kind="timeout") from None
            except httpx2.HTTPError as error:
                raise ProviderError(f"{self._vendor}: connection: {error}", kind="connection") from None
            if piece is None:
                return
            yield piece

    def close(self) -> None:
        """Close this process's connections; a later call opens new ones. Never the parent's, after a fork."""
        owner, self._owner = self._owner, None
        if owner is not None and owner[0] == os.getpid():
            owner[1].close()

    def __del__(self) -> None:
        with suppress(Exception):
            self.close()

    def _read(self, response: Any, content: bytes) -> RawAnswer:
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            raise ProviderError(
                f"{self._vendor}: the answer is not JSON", kind="server", status=response.status_code
            ) from None
        if not isinstance(body, Mapping):
            raise self._without_key(error_from_body(body, self._vendor, fallback="unknown"))
        return RawAnswer(body, _request_id(response))

    def _client(self) -> Any:
        pid = os.getpid()
        owner = self._owner
        if owner is not None and owner[0] == pid:
            return owner[1]
        with self._lock:
            if self._owner is None or self._owner[0] != pid:
                if self._owner is not None:
                    self._inherited.append(self._owner[1])
                self._owner = (pid, self._build(self._endpoint))
            return self._owner[1]

    def _without_key(self, error: ProviderError) -> ProviderError:
        # Some vendors quote the key they refuse, and error texts end in logs and rows.
        key = self._endpoint.api_key
        if len(key) < 8 or key not in str(error):
            return error
        text = str(error).replace(key, "***")
        return ProviderError(text, kind=error.kind, retry_after=error.retry_after, status=error.status)


def _request_id(response: Any) -> str:
    return as_text(response.headers.get("x-request-id") or response.headers.get("request-id"))


def build_openai_client(endpoint: Endpoint) -> Any:
    """The openai SDK without retries; an organisation or project of the environment is not sent to other hosts."""
    import openai

    client = openai.OpenAI(
        api_key=endpoint.api_key,
        base_url=endpoint.base_url,
        max_retries=0,
        timeout=endpoint.timeout,
        http_client=openai.DefaultHttpxClient(**_connection_options(endpoint.wall)),
    )
    client.organization = client.project = None
    return client


def build_anthropic_client(endpoint: Endpoint) -> Any:
    """The anthropic SDK without retries and without its own spans, whose trace header would reach the vendor."""
    import anthropic

    return anthropic.Anthropic(
        api_key=endpoint.api_key,
        base_url=endpoint.base_url,
        max_retries=0,
        timeout=endpoint.timeout,
        default_headers=_proxy_headers(endpoint),
        open_telemetry={"traces": False, "propagation": False},
        http_client=anthropic.DefaultHttpxClient(**_connection_options(endpoint.wall)),
    )


def _proxy_headers(endpoint: Endpoint) -> dict[str, str]:
    # Proxies in front of this API often still read the key from where older SDKs put it; the vendor itself gets one.
    proxied = urlsplit(endpoint.base_url).hostname != "api.anthropic.com"
    return {"x-api-key": endpoint.api_key} if proxied else {}


def _connection_options(wall: "Wall | None") -> dict[str, Any]:
    import httpx2

    from agent.providers.deadline import deadline_hooks

    limits = httpx2.Limits(max_connections=POOL_SIZE, max_keepalive_connections=POOL_SIZE)
    walled = {} if wall is None else {"transport": wall.transport(limits), "trust_env": False}
    return {"limits": limits, "event_hooks": deadline_hooks(), **walled}
