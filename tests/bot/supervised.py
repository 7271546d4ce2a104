"""The supervisor with children small enough to watch: `python -m tests.bot.supervised DATA PORT [EXTRA CHILD ...]`."""

import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bot.embedded.engines import Engines
from bot.settings import Settings
from bot.supervision.children import ChildPlan
from bot.supervisor import run_supervisor
from models.errors import ConfigurationError


class _Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        print('{"level": "WARNING", "message": "somebody knocked"}', flush=True)


def web(port: int) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", port), _Ready)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    server.server_close()
    print("web went home", flush=True)


def worker() -> None:
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    done.wait()
    print("worker went home", flush=True)


def deaf() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Event().wait()


def supervise(data: str, port: int, extra: tuple[str, ...]) -> int:
    def plan(settings: Settings) -> list[ChildPlan]:
        plans = [
            ChildPlan("web", "tests.bot.supervised", ("web", str(port))),
            ChildPlan("worker", "tests.bot.supervised", ("worker",)),
        ]
        return plans + [ChildPlan(name, "tests.bot.supervised", (name,), grace=0.3) for name in extra]

    def prepare(settings: Settings, engines: Engines) -> tuple[str, str]:
        return ("operator@example.com", "once-only")

    try:
        return run_supervisor(Settings(recado_data_dir=Path(data), port=port), plan=plan, prepare=prepare)
    except ConfigurationError as error:
        print(f"recado: {error}", flush=True)
        return 2


def main() -> int:
    first, *rest = sys.argv[1:]
    if first == "web":
        web(int(rest[0]))
    elif first == "worker":
        worker()
    elif first == "deaf":
        deaf()
    else:
        return supervise(first, int(rest[0]), tuple(rest[1:]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
