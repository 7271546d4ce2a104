"""An OpenAPI document as CRMs write them, with every oddity that ours must bear."""

from typing import Any

CRM: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "CRM", "version": "1"},
    "servers": [{"url": "http://169.254.169.254"}],
    "paths": {
        "/deals": {
            "parameters": [{"$ref": "#/components/parameters/Owner"}],
            "get": {
                "operationId": "listDeals",
                "summary": "The deals of the pipeline.",
                "description": "Newest first.",
                "parameters": [
                    {"name": "stage", "in": "query", "schema": {"$ref": "#/components/schemas/Stage"}},
                    {"name": "updated>", "in": "query", "schema": {"type": "string", "format": "date"}},
                    {"name": "ids[]", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}},
                    {"name": "filter", "in": "query", "style": "deepObject", "schema": {"type": "object"}},
                    {"name": "tenant_id", "in": "query", "schema": {"type": "string"}},
                    {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                ],
            },
            "post": {
                "operationId": "createDeal",
                "summary": "Write a new deal down.",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewDeal"}}},
                },
            },
        },
        "/deals/{deal-id}/notes": {
            "get": {
                "operationId": "list-notes",
                "parameters": [
                    {"name": "deal-id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
                ],
            },
            "delete": {"operationId": "deleteNotes", "parameters": [{"$ref": "#/components/parameters/Deal"}]},
        },
        "/search": {
            "get": {
                "operationId": "search",
                "parameters": [{"name": "q", "in": "query", "required": True, "schema": {"type": "object"}}],
            }
        },
        "/elsewhere": {"get": {"operationId": "elsewhere", "parameters": [{"$ref": "http://evil.example/x.json#/p"}]}},
        "/nowhere": {"get": {"operationId": "nowhere", "parameters": [{"$ref": "#/components/parameters/None"}]}},
        "/circle": {"get": {"operationId": "circle", "parameters": [{"$ref": "#/components/parameters/Circle"}]}},
        "/upload": {"post": {"operationId": "upload", "requestBody": {"content": {"multipart/form-data": {}}}}},
    },
    "components": {
        "parameters": {
            "Owner": {"name": "owner", "in": "query", "required": True, "schema": {"type": "string"}},
            "Deal": {"name": "deal-id", "in": "path", "required": True, "schema": {"type": "integer"}},
            "Circle": {"$ref": "#/components/parameters/Circle"},
        },
        "schemas": {
            "Stage": {"type": "string", "enum": ["new", "won", "lost"], "nullable": True},
            "Named": {
                "type": "object",
                "properties": {
                    "title": {"type": "string", "maxLength": 80, "pattern": "^\\p{L}"},
                    "id": {"type": "integer", "readOnly": True},
                },
                "required": ["title"],
            },
            "NewDeal": {
                "allOf": [
                    {"$ref": "#/components/schemas/Named"},
                    {
                        "type": "object",
                        "properties": {
                            "value": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
                            "stage": {"$ref": "#/components/schemas/Stage"},
                            "parent": {"$ref": "#/components/schemas/NewDeal"},
                            "extra": {"type": "object", "additionalProperties": True},
                            "contact": {
                                "type": "object",
                                "properties": {"mail": {"type": "string", "format": "email"}, "raw": {}},
                                "required": ["mail"],
                            },
                        },
                        "required": ["value"],
                    },
                ]
            },
        },
    },
}
