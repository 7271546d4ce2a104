"""Whether an answer may be given again, and for how long. Pure but for the versions it reads."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from agent.base import RunResult, Tool, ToolUse
from agent.cache.results import is_reused
from agent.tools.customer_told import holds_told
from models.errors import ToolError
from models.taint import DOCUMENTS, has_strangers_words

_log = logging.getLogger("recado.cache")


def read_versions(tools: Mapping[str, Tool], tenant_id: UUID | None) -> dict[str, str]:
    """By the names of the tools: the state of what each reads now; without those that nobody can tell of."""
    told: dict[object, str | None] = {}
    for tool in tools.values():
        if tool.effect == "read" and tool.version is not None and tool.version not in told:
            told[tool.version] = _read(tool, tenant_id)
    found = {name: told.get(tool.version) for name, tool in tools.items()}
    return {name: version for name, version in found.items() if version is not None}


def _read(tool: Tool, tenant_id: UUID | None) -> str | None:
    assert tool.version is not None, "only such tools are asked"
    try:
        return tool.version(tenant_id)
    except ToolError as error:
        _log.warning("nobody can tell the version of what %s reads: %s", tool.spec.name, error)
        return None


def find_life(
    result: RunResult, tools: Mapping[str, Tool], versions: Mapping[str, str], most: timedelta
) -> timedelta | None:
    """None for an answer that is nobody else's: one that read nothing or changed something, that asks back, gives up,
    or repeats what cannot be known to stand. `versions` stood before the run and stand still."""
    is_spoilt = result.limit or result.struck or result.passed or result.is_write_refused or "?" in result.text
    if is_spoilt or not result.tools or has_strangers_words(result.taint) or any(map(_is_silent, result.tools)):
        return None
    life = most
    for use in result.tools:
        tool = tools.get(use.name)
        if tool is None or not use.ok or tool.effect != "read" or holds_told(use.result):
            return None
        if use.name not in versions:
            life = min(life, timedelta(0) if is_reused(use.result) else tool.cache_for)
    return life if life > timedelta(0) else None


def _is_silent(use: ToolUse) -> bool:
    """Whether documents were asked that do not answer: what is said then is a refusal, of this wording alone."""
    data = use.result.get("data") if isinstance(use.result, Mapping) else None
    return isinstance(data, Mapping) and data.get("answered") is False and not data.get("items")


def is_of_documents_alone(result: RunResult) -> bool:
    """Whether nothing but the company's documents was read for it, by nobody in particular."""
    return result.taint == {DOCUMENTS} and all(use.is_foreign for use in result.tools)


def versions_behind(result: RunResult, versions: Mapping[str, str]) -> dict[str, str]:
    """Those that the answer hangs on: of what its tools read. The offline engine chooses its tools by the names in the
    sales data as well, so its answers hang on all."""
    used = {use.name for use in result.tools}
    return {name: told for name, told in versions.items() if name in used or result.engine == "offline"}
