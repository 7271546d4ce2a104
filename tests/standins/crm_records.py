"""Customers, deals, notes and tasks of the stand-in CRM, in the generic dialect: what it holds and how it judges."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Any]

_CHANGEABLE = {
    "customers": {"email", "phone", "owner"},
    "deals": {"stage", "amount", "close_date", "next_step"},
}


@dataclass
class RecordShelf:
    """`changes` are the updates that took effect, in their order; entries are kept until they are removed."""

    honours_keys: bool = True
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    deals: dict[str, dict[str, Any]] = field(default_factory=dict)
    stages: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"id": 1, "name": "Proposta"},
            {"id": 2, "name": "Negociação"},
            {"id": 3, "name": "Ganho"},
        ]
    )
    owners: list[dict[str, Any]] = field(default_factory=lambda: [{"id": "o1", "name": "Ana"}])
    notes: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    changes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    conflicts: int = 0
    lags: bool = False  # lists show no notes and tasks, though they are there
    _numbers: int = 0
    _lock: Lock = field(default_factory=Lock)

    def add_customer(self, name: str, **fields: Any) -> str:
        self._numbers += 1
        found = f"c{self._numbers}"
        self.customers[found] = {"id": found, "name": name, "version": "v1", **fields}
        return found

    def add_deal(self, customer: str, name: str, **fields: Any) -> str:
        self._numbers += 1
        found = f"d{self._numbers}"
        self.deals[found] = {"id": found, "name": name, "customer": customer, "version": "v1", **fields}
        return found

    def texts(self, kind: str = "notes") -> list[str]:
        return [entry["text"] for entry in getattr(self, kind)]

    def doubles(self) -> list[str]:
        """References that stand in more than one entry."""
        counts = Counter(entry["reference"] for entry in [*self.notes, *self.tasks])
        return [reference for reference, count in counts.items() if count > 1]

    def is_known(self, path: str) -> bool:
        return urlsplit(path).path.split("/")[1] in ("customers", "deals", "stages", "owners", "notes", "tasks")

    def look(self, path: str) -> Answer:
        """What a GET is answered with."""
        parts = urlsplit(path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match parts.path.split("/")[1:]:
            case ["customers"]:
                found = [one for one in self.customers.values() if asked.get("name", "").lower() in one["name"].lower()]
                return 200, {"customers": found}
            case ["customers", customer, "deals"]:
                return 200, {"deals": [deal for deal in self.deals.values() if deal["customer"] == customer]}
            case ["customers" | "deals" as kind, wanted] if wanted in getattr(self, kind):
                return 200, getattr(self, kind)[wanted]
            case ["stages" | "owners" as kind]:
                return 200, {kind: getattr(self, kind)}
            case ["notes" | "tasks" as kind]:
                listed = [] if self.lags else getattr(self, kind)
                entries = [one for one in listed if one["customer"] == asked.get("customer")]
                return 200, {kind: [one for one in entries if one["reference"] == asked.get("reference")]}
        return 404, {"error": "not found"}

    def write(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        """What a request that writes is answered with, once it has taken effect."""
        with self._lock:
            match method, urlsplit(path).path.split("/")[1:]:
                case "POST", ["notes" | "tasks" as kind]:
                    return self._enter(getattr(self, kind), body, headers.get("Idempotency-Key", ""))
                case "DELETE", ["notes" | "tasks" as kind, wanted]:
                    entries = getattr(self, kind)
                    kept = [one for one in entries if one["id"] != wanted]
                    is_there = len(kept) < len(entries)
                    entries[:] = kept
                    return (204, None) if is_there else (404, {"error": "gone"})
                case "PATCH", ["customers" | "deals" as kind, wanted] if wanted in getattr(self, kind):
                    return self._change(kind, getattr(self, kind)[wanted], body, headers.get("If-Match"))
        return 404, {"error": "not found"}

    def _enter(self, entries: list[dict[str, Any]], body: Any, key: str) -> Answer:
        if not key or body["reference"] not in body["text"] or body["customer"] not in self.customers:
            return 400, {"error": "a key, a reference and a customer are expected"}
        for entry in entries:
            if self.honours_keys and entry["key"] == key:
                return 200, entry
        self._numbers += 1
        entries.append({"id": f"n{self._numbers}", "key": key, **body})
        return 201, entries[-1]

    def _change(self, kind: str, record: dict[str, Any], body: dict[str, Any], seen: str | None) -> Answer:
        if not body or body.keys() - _CHANGEABLE[kind]:
            return 400, {"error": "no such field"}
        if seen != record["version"]:
            self.conflicts += 1
            return 412, {"error": "changed meanwhile"}
        record.update(body)
        record["version"] = f"v{int(record['version'][1:]) + 1}"
        self.changes.append((record["id"], body))
        return 200, record
