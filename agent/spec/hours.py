"""When an agent works, and what it does outside of its hours."""

import re
from datetime import datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from agent.spec.frozen import Frozen
from models.time_zone import TimezoneName

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


def _check_day(text: str) -> str:
    ends = ""
    for span in text.split(",") if text.strip() else []:
        begin, _, end = span.strip().partition("-")
        if not _SPAN.fullmatch(span.strip()) or begin >= end:
            raise ValueError("must be hours such as 08:00-18:00, or several: 08:00-12:00, 13:30-18:00; quote them")
        if begin < ends:
            raise ValueError("hours overlap, or are out of order")
        ends = end
    return text


Day = Annotated[str, AfterValidator(_check_day), Field(examples=["08:00-18:00", "08:00-12:00, 13:30-18:00"])]


class HoursSpec(Frozen):
    """Working hours, day by day; a day that is left out is free."""

    timezone: TimezoneName | None = None
    """Left out: the company's own."""
    mon: Day = ""
    tue: Day = ""
    wed: Day = ""
    thu: Day = ""
    fri: Day = ""
    sat: Day = ""
    sun: Day = ""
    outside: Literal["answer", "message", "person"] = "answer"
    """Outside of them: answer all the same, say the message, or say it and call a person."""
    message: Annotated[str, Field(max_length=2000)] = ""
    """What is said then; left out, a fixed text of ours."""

    def are_open(self, moment: datetime, timezone: str) -> bool:
        """Whether the agent works at that aware moment; `timezone` is the company's."""
        local = moment.astimezone(ZoneInfo(self.timezone or timezone))
        spans: str = getattr(self, DAYS[local.weekday()])
        return any(_is_within(local.time(), span.strip()) for span in spans.split(",") if span.strip())


def _is_within(at: time, span: str) -> bool:
    begin, _, end = span.partition("-")
    return time.fromisoformat(begin) <= at and (end == "24:00" or at < time.fromisoformat(end))
