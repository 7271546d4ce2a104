"""Children for the supervisor's tests: `python -m tests.bot.small_child web PORT|worker|deaf`. Loads quickly."""

import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        print('{"level": "WARNING", "message": "somebody knocked"}', flush=True)


def web(port: int) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", port), _Ready)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.05)
    server.server_close()
    print("web went home", flush=True)


def worker() -> None:
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    print('{"level": "WARNING", "message": "hears signals"}', flush=True)
    done.wait()
    print("worker went home", flush=True)


def deaf() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print('{"level": "WARNING", "message": "hears nothing"}', flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    role, *words = sys.argv[1:]
    {"web": lambda: web(int(words[0])), "worker": worker, "deaf": deaf}[role]()
