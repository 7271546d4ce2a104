"""What the simulator shows: replies as they arrive, the ticks behind them, and words of its own."""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

from bot.simulator.history import Sent

PROMPT = "> "
_TICKS = {"queued": "…", "sent": "✓", "delivered": "✓✓", "read": "✓✓ read"}


@dataclass
class Screen:
    """Safe for threads. On a terminal what arrives is written above the line that is being typed."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    is_terminal: bool = field(default_factory=lambda: sys.stdin.isatty() and sys.stdout.isatty())
    typed: Callable[[], str] = str  # what stands in the line that is being typed
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def show(self, text: str) -> None:
        """The person's own side, or an answer to a command."""
        with self._lock:
            print(text, file=self.out, flush=True)

    def show_reply(self, sent: Sent) -> None:
        self._arrive("\n".join(f"  {line}".rstrip() for line in describe_content(sent).splitlines()))

    def show_ticks(self, sent: Sent) -> None:
        self._arrive(f"    {self._dim(describe_status(sent))}")

    def show_refusal(self, code: int) -> None:
        self._arrive(f"    {self._dim(f'(a send was refused: {code})')}")

    def _arrive(self, text: str) -> None:
        with self._lock:
            before, after = ("\r\x1b[K", PROMPT + self.typed()) if self.is_terminal else ("", "")
            print(f"{before}{text}\n{after}", end="", file=self.out, flush=True)

    def _dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self.is_terminal else text


def describe_content(sent: Sent) -> str:
    """The words, the files, and whether a template carried them."""
    lines = [f"[template {sent.content_sid}]"] if sent.content_sid else []
    lines += [sent.body] if sent.body else []
    return "\n".join(lines + [f"[file {url}]" for url in sent.media_urls])


def describe_status(sent: Sent) -> str:
    """WhatsApp's ticks; what failed is named with its code."""
    ticks = _TICKS.get(sent.status, f"✗ {sent.status} {sent.error_code}".rstrip())
    order = [call.status for call in sent.receipts]
    in_order = sorted(order, key=list(_TICKS).index) if set(order) <= set(_TICKS) else order
    return ticks if order == in_order else f"{ticks} (reported as {', '.join(order)})"
