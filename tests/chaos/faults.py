"""The faults of a plan, as the stand-ins know them."""

import threading
from typing import Literal

from tests.chaos.far import Far
from tests.standins import crm, llm, smtp, twilio_http

_HANG = 4.0  # seconds


def make_fault(far: Far, place: str, how: str, count: int, seconds: float) -> None:
    """The next `count` requests there meet it; what lasts, lasts `seconds`."""
    match place:
        case "twilio":
            _twilio(far, how, count, seconds)
        case "smtp":
            far.smtp.faults.extend([_SMTP[how]] * count)
        case "crm":
            far.crm.faults.extend([_crm(how)] * count)
        case _:
            _llm(far, how, count, seconds)


def _twilio(far: Far, how: str, count: int, seconds: float) -> None:
    if how == "refuse":
        with far.twilio.refusing():
            threading.Event().wait(seconds)
        return
    kind, _, rest = how.partition(" ")
    accepted = rest == "accepted"
    if kind.isdigit():
        retry_after = "1" if kind == "429" else ""
        code = 20429 if kind == "429" else 0
        fault = twilio_http.Fault("status", accepted, status=int(kind), code=code, retry_after=retry_after)
    else:
        fault = twilio_http.Fault(_TWILIO[kind], accepted, _HANG if kind == "hang" else seconds)
    far.twilio.faults.extend([fault] * count)


_TWILIO: dict[str, Literal["hang", "reset", "slow", "garbage"]] = {
    "hang": "hang",
    "reset": "reset",
    "slow": "slow",
    "garbage": "garbage",
}
_SMTP = {
    "451": smtp.Fault("rcpt", "451 try later"),
    "gone": smtp.Fault("mail"),
    "451 kept": smtp.Fault("data", "451 something went wrong", keeps=True),
    "gone kept": smtp.Fault("data", keeps=True),
    "late": smtp.Fault("data", "250 OK: taken", keeps=True, delay=1.5),
}


def _crm(how: str) -> crm.Fault:
    kind, _, rest = how.partition(" ")
    if kind.isdigit():
        return crm.Fault("status", bool(rest), int(kind), "1" if kind == "429" else "")
    match kind:
        case "reset":
            return crm.Fault("reset", bool(rest))
        case "trickle":
            return crm.Fault("trickle", bool(rest))
        case _:
            return crm.Fault("garbage", bool(rest))


def _llm(far: Far, how: str, count: int, seconds: float) -> None:
    match how:
        case "slow":
            calm, far.llm.latency = far.llm.latency, 4.0
            threading.Event().wait(seconds)
            far.llm.latency = calm
        case "hang" | "garbage" | "cut" as kind:
            far.llm.faults.extend([llm.Fault(kind)] * count)
        case _:
            far.llm.faults.extend([llm.Fault("status", int(how), retry_after="1" if how == "429" else "")] * count)
