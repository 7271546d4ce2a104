"""What of an installation the agents of one company may use: the secrets and files they may name, the hosts of a
private network that they may reach. Another company's are refused when an agent is applied, and again when it is built.
"""

import ipaddress
import socket
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, get_args
from urllib.parse import urlsplit

from pydantic import SecretStr

from agent.providers.profiles import PROFILES
from agent.spec.agent_spec import AgentSpec
from agent.spec.mistakes import Mistake
from bot.accounts_file import read_tenants
from bot.settings import Settings
from models.errors import ConfigurationError
from models.network.database_wall import DatabaseWall
from models.network.public_addresses import is_public
from models.network.wall import Wall
from models.secret_reference import find_references, read_value
from models.tenant import DEFAULT
from models.yaml_document import Place

# Texts for an LLM or a person: what looks like a reference there is none.
_PROSE: Final = frozenset({"company", "persona", "instructions", "description", "words", "message", "parameters"})
# What the environment says of the one company that it describes.
_SETTINGS: Final = frozenset(
    name.upper() for name, setting in Settings.model_fields.items() if SecretStr in get_args(setting.annotation)
)
_ADDRESSES: Final = frozenset({"url", "base_url"})
_INNER_ENDINGS: Final = (".local", ".internal", ".lan", ".localhost", ".home.arpa", ".intranet")


@dataclass(frozen=True, slots=True)
class Permit:
    """One tenant's. `names` may end in `*`; None: every name that no other tenant declares."""

    tenant: str
    names: frozenset[str] | None = None
    hosts: frozenset[str] = frozenset()
    others_names: Mapping[str, str] = field(default_factory=dict)  # whose each is
    others_hosts: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""  # below which its files are; empty: it has none of its own
    others_folders: Mapping[str, str] = field(default_factory=dict)

    def objection_to_secret(self, name: str) -> str:
        """Why the tenant's agents may not name it, and the cure; empty: they may. Pure."""
        if self.tenant == DEFAULT and name in _SETTINGS:
            return ""
        if self.names is not None and _is_among(name, self.names):
            return ""
        owner = next((tenant for pattern, tenant in self.others_names.items() if _is_among(name, (pattern,))), "")
        if self.names is None and not owner:
            return ""
        whose = f"is {owner}'s" if owner else f"is not the tenant {self.tenant}'s"
        cure = f"name one of `secrets` of {self.tenant} in ACCOUNTS_FILE, or add it there if it is its own"
        return f"the secret {name} {whose}: {cure}"

    def objection_to_address(self, url: str) -> str:
        """The same for where an agent or a tool of its goes: what is public is everybody's. Pure; no name is looked
        up: that is done before each request, by tools of the HTTP kind and behind the `wall`."""
        host, port = _host_and_port(url)
        names = {host, f"{host}:{port}"}
        if not host or names & self.hosts:
            return ""
        owner = next((self.others_hosts[name] for name in sorted(names) if name in self.others_hosts), "")
        if not owner and (self.tenant == DEFAULT or not _is_inner(host)):
            return ""
        whose = f"{host} is in {owner}'s network" if owner else f"{host} is in a private network"
        place = "TOOL_PRIVATE_HOSTS" if self.tenant == DEFAULT else f"`private_hosts` of {self.tenant} in ACCOUNTS_FILE"
        return f"{whose}: add it to {place} if the tenant {self.tenant} may reach it"

    def wall(self) -> Wall | None:
        """What keeps its agents' own addresses out of our network when a name leads there; None: the operator's own
        company may go where she says."""
        return None if self.tenant == DEFAULT else Wall(self.hosts)

    def database_wall(self, own: Collection[str]) -> DatabaseWall | None:
        """The same for databases; `own` are the addresses of what the installation runs on."""
        return None if self.tenant == DEFAULT else DatabaseWall(self.hosts, own)

    def objection_to_file(self, path: str) -> str:
        """The same for a file that is read and kept. Links are followed on this machine's disk."""
        if self.folder and _is_below(path, self.folder):
            return ""
        owner = next((tenant for folder, tenant in self.others_folders.items() if _is_below(path, folder)), "")
        if self.tenant == DEFAULT and not owner:
            return ""
        whose = f"is {owner}'s" if owner else f"is not below the folder of the tenant {self.tenant}"
        return f"{path} {whose}: name the folder of its files as `files` of {self.tenant} in ACCOUNTS_FILE"


