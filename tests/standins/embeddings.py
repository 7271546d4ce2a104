"""A stand-in for a server with the OpenAI-compatible `/embeddings`: good or bad at its work, scripted or faulty.

`python -m tests.standins.embeddings --port 9400` serves until Ctrl-C; then EMBEDDINGS_BASE_URL=http://127.0.0.1:9400/v1
and EMBEDDINGS_MODEL=good-512 let the whole program search by meaning. `bad-512` places every text at random.
"""

import argparse
import hashlib
import json
import math
import re
import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.retrieval.lexicon import grams_of, read_words

Vector = NDArray[np.float64]

# What means the same in other words: such as an index of words alone never finds.
SYNONYMS: Mapping[str, str] = {
    "desistir": "cancelar",
    "desistencia": "cancelamento",
    "compra": "pedido",
    "mercadoria": "produto",
    "transportadora": "frete",
    "despacho": "envio",
    "defeito": "avaria",
    "quebrado": "avaria",
    "dinheiro": "valor",
    "reembolso": "devolucao",
    "estorno": "devolucao",
}
_MODEL = re.compile(r"(good|bad)-([0-9]{1,4})(?:-[a-z]+)?")


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    model: str
    texts: tuple[str, ...]
    fields: Mapping[str, Any]
    key: str


@dataclass(frozen=True)
class Fault:
    """What is sent back instead of vectors."""

    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)


class StandInEmbeddings:
    """Serves on 127.0.0.1 in a thread of its own; `faults` are used up in order, then it answers well.

    `answers_with` is a dimension that it has whatever the model's name says; `refuses` are texts that it will not take.
    """

    def __init__(self, port: int = 0, latency: float = 0.0, knows: Sequence[str] = ()) -> None:
        """`knows`: what it has read before, by which it tells rare pieces of words from common ones. `taught` in its
        place afterwards: what a text means in other words, which counts for half of where it lies."""
        self.latency = latency
        self._common = Counter(piece for text in knows for piece in _pieces(text))
        self._read = len(knows)
        self.taught: Mapping[str, str] = {}
        self.answers_with = 0
        self.refuses: set[str] = set()
        self.faults: deque[Fault] = deque()
        self.asked: list[Asked] = []
        self._stopped = threading.Event()
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._http.embeddings = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        """What EMBEDDINGS_BASE_URL takes."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def texts(self) -> list[str]:
        """All that it was ever asked to embed, in order."""
        return [text for asked in self.asked for text in asked.texts]

    def __enter__(self) -> "StandInEmbeddings":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, path: str, fields: Mapping[str, Any], key: str) -> Fault:
        """What the server says; a good answer is a fault of status 200."""
        texts = fields.get("input")
        if path != "/v1/embeddings" or not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
            return _refuse(404, "not_found", f"no {path} here")
        self.asked.append(Asked(str(fields.get("model")), tuple(texts), fields, key))
        self._stopped.wait(self.latency)
        if self.faults:
            return self.faults.popleft()
        model = _MODEL.fullmatch(str(fields.get("model")))
        if model is None:
            return _refuse(404, "model_not_found", f"there is no model {fields.get('model')}")
        if not texts or not all(texts) or self.refuses.intersection(texts):
            return _refuse(400, "invalid_request_error", "a text cannot be embedded")
        dimension = self.answers_with or int(fields.get("dimensions", model[2]))
        embed = self.embed_well if model[1] == "good" else embed_badly
        vectors = [embed(text, dimension) for text in texts]
        if model[1] == "good":
            vectors = [self._lean(vector, text, dimension) for vector, text in zip(vectors, texts, strict=True)]
        return Fault(200, embedding_list([vector.tolist() for vector in vectors]))

    def embed_well(self, text: str, dimension: int) -> Vector:
        """Pieces of its words at places that their hashes choose, rare ones further out; synonyms are one word."""
        vector = np.zeros(dimension)
        for piece, count in _pieces(text).items():
            digest = hashlib.blake2b(piece.encode(), digest_size=8).digest()
            place, sign = int.from_bytes(digest[:4], "big") % dimension, 1 if digest[7] % 2 else -1
            rarity = math.log(2 + (self._read - self._common[piece]) / (self._common[piece] + 0.5))
            vector[place] += sign * math.sqrt(rarity) * count / (count + 1.2)
        vector[0] += 1e-3  # a text without words points somewhere, too
        return vector

    def _lean(self, vector: Vector, text: str, dimension: int) -> Vector:
        if text not in self.taught:
            return vector
        meant = self.embed_well(self.taught[text], dimension)
        return vector / np.linalg.norm(vector) + meant / np.linalg.norm(meant)


def embedding_list(vectors: Sequence[Sequence[float]], *, tokens: int = 7) -> dict[str, Any]:
    """Last first: the order of the list means nothing, `index` does."""
    items = [{"object": "embedding", "index": n, "embedding": list(vector)} for n, vector in enumerate(vectors)]
    usage = {"prompt_tokens": tokens * len(vectors), "total_tokens": tokens * len(vectors)}
    return {"object": "list", "data": items[::-1], "model": "stand-in", "usage": usage}


def embed_badly(text: str, dimension: int) -> Vector:
    """Anywhere, but the same text at the same place."""
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
    return np.random.default_rng(seed).standard_normal(dimension)


def _pieces(text: str) -> Counter[str]:
    return Counter(piece for word in read_words(text) for piece in grams_of(SYNONYMS.get(word, word)))


def _refuse(status: int, code: str, message: str) -> Fault:
    return Fault(status, {"error": {"type": code, "code": None, "message": message}})


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    embeddings: StandInEmbeddings


class _Handler(BaseHTTPRequestHandler):
    server: _Http

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.embeddings.answer(self.path, json.loads(body), self.headers.get("Authorization", ""))
        content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        try:
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # who asked has gone

    def log_message(self, format: str, *args: object) -> None:
        """The tests' output is theirs."""


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="a stand-in for /embeddings")
    parser.add_argument("--port", type=int, default=9400)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    arguments = parser.parse_args()
    with StandInEmbeddings(arguments.port, arguments.latency) as server:
        print(f"EMBEDDINGS_BASE_URL={server.url} EMBEDDINGS_MODEL=good-512")
        threading.Event().wait()


if __name__ == "__main__":
    main()
