"""The fingerprint of a tool: what an LLM is told of it, so that nobody can change that after it was approved."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """A tool as its server describes it."""

    name: str
    description: str
    schema: Mapping[str, Any]

    @property
    def pin(self) -> str:
        """The same for the same name, description and schema, whatever the order of the schema's keys."""
        said = json.dumps([self.name, self.description, self.schema], sort_keys=True, ensure_ascii=False)
        return "sha256:" + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
