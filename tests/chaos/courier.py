"""Deliveries: each is made again until it is acknowledged, as platforms do, and every answer is on record."""

import heapq
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_THREADS = 40
_PAUSES = (0.5, 1.0, 2.0, 3.0)  # seconds between tries; the last one for ever


@dataclass
class Parcel:
    """Something to deliver. `post` makes one try: the HTTP status, or OSError where there was none."""

    name: str
    post: Callable[[], int]
    repeats: tuple[float, ...] = ()
    is_single: bool = False  # one try is enough
    tries: int = 0
    acked_at: float | None = None
    answers: list[tuple[float, int]] = field(default_factory=list)  # when, and the status (0: none)

    @property
    def is_done(self) -> bool:
        return self.acked_at is not None or self.is_refused

    @property
    def is_refused(self) -> bool:
        """By an answer that another try will not change."""
        return any(400 <= status < 500 and status != 429 for _, status in self.answers)


class Courier:
    """A context manager; threads take what is due from one heap."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self.copies: list[Parcel] = []  # deliveries beyond the first
        self._heap: list[tuple[float, int, Parcel]] = []
        self._count = 0
        self._changed = threading.Condition()
        self._ending = False
        self._threads = [threading.Thread(target=self._run, name=f"courier-{n}", daemon=True) for n in range(_THREADS)]

    def __enter__(self) -> "Courier":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=10)

    def hand_over(self, parcel: Parcel, after: float = 0.0) -> None:
        self.parcels.append(parcel)
        self._schedule(parcel, after)
        for _ in range(parcel.repeats.count(0.0)):
            self._copy(parcel, after)

    def waiting(self) -> list[Parcel]:
        """Not acknowledged yet, and not refused."""
        return [parcel for parcel in list(self.parcels) if not parcel.is_done]

    def _schedule(self, parcel: Parcel, after: float) -> None:
        with self._changed:
            self._count += 1
            heapq.heappush(self._heap, (time.monotonic() + after, self._count, parcel))
            self._changed.notify()

    def _run(self) -> None:
        while (parcel := self._next()) is not None:
            self._deliver(parcel)

    def _next(self) -> Parcel | None:
        with self._changed:
            while not self._ending:
                wait = self._heap[0][0] - time.monotonic() if self._heap else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._heap)[2]
                self._changed.wait(wait)
        return None

    def _deliver(self, parcel: Parcel) -> None:
        parcel.tries += 1
        try:
            status = parcel.post()
        except OSError:
            status = 0
        except Exception:  # half an answer of a server that was killed in the middle
            status = 0
        parcel.answers.append((time.time(), status))
        if 200 <= status < 300:
            self._note_ack(parcel)
        elif not parcel.is_refused and not parcel.is_single:
            self._schedule(parcel, _PAUSES[min(parcel.tries - 1, len(_PAUSES) - 1)])

    def _note_ack(self, parcel: Parcel) -> None:
        if parcel.acked_at is not None:
            return
        parcel.acked_at = time.time()
        for after in parcel.repeats:
            if after:
                self._copy(parcel, after)

    def _copy(self, parcel: Parcel, after: float) -> None:
        copy = Parcel(f"{parcel.name} again", parcel.post, is_single=True)
        self.copies.append(copy)
        self._schedule(copy, after)
