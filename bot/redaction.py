"""What may be written down: which fields a log line or an error report may carry, and what is blotted out of texts."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import SecretStr

from bot.settings import Settings
from models.known_secrets import known_secrets, spellings_of

BLOT = "***"
_NOTHING: frozenset[str] = frozenset()

# What a log line may carry beside its message. Whatever is not here is left out: a new field is a decision.
ALLOWED_FIELDS = frozenset(
    {
        # what the line belongs to
        *("trace_id", "conversation_id", "turn_id", "message_id", "run_id", "part_id", "job_id", "tenant_id"),
        *(
            "account",
            "channel",
            "worker",
            "owner",
            "fence",
            "kind",
            "stage",
            "outcome",
            "reason",
            "code",
            "error_kind",
            "error_code",
        ),
        # one completion: the prompt arrives already redacted by LOG_PROMPTS
        *("user_id", "prompt", "tokens_used", "tokens_in", "tokens_out", "time_ms", "tool_called", "cost"),
        *(
            "model",
            "llm",
            "provider",
            "instead_of",
            "engine",
            "step",
            "steps",
            "attempt",
            "tries",
            "finish",
            "request_id",
            "tool",
        ),
        # an answer told again (the turn's id), which step of a chain asked (its name in the agent's definition)
        *("cached_from", "chain_step"),
        # documents, by id and in numbers: never a title, a key or words
        *("document_id", "chunks", "companies", "lexicon"),
        # one SELECT of an LLM's own
        *("role", "sql_digest", "rows", "plan_cost"),
        # one request
        *("method", "route", "path", "status", "bytes", "duration_ms"),
        # counts and times
        *(
            "count",
            "total",
            "in_flight",
            "depth",
            "waiting",
            "number",
            "part",
            "parts",
            "retry_after",
            "due_at",
            "before",
            "told",
            "seconds",
        ),
        *("conversations", "threads", "sessions", "processes", "rings"),
        *("signal", "pid", "returncode", "port"),
    }
)

_SECRET_NAME = re.compile(
    r"secret|passw|token(?!s)|api_?key|authori[sz]ation|cookie|credential|signature|dsn|_url$|session_id|csrf",
    re.IGNORECASE,
)
# Whoever has such an address may fetch the file for a day; as the field of a form it stands in percent signs.
_SLASH = r"(?:/|%(?:25)*2[Ff])"
_MEDIA = re.compile(rf"({_SLASH}media{_SLASH})[\w-]+\.[\w-]+")
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {BLOT}"),
    (re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"), BLOT),  # user:password in a URL
    (re.compile(r"\brk_[0-9a-fA-F-]{32,36}_[\w-]+"), f"rk_{BLOT}"),
    (re.compile(r"\bsk-[\w-]{12,}"), f"sk-{BLOT}"),
    (re.compile(r"\+\d{5,13}(?=\d{2}(?!\d))"), f"+{BLOT}"),  # a phone number keeps its last two digits
    (re.compile(r"[\w.+-]+@(?=[\w-]+\.[\w.-]*\w)"), f"{BLOT}@"),
    # PostgreSQL's details and SQLAlchemy's parameters quote the row, and rows hold what people wrote.
    (re.compile(r"(DETAIL:|\[parameters:)[^\n]*"), rf"\1 {BLOT}"),
)


def is_secret_name(name: str) -> bool:
    """Whether a field of that name is a secret whatever it holds."""
    return _SECRET_NAME.search(name) is not None


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Every secret value of the settings, the passwords inside URLs among them, longest first."""
    values = (getattr(settings, name) for name in Settings.model_fields)
    return spellings_of(value.get_secret_value() for value in values if isinstance(value, SecretStr))


def build_redactor(settings: Settings | None) -> "Redactor":
    """One that knows the secrets of the settings, and those that files of agents and accounts name once they were
    looked up."""
    return Redactor(secrets_of(settings) if settings else (), known_secrets)


class Redactor:
    """Blots known secrets, credentials, phone numbers and e-mail addresses out of texts. Shared by threads. `further`
    tells what has become known since; the same object where nothing has."""

    def __init__(self, secrets: Iterable[str] = (), further: Callable[[], frozenset[str]] = lambda: _NOTHING) -> None:
        self._fixed = frozenset(secrets)
        self._further = further
        self._known = self._compile(further())

    def _compile(self, found: frozenset[str]) -> tuple[frozenset[str], re.Pattern[str] | None]:
        known = [re.escape(secret) for secret in sorted(self._fixed | found, key=len, reverse=True)]
        return found, re.compile("|".join(known)) if known else None

    def text(self, text: str) -> str:
        """The text without what nobody should read in a log."""
        text = self.secrets(text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text

    def secrets(self, text: str) -> str:
        """The text without the known secrets and what opens our files; numbers and mailboxes are left as they are."""
        found, pattern = self._known
        if (now := self._further()) is not found:
            found, pattern = self._known = self._compile(now)
        return _MEDIA.sub(rf"\1{BLOT}", pattern.sub(BLOT, text) if pattern else text)

    def fields(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Those fields that may be written down; their texts keep numbers and addresses (`user_id` is one)."""
        return {name: _walk(value, self.secrets) for name, value in fields.items() if name in ALLOWED_FIELDS}

    def tree(self, value: Any) -> Any:
        """A nested value with every text blotted and every field with a secret's name left out."""
        return _walk(value, self.text)


def _walk(value: Any, blot: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return blot(value)
    if isinstance(value, Mapping):
        return {key: _walk(entry, blot) for key, entry in value.items() if not is_secret_name(str(key))}
    if isinstance(value, list | tuple | set | frozenset):
        return [_walk(entry, blot) for entry in value]
    return value
