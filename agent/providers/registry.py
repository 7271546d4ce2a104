"""Builds the provider that LLM_PROVIDER names; a wrong setting fails here, at start-up, with its cure."""

import logging
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from agent.base import Provider, Situation
from agent.providers.dialects import UNKNOWN, find_dialect
from agent.providers.profiles import PROFILES, Profile
from agent.providers.retirements import retirement_warning
from agent.providers.sdk_client import Endpoint
from models.catalogue import Catalogue
from models.clock import Clock, SystemClock
from models.errors import ConfigurationError

if TYPE_CHECKING:  # it brings an HTTP library along, which a process that asks no vendor does without
    from models.network.wall import Wall

# What a server without authentication is sent: the SDK insists on a key.
_NO_KEY = "none"
_log = logging.getLogger("recado.llm")


def build_provider(
    name: str,
    *,
    api_key: str | None,
    base_url: str,
    llm: str,
    catalogue: Callable[[Situation], Catalogue],
    timeout: float,
    sees: bool | None = None,
    clock: Clock | None = None,
    wall: "Wall | None" = None,
) -> Provider:
    """The provider, without any SDK loaded yet. Raises ConfigurationError. `timeout` is in seconds, per request;
    `sees` says whether the LLM is shown images, and None leaves that to the provider's profile. Warns of an LLM
    that its vendor is about to end. `wall` keeps requests out of our own network."""
    profile = find_profile(name)
    adapter = _load(profile.adapter)
    if name == "offline":
        return cast(Provider, adapter(catalogue))
    address = _checked_address(name, profile, base_url)
    endpoint = Endpoint(address, _checked_key(name, profile, api_key, address), timeout, wall)
    chosen = resolve_llm(name, llm)
    warning = retirement_warning(chosen, (clock or SystemClock()).today("UTC"))
    if warning:
        _log.warning("%s", warning)
    dialect = profile.dialect or find_dialect(address)
    can_see = profile.sees if sees is None else sees
    return cast(Provider, adapter(name, endpoint, llm=chosen, dialect=dialect, sees=can_see))


def find_profile(name: str) -> Profile:
    """The row of LLM_PROVIDER's value. Raises ConfigurationError."""
    if name not in PROFILES:
        raise ConfigurationError(f"LLM_PROVIDER is {name!r}; set it to one of: {', '.join(sorted(PROFILES))}")
    return PROFILES[name]


def resolve_llm(name: str, llm: str) -> str:
    """The LLM to ask for: LLM_MODEL, or the provider's default; '' for offline. Raises ConfigurationError."""
    profile = find_profile(name)
    chosen = llm.strip() or profile.default_llm
    if not chosen and name != "offline":
        raise ConfigurationError(f"LLM_MODEL is not set; LLM_PROVIDER={name} needs the name of a model on that server")
    return chosen


def _load(path: str) -> Any:
    module, _, attribute = path.partition(":")
    return getattr(import_module(module), attribute)


def _checked_address(name: str, profile: Profile, base_url: str) -> str:
    address = base_url.strip() or profile.base_url
    if not address:
        raise ConfigurationError(
            f"LLM_BASE_URL is not set; LLM_PROVIDER={name} needs the server's address, e.g. http://localhost:11434/v1"
        )
    try:
        parts = urlsplit(address)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ConfigurationError(f"LLM_BASE_URL is {address!r}; it must be an http:// or https:// address")
    for path in ("/chat/completions", "/responses", "/messages"):
        if parts.path.rstrip("/").endswith(path):
            raise ConfigurationError(f"LLM_BASE_URL ends in {path}; give the address before it, as in .../v1")
    return address


def _checked_key(name: str, profile: Profile, api_key: str | None, address: str) -> str:
    key = (api_key or "").strip()
    setting = profile.key_setting
    if not key:
        if setting and (profile.base_url or find_dialect(address) is not UNKNOWN):
            raise ConfigurationError(f"{setting} is not set; LLM_PROVIDER={name} needs the vendor's API key in it")
        return _NO_KEY
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError(f"{setting} holds a character that no API key has; copy the key again, alone")
    if key.startswith(profile.foreign_keys):
        raise ConfigurationError(f"{setting} holds another vendor's key; set the key that belongs to {name}")
    return key
