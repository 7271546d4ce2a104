"""Who wrote it, a person or a machine: whatever answers by itself is never answered."""

import re

from channels.email.reading.headers import Headers
from channels.email.reading.mail import OwnAddresses

MARKER = "x-recado"  # stands in every mail of ours
SCHEDULING = "text/calendar; method"  # among the content types: a calendar program wrote this to another one

_SENDER = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|postmaster|double-?bounce|autoreply|auto-reply|autoresponder|"
    r"(?:[\w.+-]*[._+-])?(?:no|do[._-]?not|dont|n[aã]o)[._-]?(?:reply|responda|responder|resposta)(?:[._+-][\w.+-]*|"
    r"\d*)|"
    r"bounces?(?:[._+-][\w.=+-]*)?)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"\s*(?:\[?(?:auto|automático|autom[aá]tica)\]?\s*:|"
    r"(?:re: ?|res: ?)?(?:resposta|respuesta) autom[áa]tica|"
    r"(?:re: ?|res: ?)?(?:mensagem|mensaje|e-?mail|retorno) autom[áa]tic[ao]\s*(?:[-–—:|(]|$)|"
    r"auto[ -]?(?:resposta|reply|response|respuesta|matic reply|matic response)|automated (?:reply|response)|"
    r"automatic reply|"
    r"automatische antwort|réponse automatique|risposta automatica|abwesenheit|"
    r"aus[êe]ncia tempor[áa]ria|aviso (?:autom[áa]tico )?de (?:f[ée]rias|aus[êe]ncia)|resposta de aus[êe]ncia|"
    r"notifica[çc][ãa]o de aus[êe]ncia|"
    r"(?:estou )?fora d[oe] escrit[óo]rio|(?:estou |i am |i'm )?out of (?:the )?office|ausente d[oe] escrit[óo]rio|"
    r"ausente (?:da|de la) oficina|fuera de (?:la )?oficina|vacation (?:reply|response|notice)|(?:estou|"
    r"em) f[ée]rias\s*[-:(]|"
    r"undeliverable|undelivered mail|delivery (?:status notification|failure|has failed)|mail delivery (?:failed|"
    r"system|failure)|"
    # "Não entregue: pedido 44" is a customer: without a bounce's own marks only its whole phrases tell it.
    r"returned mail|failure notice|n[ãa]o (?:é|foi) poss[íi]vel entregar\s*:|"
    r"falha (?:na|de) entrega\s*(?:$|\(|d[aeo] (?:mensagem|e-?mail|notifica))|"
    r"mensagem n[ãa]o entregue|e-?mail n[ãa]o entregue|notifica[çc][ãa]o de (?:status|estado) d[ae] entrega|"
    r"no se (?:pudo|puede) entregar|"
    r"(?:lid[ao]|leíd[oa]|read|not read|n[ãa]o lid[ao]|entregue|delivered) ?: )",
    re.IGNORECASE,
)
_PRECEDENCE = frozenset({"bulk", "list", "junk", "auto_reply", "auto-reply"})
_LIST_FIELDS = ("list-id", "list-unsubscribe", "list-post", "mailing-list")
_AUTOMATIC_FIELDS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponse",
    "x-auto-reply",
    "x-autoreply-from",
    "x-mail-autoreply",
)
_REPORTS = (
    "multipart/report",
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
)
_NO = frozenset({"", "no", "false", "0"})


def find_machine(
    headers: Headers, content_types: frozenset[str], sender: str, subject: str, own: OwnAddresses, envelope: str | None
) -> str:
    """Why nobody may answer this mail, "" when a person seems to have written it. `envelope` is the envelope's sender
    where it is known: "" is the null sender of RFC 5321, None says nothing."""
    return (
        _find_own(headers, sender, own)
        or _find_declared(headers)
        or ("null-sender" if envelope == "" or _has_null_path(headers) else "")
        or ("report" if any(name in content_types for name in _REPORTS) else "")
        or ("calendar" if SCHEDULING in content_types else "")
        or _find_list(headers)
        or ("machine-sender" if _SENDER.fullmatch(sender.partition("@")[0]) else "")
        or ("automatic-subject" if _SUBJECT.match(subject) else "")
    )


def _find_own(headers: Headers, sender: str, own: OwnAddresses) -> str:
    if headers.has(MARKER):
        return "own-mail"
    if without_plus(sender) in own.addresses:
        return "own-address"
    message_id = headers.get("message-id").strip("<> \t").lower()
    local, _, domain = message_id.rpartition("@")
    if not own.message_domain or domain != own.message_domain.lower():
        return ""
    # Where our ids share the domain of people's addresses, their mail programs use it too: ours begin with "r.".
    is_shared = any(address.endswith("@" + domain) for address in own.addresses)
    return "own-mail" if not is_shared or local.startswith("r.") else ""


def without_plus(address: str) -> str:
    """`bot+token@example.com` is `bot@example.com`."""
    local, at, domain = address.partition("@")
    return local.partition("+")[0] + at + domain


def _find_declared(headers: Headers) -> str:
    """What says of itself, in a header, that it is automatic."""
    automatic = headers.get("auto-submitted").partition(";")[0].strip().lower()
    if automatic not in _NO:
        return "auto-submitted"
    if any(headers.get(name).strip().lower() not in _NO for name in _AUTOMATIC_FIELDS):
        return "auto-reply"
    if headers.has("x-failed-recipients"):
        return "failed-recipients"
    suppressed = re.split(r"[\s,;]+", headers.get("x-auto-response-suppress").lower())
    return "auto-response-suppress" if "all" in suppressed or "autoreply" in suppressed else ""


def _has_null_path(headers: Headers) -> bool:
    return headers.has("return-path") and headers.get("return-path").replace(" ", "") in ("<>", "")


def _find_list(headers: Headers) -> str:
    if headers.get("precedence").strip().lower() in _PRECEDENCE:
        return "bulk"
    if any(headers.has(name) for name in _LIST_FIELDS):
        return "list"
    return "loop" if headers.has("x-loop") or headers.has("x-beenthere") else ""
