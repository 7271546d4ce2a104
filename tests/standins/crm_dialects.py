"""How each CRM's API looks from outside: where notes are written and listed, who may, and what is answered."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TOKEN = "an-invented-api-token"


@dataclass(frozen=True)
class Note:
    """A note as it was taken; `place` is what it hangs on."""

    id: str
    place: str
    text: str
    key: str  # its Idempotency-Key


@dataclass(frozen=True)
class Dialect:
    """`write` and `find` match method and path with query; `read` takes place and text out of a request's body."""

    credential: tuple[str, str]  # header and value
    write: str
    find: str
    read: Callable[[re.Match[str], Any], tuple[str, str]]
    written: Callable[[Note], Any]
    listed: Callable[[list[Note]], Any]
    found_place: Callable[[re.Match[str], Any], str]
    created: int = 201


_BEARER = ("Authorization", f"Bearer {TOKEN}")


def _hubspot_read(_: re.Match[str], body: Any) -> tuple[str, str]:
    [association] = body["associations"]
    [kind] = association["types"]
    assert kind["associationCategory"] == "HUBSPOT_DEFINED"
    assert body["properties"]["hs_timestamp"].endswith("Z")
    return f"{kind['associationTypeId']}/{association['to']['id']}", body["properties"]["hs_note_body"]


def _pipedrive_read(_: re.Match[str], body: Any) -> tuple[str, str]:
    [(name, value)] = [(name, value) for name, value in body.items() if name != "content"]
    assert isinstance(value, int) or name == "lead_id"
    return f"{name}={value}", body["content"]


def _kommo_read(path: re.Match[str], body: Any) -> tuple[str, str]:
    [note] = body
    assert note["note_type"] == "common"
    return f"{path[1]}/{path[2]}", note["params"]["text"]


def _rd_read(path: re.Match[str], body: Any) -> tuple[str, str]:
    assert body["data"]["user_id"]
    return path[1], body["data"]["description"]


DIALECTS: dict[str, Dialect] = {
    "generic": Dialect(
        credential=_BEARER,
        write=r"POST /messages",
        find=r"GET /messages\?thread=([^&]+)&reference=ref%3A%20r_[0-9a-f-]{36}",
        read=lambda _, body: (body["thread"], body["text"]),
        written=lambda note: {"id": note.id},
        listed=lambda notes: {"messages": [{"id": note.id, "text": note.text} for note in notes]},
        found_place=lambda path, _: path[1].replace("%2F", "/"),
    ),
    "hubspot": Dialect(
        credential=_BEARER,
        write=r"POST /crm/v3/objects/notes",
        find=r"POST /crm/v3/objects/notes/search",
        read=_hubspot_read,
        written=lambda note: {"id": note.id, "properties": {"hs_note_body": note.text}},
        listed=lambda notes: {
            "total": len(notes),
            "results": [{"id": note.id, "properties": {"hs_note_body": note.text}} for note in notes],
        },
        found_place=lambda _, body: body["filterGroups"][0]["filters"][0]["value"],
    ),
    "pipedrive": Dialect(
        credential=("x-api-token", TOKEN),
        write=r"POST /v1/notes",
        find=r"GET /v1/notes\?(deal_id|person_id|org_id|lead_id)=([^&]+)&sort=add_time%20DESC&limit=100",
        read=_pipedrive_read,
        written=lambda note: {"success": True, "data": {"id": int(note.id), "content": note.text}},
        listed=lambda notes: {
            "success": True,
            "data": [{"id": int(note.id), "content": note.text} for note in notes] or None,
        },
        found_place=lambda path, _: f"{path[1]}={path[2]}",
    ),
    "rd_station": Dialect(
        credential=_BEARER,
        write=r"POST /crm/v2/deals/([^/]+)/notes",
        find=r"GET /crm/v2/deals/([^/]+)/notes\?.*",
        read=_rd_read,
        written=lambda note: {"data": {"id": note.id, "description": note.text}},
        listed=lambda notes: {"data": [{"id": note.id, "description": note.text} for note in notes]},
        found_place=lambda path, _: path[1],
    ),
    "kommo": Dialect(
        credential=_BEARER,
        write=r"POST /api/v4/(leads|contacts|companies)/([^/]+)/notes",
        find=r"GET /api/v4/(leads|contacts|companies)/([^/]+)/notes\?.*",
        read=_kommo_read,
        written=lambda note: {"_embedded": {"notes": [{"id": int(note.id)}]}},
        listed=lambda notes: (
            {"_embedded": {"notes": [{"id": int(note.id), "params": {"text": note.text}} for note in notes]}}
            if notes
            else None
        ),
        found_place=lambda path, _: f"{path[1]}/{path[2]}",
        created=200,
    ),
    "salesforce": Dialect(
        credential=_BEARER,
        write=r"POST /services/data/v61\.0/sobjects/FeedItem",
        find=r"GET /services/data/v61\.0/query\?q=SELECT.*ParentId%20%3D%20%27([^%]+)%27.*",
        read=lambda _, body: (body["ParentId"], body["Body"]),
        written=lambda note: {"id": note.id, "success": True, "errors": []},
        listed=lambda notes: {"records": [{"Id": note.id, "Body": note.text} for note in notes]},
        found_place=lambda path, _: path[1],
    ),
}
