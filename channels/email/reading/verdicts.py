"""Authentication-Results: what the receiving server we trust says about the sender, and nobody else."""

import re

from channels.email.reading.headers import Headers
from channels.email.reading.mail import OwnAddresses, Verdict

_RESULT = re.compile(r"(spf|dkim|dmarc)\s*(?:/\s*\d+\s*)?=\s*([a-z]{1,20})", re.IGNORECASE)
_PROPERTY = re.compile(
    r"\b(smtp\.mailfrom|smtp\.helo|header\.from|header\.d|header\.i)\s*=\s*([^\s;]{1,320})", re.IGNORECASE
)


def read_verdict(headers: Headers, own: OwnAddresses) -> Verdict:
    """Of the topmost field with a trusted authserv-id. Those below may have come with the mail, and say nothing."""
    for value in headers.all("authentication-results"):
        clauses = _split_clauses(value)
        words = clauses[0].split()
        if words and words[0].lower() in own.authserv_ids:
            return _read_clauses(clauses[1:])
    return Verdict()


def _split_clauses(value: str) -> list[str]:
    """At semicolons, without comments and quoted strings: a sender can put words of his choice into both."""
    clauses: list[str] = []
    current: list[str] = []
    depth, is_quoted, is_escaped = 0, False, False
    for c in value:
        if is_escaped:
            is_escaped = False
        elif c == "\\":
            is_escaped = True
        elif is_quoted or c == '"':
            is_quoted = not is_quoted if c == '"' else is_quoted
        elif c == "(":
            depth += 1
        elif c == ")":
            depth = max(0, depth - 1)
        elif not depth and c == ";":
            clauses.append("".join(current))
            current = []
        elif not depth:
            current.append(c)
    return [*clauses, "".join(current)]


def _read_clauses(clauses: list[str]) -> Verdict:
    """SPF or DMARC results that differ count as the worse; of several DKIM signatures one that passes is enough."""
    results: dict[str, list[str]] = {"spf": [], "dkim": [], "dmarc": []}
    spf_domain = dmarc_domain = ""
    signers: list[str] = []
    for clause in clauses:
        match = _RESULT.match(clause.strip())
        if match is None:
            continue
        method, result = match[1].lower(), match[2].lower()
        results[method].append(result)
        properties = {name.lower(): _domain_of(given) for name, given in _PROPERTY.findall(clause)}
        if method == "spf":
            spf_domain = properties.get("smtp.mailfrom") or properties.get("smtp.helo") or ""
        elif method == "dmarc":
            dmarc_domain = properties.get("header.from", "")
        elif result == "pass":
            signers.append(properties.get("header.d") or properties.get("header.i") or "")
    return Verdict(
        spf=_worst(results["spf"]),
        dkim="pass" if "pass" in results["dkim"] else _worst(results["dkim"]),
        dmarc=_worst(results["dmarc"]),
        spf_domain=spf_domain,
        dkim_domains=tuple(filter(None, signers)),
        dmarc_domain=dmarc_domain,
    )


def _worst(results: list[str]) -> str:
    return next((result for result in results if result != "pass"), results[0] if results else "")


def _domain_of(value: str) -> str:
    return value.rpartition("@")[2].strip("<>.\"'").lower()
