"""The table of faults: every neighbour with everything that may be wrong with it, and how that is brought about."""

import struct
from collections.abc import Callable

from tests.faults.town import Town
from tests.standins.crm import Fault as CrmFault
from tests.standins.llm import Fault as LlmFault
from tests.standins.smtp import Fault as SmtpFault
from tests.standins.twilio_http import Fault as TwilioFault

NEIGHBOURS = ("sql", "redis", "llm", "twilio", "mail", "crm")
FAULTS = ("refused", "silent", "reset", "server error", "too many", "garbage", "flapping")
# Through which channel a message comes whose turn meets the neighbour.
CHANNEL = {"mail": "email", "crm": "crm"}

_HTTP = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def _refusal(state: str, message: str) -> bytes:
    """A PostgreSQL that turns a client away."""
    fields = f"SFATAL\0VFATAL\0C{state}\0M{message}\0\0".encode()
    return b"E" + struct.pack("!i", len(fields) + 4) + fields


# What these neighbours have for a 5xx, for a 429, and for an answer that makes no sense: none of them speaks HTTP.
_WORDS = {
    ("sql", "server error"): _refusal("57P03", "the database system is starting up"),
    ("sql", "too many"): _refusal("53300", "sorry, too many clients already"),
    ("sql", "garbage"): _HTTP,
    ("redis", "server error"): b"-LOADING Redis is loading the dataset in memory\r\n",
    ("redis", "too many"): b"-OOM command not allowed when used memory > 'maxmemory'.\r\n",
    ("redis", "garbage"): _HTTP,
    ("mail", "garbage"): _HTTP,
}
_MAIL = {
    "reset": SmtpFault("data", keeps=True),
    "server error": SmtpFault("data", "451 local trouble"),
    "too many": SmtpFault("rcpt", "450 too many messages"),
}
_LLM = {
    "server error": LlmFault("status", 503),
    "too many": LlmFault("status", 429, "rate_limit_exceeded", retry_after="7"),
    "garbage": LlmFault("garbage"),
}
_TWILIO = {
    "server error": TwilioFault("status", status=503),
    "too many": TwilioFault("status", status=429, code=20429, retry_after="7"),
    "garbage": TwilioFault("garbage", accepted=True),
}
_CRM = {
    "server error": CrmFault("status", status=503),
    "too many": CrmFault("status", status=429, retry_after="7"),
    "garbage": CrmFault("garbage", accepted=True),
}


def inflict(town: Town, neighbour: str, fault: str) -> None:
    """Until the neighbour's proxy heals; what the stand-in plays itself it plays once."""
    proxy = town.proxies[neighbour]
    by_proxy: dict[str, Callable[[], None]] = {
        "refused": proxy.refuse,
        "silent": proxy.silence,
        "flapping": lambda: proxy.flap(1.0),
        "reset": proxy.reset_answers,
    }
    if (neighbour, fault) in _WORDS:
        proxy.babble(_WORDS[neighbour, fault])
    elif neighbour == "mail" and fault in _MAIL:
        town.mail.faults.append(_MAIL[fault])
    elif neighbour == "llm" and fault in _LLM:
        town.llm.faults.append(_LLM[fault])
    elif neighbour == "twilio" and fault in _TWILIO:
        town.twilio.faults.append(_TWILIO[fault])
    elif neighbour == "crm" and fault in _CRM:
        town.crm.faults.append(_CRM[fault])
    else:
        by_proxy[fault]()
