"""A caller of webhooks in a process of its own: signed Twilio forms over many kept-alive connections.

Reads one `Order` a line as JSON and answers each with one `Outcome`. Requests are made before the clock runs and the
answers are hardly read: what the caller spends is taken from the machine that it measures.
"""

import base64
import hmac
import json
import random
import select
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from tests.standins.twilio_webhooks import inbound_form

ROOT = Path(__file__).resolve().parent.parent
ACCOUNT_SID, TOKEN, NUMBER = "AC" + "0" * 32, "a-secret-of-nobody", "whatsapp:+14155238886"
_KNOWN = 500  # senders who write again and again
_NEW = 0.1  # of the messages come from somebody new
_OLD_SPELLING = 0.2  # of the senders are spelled as before Brazil's ninth digit, so that they have a second address


@dataclass(frozen=True)
class Order:
    """`count` messages to http://127.0.0.1:`port``path`, as fast as `connections` take them, or `rate` a second."""

    port: int
    path: str
    count: int
    connections: int
    rate: float | None = None


@dataclass(frozen=True)
class Outcome:
    """`latencies` in seconds, ascending, from when a request was due; `failed` got another answer than 200."""

    seconds: float
    failed: int
    latencies: list[float]

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


class Caller:
    """The process, as its owner sees it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def call(self, order: Order) -> Outcome:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(asdict(order)), file=self._process.stdin, flush=True)
        outcome = Outcome(**json.loads(self._process.stdout.readline()))
        assert outcome.failed == 0, f"{outcome.failed} of {len(outcome.latencies)} requests failed"
        return outcome


@contextmanager
def running_caller() -> Iterator[Caller]:
    command = [sys.executable, "-m", "benchmarks.load"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Caller(process)
    finally:
        process.kill()
        process.communicate()


class Forms:
    """Requests with MessageSids of their own, from a crowd that stays the same."""

    def __init__(self) -> None:
        self._random = random.Random(1)
        self._known = [self._somebody() for _ in range(_KNOWN)]

    def make(self, order: Order) -> bytes:
        sender = self._somebody() if self._random.random() < _NEW else self._random.choice(self._known)
        words = "Quais foram as vendas do mês passado?"
        form = inbound_form(ACCOUNT_SID, NUMBER, words, f"whatsapp:+{sender}")
        signed = f"http://127.0.0.1:{order.port}{order.path}" + "".join(name + form[name] for name in sorted(form))
        signature = base64.b64encode(hmac.digest(TOKEN.encode(), signed.encode(), "sha1")).decode()
        body = urlencode(form, quote_via=quote)
        return (
            f"POST {order.path} HTTP/1.1\r\nHost: 127.0.0.1:{order.port}\r\n"
            "User-Agent: TwilioProxy/1.1\r\nAccept: */*\r\nI-Twilio-Idempotency-Token: "
            f"{form['MessageSid']}\r\nContent-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
            f"X-Twilio-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def _somebody(self) -> str:
        """A Brazilian mobile number: 55, an area, a 9, eight digits."""
        digits = f"9{self._random.randrange(10**7):07d}"
        is_old = self._random.random() < _OLD_SPELLING
        return f"55{self._random.randrange(11, 20)}{'' if is_old else '9'}{digits}"


class _Line:
    """One connection and the request that is under way on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.due = 0.0
        self._got = b""

    def send(self, request: bytes, due: float) -> None:
        self.due = due
        self._got = b""
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Read what is there; True once the answer is whole."""
        received = self.socket.recv(65_536)
        assert received, "the door closed a connection"
        self._got += received
        head, parted, body = self._got.partition(b"\r\n\r\n")
        if not parted:
            return False
        at = head.lower().index(b"content-length:") + 15
        return len(body) >= int(head[at:].split(b"\r\n", 1)[0])

    @property
    def is_well(self) -> bool:
        return self._got.startswith(b"HTTP/1.1 200")


def call(order: Order, requests: list[bytes]) -> Outcome:
    """Every request once. With a rate, who finds no free connection waits, and the wait counts."""
    lines = {line.socket.fileno(): line for line in (_Line(order.port) for _ in range(order.connections))}
    free = deque(lines.values())
    failed, sent, latencies = 0, 0, []
    begun = time.perf_counter()
    while len(latencies) < len(requests):
        now = time.perf_counter()
        wait = None
        while free and sent < len(requests):
            due = begun + sent / order.rate if order.rate else now
            if due > now:
                wait = due - now
                break
            free.popleft().send(requests[sent], due)
            sent += 1
        for number in select.select(lines, (), (), wait)[0]:  # to the microsecond, as poll is not
            line = lines[number]
            if line.is_answered():
                latencies.append(time.perf_counter() - line.due)
                failed += not line.is_well
                free.append(line)
    seconds = time.perf_counter() - begun
    for line in lines.values():
        line.socket.close()
    return Outcome(seconds, failed, sorted(latencies))


def main() -> None:
    forms = Forms()
    for line in sys.stdin:
        order = Order(**json.loads(line))
        print(json.dumps(asdict(call(order, [forms.make(order) for _ in range(order.count)]))), flush=True)


if __name__ == "__main__":
    main()
