"""What Twilio would refuse: missing or impossible fields, illegal combinations, the closed window."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.standins.twilio_history import media_urls

if TYPE_CHECKING:
    from tests.standins.twilio import StandInTwilio

WINDOW = timedelta(hours=24)
WINDOW_CLOSED = 63016
_PLACEHOLDER = re.compile(r"{{(\w+)}}")
_NO_VARIABLE = re.compile(r"[\n\t]| {5}")

ERRORS = {
    20001: (400, "Body and MediaUrl must be absent when ContentSid is given"),
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    21211: (400, "Invalid 'To' Phone Number"),
    21212: (400, "Invalid 'From' Number"),
    21602: (400, "Message body is required"),
    21604: (400, "A 'To' phone number is required"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21620: (400, "Invalid media URL(s)"),
    21623: (400, "Number of media files exceeds allowed limit"),
    21654: (400, "ContentSid Required"),
    21655: (400, "The ContentSid is Invalid"),
    21656: (400, "The ContentVariables Parameter is invalid"),
    63016: (400, "Failed to send freeform message because you are outside the allowed window"),
    63021: (400, "Channel invalid content error"),
}


def judge_form(standin: "StandInTwilio", form: dict[str, str]) -> int:
    """Twilio's error code for a form it would refuse, 0 for a good one."""
    if not form.get("To"):
        return 21604
    if not _is_whatsapp(form["To"]):
        return 21211
    if form.get("From") != standin.number:
        return 21212
    if "ContentSid" in form:
        return _judge_template(standin, form)
    if "ContentVariables" in form:
        return 21654
    return _judge_words(form) or (WINDOW_CLOSED if standin.window == "at once" and is_closed(standin, form) else 0)


def is_closed(standin: "StandInTwilio", form: dict[str, str]) -> bool:
    """Whether the person wrote nothing for 24 hours, or the test says so."""
    heard_at = standin.history.last_heard(form["To"])
    is_late = heard_at is None or datetime.now(UTC) - heard_at > WINDOW
    return "ContentSid" not in form and (is_late or form["To"] in standin.closed_windows)


def filled_in(standin: "StandInTwilio", form: dict[str, str]) -> str:
    """What the person reads."""
    template = standin.templates.get(form.get("ContentSid", ""))
    if template is None:
        return form.get("Body", "")
    variables = json.loads(form.get("ContentVariables", "{}"))
    return _PLACEHOLDER.sub(lambda match: str(variables[match[1]]), template)


def _judge_words(form: dict[str, str]) -> int:
    files = media_urls(form)
    if not form.get("Body") and not files:
        return 21602
    if len(files) > 1:  # WhatsApp takes one a message
        return 21623
    if any(urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname for url in files):
        return 21620
    return 21617 if len(form.get("Body", "").encode("utf-16-le")) // 2 > 1600 else 0


def _judge_template(standin: "StandInTwilio", form: dict[str, str]) -> int:
    if form.get("Body") or media_urls(form):
        return 20001
    template = standin.templates.get(form["ContentSid"])
    if template is None:
        return 21655
    try:
        variables = json.loads(form.get("ContentVariables", "{}"))
    except ValueError:
        return 21656
    if not isinstance(variables, dict) or set(variables) != set(_PLACEHOLDER.findall(template)):
        return 21656
    if any(not isinstance(v, str) or not v.strip() or _NO_VARIABLE.search(v) for v in variables.values()):
        return 21656
    return 63021 if len(filled_in(standin, form).encode("utf-16-le")) // 2 > 1024 else 0


def _is_whatsapp(address: str) -> bool:
    rest = address.removeprefix("whatsapp:")
    phone = rest.startswith("+") and rest[1:].isdigit() and 7 <= len(rest[1:]) <= 15
    return rest != address and (phone or (rest[2:3] == "." and rest[3:].isalnum()))
