"""Time as a dependency: everything that asks the hour takes a Clock, so that tests need not wait."""

import time
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    def now(self) -> datetime:
        """The present as an aware UTC datetime."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go backwards, for durations only."""
        ...

    def today(self, timezone: str) -> date:
        """The local date in the IANA zone given."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def today(self, timezone: str) -> date:
        return self.now().astimezone(ZoneInfo(timezone)).date()
