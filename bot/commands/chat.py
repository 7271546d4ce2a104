"""`chat`: a conversation with the running assistant, through the same door, inbox and queue as everybody's.

With `--as whatsapp` it is a person's phone instead, on a simulated WhatsApp.
"""

import json
import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx2

from bot.commands.base import Command, CommandError
from bot.settings import Settings

_KEY_VARIABLE = "RECADO_API_KEY"
_PATIENCE = 300.0  # seconds for one answer
_TRIES = 4  # a server that restarts is back within seconds; the idempotency key keeps it one message


def _add_arguments(parser: ArgumentParser) -> None:
    parser.description = (
        "Talk to the running assistant. An empty line or Ctrl-D ends it; /reset makes it forget. With --as whatsapp "
        "the program is started behind a simulated WhatsApp, with its own data and nothing that reaches outside."
    )
    parser.add_argument("--user", default="terminal", metavar="NAME", help="the user_id to speak as (%(default)s)")
    parser.add_argument("--key", help=f"API key, where the server wants one (default: the variable {_KEY_VARIABLE})")
    parser.add_argument("--verbose", action="store_true", help="show tool calls, tokens, cost and time")
    parser.add_argument("--as", dest="channel", choices=("chat", "whatsapp"), default="chat", help="%(default)s")
    parser.add_argument(
        "--script",
        metavar="FILE",
        nargs="+",
        default=[],
        help='whatsapp: play scenarios, "-" for stdin; 1 if one fails',
    )
    parser.add_argument("--fresh", action="store_true", help="whatsapp: begin with empty data, and keep none")


def _run(arguments: Namespace, settings: Settings) -> int:
    if arguments.channel == "whatsapp":
        from bot.simulator.terminal import run_simulator

        return run_simulator(settings, scripts=arguments.script, is_fresh=arguments.fresh)
    if arguments.script or arguments.fresh:
        raise CommandError("--script and --fresh are for the simulator: add --as whatsapp")
    return _talk(arguments, settings)


def _talk(arguments: Namespace, settings: Settings) -> int:
    key = arguments.key or os.environ.get(_KEY_VARIABLE, "")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    wait = settings.chat_wait_seconds + 15
    # Proxies of the environment are not for this machine's own door.
    with httpx2.Client(base_url=settings.local_url, headers=headers, timeout=wait, trust_env=False) as client:
        _check_server(client, settings)
        for line in _read_lines():
            body = Talk(client, arguments.user).say(line)
            print(body["response"])
            if arguments.verbose:
                for detail in _details(body):
                    print(_dim(detail))
    return 0


def _check_server(client: httpx2.Client, settings: Settings) -> None:
    try:
        is_ours = client.get("/healthz", timeout=5).json().get("status") == "ok"
    except (httpx2.HTTPError, ValueError, AttributeError):
        is_ours = False
    if not is_ours:
        raise CommandError(
            f"Recado does not answer at {settings.local_url}: start it with `make run`, in another window"
        )


def _read_lines() -> Iterator[str]:
    """From the terminal with a prompt, from a pipe without, until the end or an empty line."""
    is_terminal = sys.stdin.isatty()
    if is_terminal:
        import readline  # noqa: F401 (gives `input` its editing and history)
    while True:
        try:
            line = input("> " if is_terminal else "").strip()
        except EOFError:
            return
        if not line:
            return
        yield line


class Talk:
    """One person speaking to /chat. Whatever goes wrong on the way, a message is taken once."""

    def __init__(self, client: httpx2.Client, user_id: str, pause: float = 1.0) -> None:
        self._client = client
        self._user_id = user_id
        self._pause = pause  # seconds between two tries

    def say(self, message: str) -> dict[str, Any]:
        """The body of the answer. Raises CommandError when it is refused or does not come."""
        headers = {"Idempotency-Key": str(uuid4())}
        question = {"user_id": self._user_id, "message": message}
        response = self._try("POST", "/chat", json=question, headers=headers)
        deadline = time.monotonic() + _PATIENCE
        while response.status_code == 202:
            if time.monotonic() > deadline:
                place = response.headers.get("Location", "/chat")
                raise CommandError(f"no answer yet; it is on its way and will be at {place}")
            time.sleep(self._pause)
            response = self._try("GET", response.headers["Location"])
        return _read_body(response)

    def _try(self, method: str, path: str, **content: Any) -> httpx2.Response:
        for attempt in range(1, _TRIES + 1):
            try:
                response = self._client.request(method, path, **content)
            except httpx2.HTTPError as error:
                if attempt == _TRIES:
                    raise CommandError(f"the server does not answer any more ({type(error).__name__})") from None
            else:
                if response.status_code not in {502, 503} or attempt == _TRIES:
                    return response
            time.sleep(self._pause)
        raise AssertionError("the last try returns or raises")


def _read_body(response: httpx2.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        body = None
    if response.status_code == 200 and isinstance(body, dict) and "response" in body:
        return body
    reason = body.get("detail") or body.get("title") if isinstance(body, dict) else None
    hint = f"; set {_KEY_VARIABLE}, or give --key" if response.status_code == 401 else ""
    raise CommandError(f"{response.status_code}: {reason or 'the server refused without a reason'}{hint}")


def _details(body: dict[str, Any]) -> Iterator[str]:
    for call in body.get("tools") or []:
        yield f"{call['name']}({json.dumps(call['arguments'], ensure_ascii=False)})"
    cost = "?" if body.get("cost") is None else f"{Decimal(body['cost']):.4f}"
    yield f"{body.get('model')} · {body.get('tokens_used')} tokens · USD {cost} · {body.get('time_ms')} ms"


def _dim(text: str) -> str:
    return f"\x1b[2m  {text}\x1b[0m" if sys.stdout.isatty() else f"  {text}"


CHAT = Command(_run, _add_arguments)
