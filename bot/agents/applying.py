"""Agents applied and rolled back: what their files say becomes a version, and the version becomes what answers."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Connection, Engine

from agent.spec.agent_spec import AgentSpec
from agent.spec.mistakes import Mistake, find_mistakes
from bot.agents.files import find_unreadable, read_contents
from bot.agents.permits import find_trespasses, read_permit
from bot.settings import Settings
from models.agents.activation import Activations
from models.agents.file import store_contents
from models.agents.version import AgentRefused, AgentVersions, StoredVersion
from models.errors import ConfigurationError
from models.session import session_scope
from models.tenant import find_tenant
from models.yaml_document import read_yaml

# Which parts of a file name things that another part holds.
_NAMED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "tenant": ("source", "llm", "chain", "http", "openapi", "mcp"),
    **dict.fromkeys(("http", "sql", "openapi", "mcp"), ("tools", "chain")),
    "tools": ("chain",),
    "changes": ("tools",),
}
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one file. `before` is the version that was active until then."""

    spec: AgentSpec
    version: StoredVersion
    before: StoredVersion | None

    @property
    def is_new(self) -> bool:
        return self.before is None or self.before.id != self.version.id


def read_agent_file(path: Path, settings: Settings | None = None) -> AgentSpec:
    """Raises ConfigurationError with a line for each mistake, all of them at once; with the settings, what its tenant
    may not use is one, and a file that cannot be read."""
    document = read_yaml(path)
    spec, mistaken = document.read_what_is_right(AgentSpec, agent="unnamed")
    if spec is not None:
        found = find_mistakes(spec)
        if settings is not None:
            found += [*find_trespasses(spec, read_permit(settings, spec.tenant)), *find_unreadable(spec)]
        mistaken += [one for one in found if not _may_follow(one, mistaken)]
    if spec is None or mistaken:
        raise ConfigurationError("\n".join(document.spell(mistaken)))
    return spec


def _may_follow(mistake: Mistake, earlier: Sequence[Mistake]) -> bool:
    """Whether it may be there only because what is wrong was left out: beside it in a list, whose numbers are others
    now, above or below it, or in a part of the file that names things of that part."""
    place = mistake[0]
    for wrong, _ in earlier:
        first = next((at for at, part in enumerate(wrong) if isinstance(part, int)), len(wrong))
        region = wrong[:first]
        if region[: len(place)] == place[: len(region)] or place[0] in _NAMED_BY.get(str(wrong[0]), ()):
            return True
    return False


def apply_specs(
    engine: Engine, specs: Sequence[AgentSpec], note: str = "", environ: Mapping[str, str] = _NOTHING
) -> list[Applied]:
    """All of them or none, with what stands in the files they name. Applying what is active already changes nothing.
    `environ` holds the secrets that must stand in no file. Raises AgentRefused, ConfigurationError."""
    names = [(spec.tenant, spec.agent) for spec in specs]
    if len(set(names)) != len(names):
        raise AgentRefused("two files describe the same agent of the same tenant: apply one of them")
    contents = [read_contents(spec, environ) for spec in specs]
    with session_scope(engine) as connection:
        tenants = {slug: _lock_tenant(connection, slug) for slug in sorted({spec.tenant for spec in specs})}
        applied = []
        for spec, kept in zip(specs, contents, strict=True):
            files = store_contents(connection, get_tenant_id(connection, spec.tenant), kept)
            applied.append(_apply(tenants[spec.tenant], spec, files, note))
        for spec in specs:
            tenants[spec.tenant].leave_accounts(spec.agent)
        for spec in specs:
            _serve(tenants[spec.tenant], spec)
    return applied


def roll_back(engine: Engine, tenant: str, name: str, number: int | None = None) -> tuple[StoredVersion, StoredVersion]:
    """The version that was active, and the one that is now: that number, or what was active before. Raises
    AgentRefused."""
    with session_scope(engine) as connection:
        agents = _lock_tenant(connection, tenant)
        active = get_active(agents, name)
        target = _go_back(agents, active) if number is None else get_version(agents, name, number)
        if number is not None and target.id != active.id:
            activations_of(agents, name).add(target.id)
        agents.activate(target)
        agents.leave_accounts(name)
        _serve(agents, AgentSpec.model_validate(dict(target.spec)))
    return active, target


def get_active(agents: AgentVersions, name: str) -> StoredVersion:
    """Raises AgentRefused."""
    active = agents.find_active(name)
    if active is None:
        raise AgentRefused(f"there is no agent {name}: `python -m bot agents list` shows them")
    return active


def get_version(agents: AgentVersions, name: str, number: int) -> StoredVersion:
    """Raises AgentRefused."""
    found = agents.find(name, number)
    if found is None:
        raise AgentRefused(f"{name} has no version {number}: `python -m bot agents list {name}` shows them")
    return found


def activations_of(agents: AgentVersions, name: str) -> Activations:
    return Activations(agents.connection, agents.tenant_id, name)


def get_tenant_id(connection: Connection, slug: str) -> UUID:
    """Raises AgentRefused."""
    tenant_id = find_tenant(connection, slug)
    if tenant_id is None:
        raise AgentRefused(f"there is no tenant {slug}: name it in the file of ACCOUNTS_FILE first")
    return tenant_id


def as_json(spec: AgentSpec) -> dict[str, Any]:
    """As it is stored: with every default spelt out, so that a later release cannot change it."""
    return spec.model_dump(mode="json")


def _lock_tenant(connection: Connection, slug: str) -> AgentVersions:
    agents = AgentVersions(connection, get_tenant_id(connection, slug))
    agents.lock()
    return agents


def _apply(agents: AgentVersions, spec: AgentSpec, files: Mapping[str, str], note: str) -> Applied:
    stored = as_json(spec)
    digest = hashlib.sha256(json.dumps([stored, files], sort_keys=True).encode()).hexdigest()
    before = agents.find_active(spec.agent)
    if before is not None and (before.digest == digest or _says_the_same(before, stored, files)):
        return Applied(spec, before, before)
    version = agents.add(spec.agent, stored, digest, files, note)
    agents.activate(version)
    activations_of(agents, spec.agent).add(version.id)
    return Applied(spec, version, before)


def _says_the_same(before: StoredVersion, stored: Mapping[str, Any], files: Mapping[str, str]) -> bool:
    """As this release reads it: one with a further field is no reason for a further version."""
    try:
        earlier = as_json(AgentSpec.model_validate(dict(before.spec)))
    except ValidationError:
        return False
    return earlier == stored and (before.files or {}) == files


def _serve(agents: AgentVersions, spec: AgentSpec) -> None:
    pairs = [account.partition("/") for account in spec.serves]
    agents.serve(spec.agent, [(channel, name) for channel, _, name in pairs])


def _go_back(agents: AgentVersions, active: StoredVersion) -> StoredVersion:
    earlier = activations_of(agents, active.name).go_back()
    if earlier is None:
        raise AgentRefused(
            f"{active.name} had no version before {active.number}: to give its accounts back to the environment's "
            "agent, take them out of `serves` and apply the file"
        )
    return get_version(agents, active.name, earlier.version)
