"""One CRM as data: how it signs, what its payloads mean, how it takes a reply. Compiled when the account is built."""

import json
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from channels.crm.decode import BodyFormat
from channels.crm.expressions import Expression
from channels.crm.fields import ExpressionField, LowerField, MappingPart, Request, TemplateField, read_string
from channels.crm.records_mapping import WritingRequests
from models.errors import ConfigurationError

PRESETS = Path(__file__).parent / "presets"
_MAX_FILE = 1_000_000  # bytes
_EXTENDS = "extends"


class Signature(MappingPart):
    """How a request proves that it comes from the CRM. `header` and `query` name where a token stands."""

    scheme: Literal["standard_webhooks", "hubspot_v3", "basic", "token"]
    header: LowerField = ""
    query: Literal["", "token", "secret", "api_key"] = ""  # names that are blotted out wherever URLs are kept

    @model_validator(mode="after")
    def _check_place(self) -> Self:
        if self.scheme == "token" and not (self.header or self.query):
            raise ValueError("a token needs a header or a query parameter to stand in")
        return self


class Rule(MappingPart):
    """One kind of thing that an item may mean. What is not given here is taken from the mapping itself."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    kind: Literal["message", "event"]
    when: ExpressionField
    text: TemplateField  # one `{expression}` for a message, a described event otherwise
    html: bool = False  # the CRM writes the text as HTML
    calls: tuple[str, ...] = ()  # a message counts only when its text begins with one of these, which is cut off
    turn_when: ExpressionField | None = None  # an event starts a turn when this holds
    forwarded: ExpressionField | None = None
    verified: ExpressionField | None = None
    id: ExpressionField | None = None
    person: ExpressionField | None = None
    person_name: ExpressionField | None = None
    thread: ExpressionField | None = None


class Rate(MappingPart):
    """So many requests in so many seconds."""

    requests: int = Field(ge=1)
    seconds: float = Field(gt=0)


class ReplyRequest(Request):
    """How a note is written. `id` reads the note's id out of the CRM's answer."""

    base_url: str = ""  # empty: CRM_API_BASE_URL must name it
    hosts: tuple[LowerField, ...] = Field(min_length=1)  # `*.example.com` for any host below, `*` for any at all
    html: bool = False  # the CRM takes notes as HTML
    rate: Rate = Rate(requests=60, seconds=60)
    id: ExpressionField


class FindRequest(Request):
    """How the notes of a target are listed, newest first; one whose text holds our marker is ours."""

    items: ExpressionField
    id: ExpressionField
    text: ExpressionField


class Samples(MappingPart):
    """What the mapping is tried on at start-up: a webhook's decoded body, and the CRM's two answers."""

    body: Any
    headers: dict[LowerField, str] = Field(default_factory=dict)
    answer: Any = None
    found: Any = None


class Mapping(MappingPart):
    """Expressions see `event` (the item), `body` (the whole), `headers`, and `account` (`name`, `address`).

    Those of requests see `part` (`id`, `text`, `marker`, `number`), `target` (the thread's segments), `to`, `question`,
    `now` (`iso`, `ms`) and `account`.
    """

    name: str
    about: str = ""
    format: BodyFormat = "json"
    signature: Signature
    acknowledgement: tuple[str, str] = ("", "text/plain")  # body and content type of our 200
    batch: ExpressionField = Field(default=Expression("@"))  # over the body: one item or a list of them
    filter: ExpressionField | None = None  # items for which it does not hold are noise
    echo: ExpressionField | None = None  # what we ourselves did, beside the notes that carry our marker
    id: ExpressionField
    person: ExpressionField
    person_name: ExpressionField | None = None
    thread: ExpressionField | None = None
    rules: tuple[Rule, ...] = Field(min_length=1)
    reply: ReplyRequest
    find: FindRequest | None = None
    writing: WritingRequests | None = None  # None: nothing but replies is written there
    sample: Samples


def load_mapping(preset: str, path: str) -> tuple[Mapping, str]:
    """The mapping and what to call it in messages: the own file where a path is given, else the preset.

    Raises ConfigurationError naming the file and the field.
    """
    if path:
        fields, shown = _read(Path(path), f"CRM_MAPPING {path}"), f"CRM_MAPPING {path}"
        base = fields.pop(_EXTENDS, "")
        if base:
            fields = _preset(read_string(base)) | fields
    else:
        fields, shown = _preset(preset or "generic"), f"preset {preset or 'generic'}"
    try:
        return Mapping.model_validate(fields), shown
    except ValidationError as error:
        raise ConfigurationError(f"{shown}: {_explain(error)}") from None


def preset_names() -> list[str]:
    """What CRM_PRESET may be."""
    return sorted(path.stem for path in PRESETS.glob("*.json"))


def _preset(name: str) -> dict[str, Any]:
    if name not in preset_names():
        raise ConfigurationError(f"CRM_PRESET {name!r} is not one of {', '.join(preset_names())}")
    return _read(PRESETS / f"{name}.json", f"preset {name}")


def _read(path: Path, shown: str) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_FILE:
            raise ConfigurationError(f"{shown}: larger than {_MAX_FILE} bytes")
        fields = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{shown}: not a readable JSON file ({error})") from None
    if not isinstance(fields, dict):
        raise ConfigurationError(f"{shown}: an object is expected")
    return fields


def _explain(error: ValidationError) -> str:
    lines = []
    for item in error.errors(include_input=False, include_url=False):
        place = ".".join(str(step) for step in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        lines.append(f"{place}: {message}" if place else message)
    return "; ".join(lines)
