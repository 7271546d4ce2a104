"""A tool's result as figures with their units, names, days and places; written for no tool in particular."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from agent.base import ToolUse
from agent.grounding.claims import Claim, Kind, Known, PartialDay, Span
from agent.grounding.columns import read_column
from agent.grounding.flags import Flags, note_flags
from agent.grounding.reading import find_claims
from agent.grounding.words.folding import fold_in_place
from agent.grounding.words.lexicon import COUNTED

HOME_CURRENCY: Final = "BRL"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?")
_DAYS: Final = re.compile(r"\d{4}(?:-\d\d){1,2}/\d{4}(?:-\d\d){1,2}")
_MONTH: Final = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
_GROUPED: Final = re.compile(r"\d{1,3}(?:\.\d{3})+")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_CODE_KEYS: Final = frozenset({"number", "id", "code", "sku", "order_number", "invoice_number", "protocol"})
_NO_NAMES: Final = frozenset(
    {
        "source",
        "as_of",
        "unit",
        "metric",
        "group_by",
        "of",
        "currency",
        "bulletin",
        "status",
        "label",
        "document",
        "headings",
        "url",
    }
    | {"period", "period_a", "period_b", "query", "error", "code", "message"}
)
_NO_FIGURES: Final = frozenset({"rank", "ok"})
_MEASURED: Final = frozenset({"total", "value", "difference"})  # what a `unit` beside them speaks of
_RATES: Final = frozenset({"buy", "sell", "rate", "bid", "ask", "quote"})
_SHORTEST_CODE: Final = 3
_CONTAINERS: Final = (Mapping, list, tuple)
_PACK: Final = re.compile(
    r"\b(?:cx|caixas?|cajas?|case|pack|pct|pacotes?|fardos?|box)\W{0,2}(?:com |con |c/|de |of )?(\d{1,3})\b"
)
_LONG_TEXT: Final = 80
_DATED: Final = re.compile(r"\b(?:\d{4}-\d\d-\d\d|\d\d?/\d\d?/\d{4})\b")
_WORDED: Final = re.compile(r"[a-z\u00c0-\u024f%)]{3,}[.!?](?:\s|$)|\$ ?\d")


@dataclass(slots=True)
class ToolReading:
    """`passages` are free texts with their paths, to be read like anybody's words."""

    known: list[Known] = field(default_factory=list)
    spans: set[Span] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    lengths: dict[str, int] = field(default_factory=dict)
    passages: list[tuple[str, str]] = field(default_factory=list)
    said: list[PartialDay] = field(default_factory=list)
    flags: Flags = field(default_factory=dict)


class _Setting(NamedTuple):
    """What stands around a value: names and days of its object, else of the objects it lies in."""

    path: str
    labels: frozenset[str] = frozenset()
    spans: tuple[Span, ...] = ()
    unit: str = ""
    metric: str = ""
    collection: str = ""
    key: str = ""
    scope: str = ""


def read_tool_use(use: ToolUse, number: int) -> ToolReading:
    """`number` tells two calls of the same tool apart in the paths."""
    reading, root = ToolReading(), f"{use.name}[{number}]"
    if not use.ok:
        reading.texts += _strings(use.result)
        return reading
    _walk(use.arguments, _Setting(f"{root}.arguments", scope=f"{root}.arguments"), reading)
    result = dict(use.result)
    filters = result.pop("filters", None)
    names = frozenset(_names(filters)) if isinstance(filters, Mapping) else frozenset()
    reading.texts += names
    _walk(result, _Setting(root, names), reading)
    return reading