class Keyring(Mapping[str, str]):
    """The environment as one tenant's files may refer to it: looking up another's name raises ConfigurationError."""

    def __init__(self, environ: Mapping[str, str], permit: Permit) -> None:
        self._environ = environ
        self._permit = permit

    def __getitem__(self, name: str) -> str:
        value = self._environ[name]
        if objection := self._permit.objection_to_secret(name.removesuffix("_FILE")):
            raise ConfigurationError(objection)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._environ if not self._permit.objection_to_secret(name.removesuffix("_FILE")))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def read_permit(settings: Settings, tenant: str) -> Permit:
    """By ACCOUNTS_FILE; without one the tenant `default` may use all there is. Raises ConfigurationError."""
    entries = read_tenants(settings)
    own = next((entry for entry in entries if entry.tenant == tenant), None)
    others = [entry for entry in entries if entry.tenant != tenant]
    names = frozenset(own.secrets) if own and (own.secrets or tenant != DEFAULT) else None
    hosts = frozenset(map(_plain_host, own.private_hosts)) if own else frozenset[str]()
    return Permit(
        tenant,
        frozenset() if names is None and tenant != DEFAULT else names,
        hosts | (settings.private_tool_hosts if tenant == DEFAULT else frozenset()),
        {name: entry.tenant for entry in others for name in entry.declared_secrets},
        {_plain_host(host): entry.tenant for entry in others for host in entry.private_hosts},
        own.files if own else "",
        {entry.files: entry.tenant for entry in others if entry.files},
    )


def find_trespasses(spec: AgentSpec, permit: Permit) -> list[Mistake]:
    """What the agent names and its tenant may not use, each with its place and the cure. Pure."""
    said = spec.model_dump(mode="json")
    found = [(place, _judge(place, text, permit)) for place, text in _texts(said, ())]
    return [*((place, words) for place, words in found if words), *_in_what_is_left_out(said, (), permit)]


def check_permit(spec: AgentSpec, permit: Permit) -> None:
    """Raises ConfigurationError naming all trespasses."""
    if trespasses := find_trespasses(spec, permit):
        raise ConfigurationError("; ".join(dict.fromkeys(words for _, words in trespasses)))


def find_unset_secrets(spec: AgentSpec, environ: Mapping[str, str]) -> list[str]:
    """Those that it names and nobody has set, by name. Raises ConfigurationError."""
    named = {name for _, text in _texts(spec.model_dump(mode="json"), ()) for name in find_references(text)}
    return sorted(name for name in named if not read_value(name, environ))


def _judge(place: Place, text: str, permit: Permit) -> str:
    objections = [permit.objection_to_secret(name) for name in find_references(text)]
    if place[-1] in _ADDRESSES and "://" in text:
        objections.append(permit.objection_to_address(text))
    if place == ("source", "file") or (place[0] == "openapi" and place[2:] == ("document",)):
        objections.append(permit.objection_to_file(text))
    return "; ".join(filter(None, objections))


def _in_what_is_left_out(node: Any, place: Place, permit: Permit) -> Iterator[Mistake]:
    """An LLM without an address is asked where its provider says, and one without a key with the installation's."""
    is_llm = isinstance(node, dict) and "api_key" in node and not node.get("base_url")
    profile = PROFILES.get(str(node.get("provider"))) if is_llm else None
    if profile:
        if objection := permit.objection_to_address(profile.base_url):
            yield (*place, "base_url"), objection
        setting = "" if node["api_key"] else profile.key_setting
        if setting and (objection := permit.objection_to_secret(setting)):
            yield (*place, "api_key"), objection
    for key, inner in _members(node):
        yield from _in_what_is_left_out(inner, (*place, key), permit)


def _texts(node: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(node, str) and place:
        yield place, node
    for key, inner in _members(node):
        if key not in _PROSE:
            yield from _texts(inner, (*place, key))


def _members(node: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(node, dict):
        return node.items()
    return enumerate(node) if isinstance(node, list) else ()


def _is_among(name: str, patterns: Iterable[str]) -> bool:
    return any(name.startswith(p[:-1]) if p.endswith("*") else name == p for p in patterns)


def _host_and_port(url: str) -> tuple[str, int]:
    """Nothing where the address is none: others say so."""
    try:
        parts = urlsplit(url)
        return _plain_host(parts.hostname or ""), parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return "", 0


def _plain_host(host: str) -> str:
    """One spelling of what leads to one place: `LOCALHOST.` is localhost; 127.1, 0x7f000001 and full-width digits are
    127.0.0.1 to whoever opens a connection."""
    plain = unicodedata.normalize("NFKC", host).lower().rstrip(".")
    try:
        return socket.inet_ntoa(socket.inet_aton(plain)) if plain and plain[0].isdigit() else plain
    except OSError:
        return plain


def _is_below(path: str, folder: str) -> bool:
    return Path(path).resolve().is_relative_to(Path(folder).resolve())


def _is_inner(host: str) -> bool:
    """As far as the host's name tells."""
    try:
        return not is_public(ipaddress.ip_address(host))
    except ValueError:
        return "." not in host or host.endswith(_INNER_ENDINGS)
