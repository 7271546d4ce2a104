"""A stand-in for a server with the OpenAI-compatible `/audio/transcriptions`: strict, scripted or faulty.

`python -m tests.standins.speech --port 9300 --say "vendas de ontem"` serves until Ctrl-C; then
TRANSCRIPTION_BASE_URL=http://127.0.0.1:9300/v1 and TRANSCRIPTION_MODEL=whisper-1 let the whole program listen.
"""

import argparse
import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

# The endings that OpenAI's own server takes; it tells the format by them and by nothing else.
_ENDINGS = frozenset({"flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm"})
_FIELDS = frozenset({"model", "language", "prompt", "response_format", "temperature"})


@dataclass(frozen=True)
class Heard:
    """One recording as it arrived."""

    fields: Mapping[str, str]
    name: str
    content_type: str
    content: bytes
    key: str


@dataclass(frozen=True)
class Answer:
    """What is sent back instead of a transcript."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class StandInSpeech:
    """Serves on 127.0.0.1 in a thread of its own; `script` and `faults` are used up in order, then it says `says`.

    A script's entry is a whole JSON answer; one that is text is wrapped as the wished format wants it.
    """

    def __init__(self, port: int = 0, says: str = "quanto vendi ontem?", latency: float = 0.0) -> None:
        self.says = says
        self.latency = latency
        self.script: deque[str | Mapping[str, Any]] = deque()
        self.faults: deque[Answer] = deque()
        self.heard: list[Heard] = []
        self._stopped = threading.Event()
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._http.speech = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        """What TRANSCRIPTION_BASE_URL takes."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> "StandInSpeech":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, path: str, heard: Heard) -> Answer:
        """What the server says to this recording."""
        self._stopped.wait(self.latency)
        if path != "/v1/audio/transcriptions":
            return _refuse(404, "not_found", f"no {path} here")
        self.heard.append(heard)
        if self.faults:
            return self.faults.popleft()
        problem = _find_problem(heard)
        if problem:
            return _refuse(400, "invalid_request_error", problem)
        said = self.script.popleft() if self.script else self.says
        body = _transcript(said, heard.fields["response_format"]) if isinstance(said, str) else said
        return Answer(200, json.dumps(body).encode())


def _find_problem(heard: Heard) -> str:
    """Why a strict server refuses, or nothing."""
    unknown = set(heard.fields) - _FIELDS
    if unknown:
        return f"unrecognized arguments: {sorted(unknown)}"
    if not heard.fields.get("model"):
        return "you must provide a model parameter"
    if heard.name.rpartition(".")[2] not in _ENDINGS:
        return f"unsupported file format {heard.name}"
    wished = heard.fields.get("response_format", "json")
    if wished == "verbose_json" and "whisper" not in heard.fields["model"]:
        return f"response_format 'verbose_json' is not compatible with model '{heard.fields['model']}'"
    return "" if heard.content else "audio file is too short"


def _transcript(text: str, wished: str) -> dict[str, Any]:
    if wished == "json":
        return {"text": text}
    segment = {"id": 0, "start": 0.0, "end": 7.5, "text": text, "no_speech_prob": 0.01, "avg_logprob": -0.2}
    return {"task": "transcribe", "language": "portuguese", "duration": 7.5, "text": text, "segments": [segment]}


def _refuse(status: int, code: str, message: str) -> Answer:
    return Answer(status, json.dumps({"error": {"type": code, "code": None, "message": message}}).encode())


def read_form(content_type: str, body: bytes) -> tuple[dict[str, str], tuple[str, str, bytes]]:
    """The plain fields, and the file's name, type and bytes, of a multipart form."""
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    fields: dict[str, str] = {}
    file = ("", "", b"")
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename() is None:
            fields[str(name)] = content.decode()
        else:
            assert name == "file"
            file = (str(part.get_filename()), part.get_content_type(), content)
    return fields, file


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    speech: StandInSpeech


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Http

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        fields, file = read_form(self.headers.get("content-type", ""), body)
        answer = self.server.speech.answer(self.path, Heard(fields, *file, self.headers.get("authorization", "")))
        try:
            self._send(answer)
        except ConnectionError:  # the client did not wait
            self.close_connection = True

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """The test output is not the place for an access log."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9300)
    parser.add_argument("--say", default="quanto vendi ontem?")
    parser.add_argument("--latency", type=float, default=0.0)
    asked = parser.parse_args()
    with StandInSpeech(asked.port, asked.say, asked.latency) as speech:
        print(f"TRANSCRIPTION_BASE_URL={speech.url} TRANSCRIPTION_MODEL=whisper-1", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