def _strings(value: Any) -> Iterable[str]:
    """Of a failure: the names that it suggests."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, str):
        yield value


def _walk(value: Any, setting: _Setting, reading: ToolReading) -> None:
    if isinstance(value, Mapping):
        _walk_object(value, setting, reading)
    elif isinstance(value, list | tuple):
        reading.lengths[setting.path] = len(value)
        for at, item in enumerate(value):
            place = f"{setting.path}[{at}]"
            if isinstance(item, Mapping):
                note_flags(reading.flags, setting.path, item, place)
            inner = _Setting(
                place, setting.labels, setting.spans, setting.unit, setting.metric, setting.path, setting.key, place
            )
            _walk(item, inner, reading)
    else:
        _read_leaf(value, setting, reading)


def _walk_object(value: Mapping[str, Any], setting: _Setting, reading: ToolReading) -> None:
    period = _span(value)
    if period is not None:
        reading.spans.add(period)
    own = tuple(_own_spans(value))
    reading.spans.update(own)
    names = frozenset(_names(value))
    currency = value.get("currency")
    unit = str(value.get("unit") or (currency if currency and not _RATES & value.keys() else "") or setting.unit)
    metric = str(value.get("metric") or setting.metric)
    reading.known += _said_by_names(value, setting.path, reading)
    reading.known += _packed(value, setting.path, setting.labels | names)
    labels, spans = setting.labels | names, own or setting.spans
    for key, inner in value.items():
        is_container = isinstance(inner, _CONTAINERS)
        path, year = f"{setting.path}.{key}", read_column(str(key)).whole_year
        place = _Setting(
            path=path,
            labels=labels,
            spans=(year,) if year else spans,
            unit=unit,
            metric=metric,
            collection="" if is_container else setting.collection,
            key=str(key) if not is_container or key != "data" else "",
            scope=path if is_container and isinstance(inner, Mapping) else setting.path,
        )
        if is_container:
            _walk(inner, place, reading)
        else:
            _read_leaf(inner, place, reading)


def _said_by_names(value: Mapping[str, Any], path: str, reading: ToolReading) -> Iterable[Known]:
    """ "revenue_12m" tells of twelve months, "revenue_2025" of a year."""
    for key in value:
        column = read_column(str(key))
        if column.whole_year:
            reading.said.append(PartialDay(column.whole_year[0].year))
        if (length := column.length) and length.text not in reading.texts:
            reading.texts.append(length.text)
            yield Known(Decimal(length.number), "count", length.unit, f"{path}.{key} (name)", scope=path)


def _packed(value: Mapping[str, Any], path: str, labels: frozenset[str]) -> Iterable[Known]:
    """What a price is for: "cx c/ 12", "500 ml"."""
    unit = value.get("unit")
    if "price" in value and isinstance(unit, str):
        for claim in _counts_of(unit):
            yield Known(claim.values[0], "count", claim.unit, f"{path}.unit: {claim.text}", labels, scope=path)


@lru_cache(maxsize=1_000)
def _counts_of(unit: str) -> list[Claim]:
    """Hardly any catalogue has many units."""
    return [claim for claim in find_claims(unit) if claim.kind == "count"]


def _read_leaf(value: Any, setting: _Setting, reading: ToolReading) -> None:
    if value is None or isinstance(value, bool):
        return
    text, key = str(value), setting.key
    if isinstance(value, str) and _DAY.fullmatch(text):
        reading.days.update(_days(text))
        return
    if key in _CODE_KEYS or not _NUMBER.fullmatch(text) or key in _NO_FIGURES:
        reading.texts.append(text)
        if pack := _PACK.search(fold_in_place(text)):
            place = setting.labels, setting.spans, "", key, setting.scope
            reading.known.append(Known(Decimal(pack[1]), "count", "", f"{setting.path} (pack)", *place))
        if isinstance(value, str) and _is_passage(value, key):
            reading.passages.append((text, setting.path))
        return
    if ("." not in text and len(text) >= _SHORTEST_CODE) or (isinstance(value, str) and _GROUPED.fullmatch(text)):
        reading.texts.append(text)  # it may be a number that counts nothing, an order's say
    kind, unit = _measure(text, setting)
    if read_column(key).is_ratio and key not in _RATES and abs(Decimal(text)) <= 1:
        text, kind, unit = str(Decimal(text) * 100), "percent", ""
    parent = setting.scope.rpartition(".")[2]
    unit = _counted(key, parent, setting) if kind == "count" else unit
    reading.known.append(
        Known(
            Decimal(text),
            kind,
            unit,
            setting.path,
            setting.labels,
            setting.spans,
            setting.collection,
            key,
            setting.scope,
        )
    )


def _measure(text: str, setting: _Setting) -> tuple[Kind, str]:
    """Percentages say so in their name; money has a point, or stands where its currency is told."""
    key = setting.key
    if kind := read_column(key).kind:
        return kind, ""
    if key in _MEASURED and setting.unit == "percent":
        return "percent", ""
    if key in _MEASURED and setting.unit in {"count", "quantity"}:
        return "count", ""
    if "." in text:
        is_code = len(setting.unit) == 3 and setting.unit.isupper()
        return "money", setting.unit if is_code and key not in _RATES else HOME_CURRENCY
    return "count", ""


def _counted(key: str, parent: str, setting: _Setting) -> str:
    if counted := read_column(key).counted:
        return counted
    if key == "count":
        return next((COUNTED[word] for word in parent.split("_") if word in COUNTED), "")
    return COUNTED.get(setting.metric, "") if key in _MEASURED else ""


def _names(value: Mapping[str, Any]) -> Iterable[str]:
    for key, inner in value.items():
        if key in _CODE_KEYS and isinstance(inner, str | int):
            yield fold_in_place(str(inner))
        elif isinstance(inner, str) and key not in _NO_NAMES and _is_name(inner, key):
            yield fold_in_place(inner.strip())


def _is_name(text: str, key: object) -> bool:
    forms = (_DAY, _MONTH, _NUMBER, _DAYS)
    return bool(text.strip()) and not _is_passage(text, key) and not any(form.fullmatch(text) for form in forms)


def _is_passage(text: str, key: object) -> bool:
    """Sentences, a remark with an amount, or a row with a day in it, rather than a name."""
    return len(text) > _LONG_TEXT or bool(_WORDED.search(text) or (key == "text" and _DATED.search(text)))


def _own_spans(value: Mapping[str, Any]) -> Iterable[Span]:
    """Days that are the object's own: its period, or the days among its values."""
    for key, inner in value.items():
        if key in {"period", "period_b"} and isinstance(inner, Mapping) and (span := _span(inner)) is not None:
            yield span
        elif key not in {"as_of", "start", "end"} and isinstance(inner, str):
            if _MONTH.fullmatch(inner):
                yield whole_month(date.fromisoformat(f"{inner}-01"))
            elif _DAY.fullmatch(inner):
                yield from ((day, day) for day in _days(inner))


def _span(value: Mapping[str, Any]) -> Span | None:
    start, end = value.get("start"), value.get("end")
    if isinstance(start, str) and isinstance(end, str):
        days = [*_days(start), *_days(end)]
        if len(days) == 2:
            return days[0], days[1]
    return None


def _days(text: str) -> Iterable[date]:
    try:
        yield date.fromisoformat(text[:10])
    except ValueError:
        return


def whole_month(first: date) -> Span:
    after = first.replace(day=28) + timedelta(days=4)
    return first.replace(day=1), after.replace(day=1) - timedelta(days=1)
