"""Several companies in one installation: the tenants and channel accounts that the file of ACCOUNTS_FILE names, beside
those of the tenant `default` that the environment describes."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.environment import read_environment, with_secrets
from bot.settings import Settings
from channels.base import Account
from models.errors import ConfigurationError
from models.secret_reference import find_references, resolve_reference
from models.tenant import DEFAULT
from models.time_zone import TimezoneName
from models.yaml_document import Place, read_yaml

ChannelName = Literal["whatsapp", "email", "crm", "chat"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", examples=["acme"])]
SecretNames = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*(_\*)?$", examples=["ACME_*"])]
PrivateHost = Annotated[str, Field(pattern=r"^[a-z0-9.:\[\]-]+$", examples=["erp.acme.local:8080"])]

# What each channel's account may be told; those that are secret, as references alone.
_SECRET: Final[Mapping[ChannelName, frozenset[str]]] = {
    "whatsapp": frozenset({"auth_token", "shared_key"}),
    "email": frozenset({"webhook_secret", "signing_key", "thread_secret", "smtp_url"}),
    "crm": frozenset({"webhook_secret", "api_token"}),
    "chat": frozenset(),
}
_PLAIN: Final[Mapping[ChannelName, frozenset[str]]] = {
    "whatsapp": frozenset({"account_sid", "shared_key_id", "template_sid", "api_base_url"}),
    "email": frozenset(
        {"provider", "aliases", "from_name", "sns_topic", "authserv_id", "mailgun_checks", "resend_unknown", "timezone"}
    ),
    "crm": frozenset({"preset", "mapping", "api_base_url", "allow_insecure_hosts"}),
    "chat": frozenset(),
}


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)


class AccountEntry(_Frozen):
    """One account on one channel; webhooks reach it at /webhooks/<channel>/<name>."""

    channel: ChannelName
    name: Name
    address: str = ""
    """The number or mailbox it is, such as +5511987654321."""
    drafts: bool = False
    """Whether replies wait for an operator's approval."""
    settings: dict[str, str] = {}
    """By the names of docs/agents.md; secrets as ${NAME}."""


class TenantEntry(_Frozen):
    """One company with its accounts."""

    tenant: Name
    name: Annotated[str, Field(min_length=1, max_length=200)]
    timezone: TimezoneName = "America/Sao_Paulo"
    secrets: Annotated[tuple[SecretNames, ...], Field(max_length=100)] = ()
    """Which its agents' files may name: each by its name, or by a beginning, such as ACME_*."""
    private_hosts: Annotated[tuple[PrivateHost, ...], Field(max_length=100)] = ()
    """Of its own network, as name or name:port, which its agents may reach."""
    files: str = ""
    """The folder below which the files are that its agents' files name."""
    accounts: Annotated[tuple[AccountEntry, ...], Field(max_length=100)] = ()

    @property
    def declared_secrets(self) -> tuple[str, ...]:
        """Those of its agents and those of its accounts."""
        texts = (text for account in self.accounts for text in account.settings.values())
        return (*self.secrets, *(name for text in texts for name in find_references(text)))


class AccountsFile(_Frozen):
    """The whole file."""

    tenants: tuple[TenantEntry, ...]


def read_tenants(settings: Settings) -> tuple[TenantEntry, ...]:
    """Those of the file; none without one. No secret is looked up. Raises ConfigurationError."""
    if not settings.accounts_file:
        return ()
    document = read_yaml(Path(settings.accounts_file))
    read = document.read_as(AccountsFile)
    if mistakes := document.spell(_find_mistakes(read)):
        raise ConfigurationError("\n".join(mistakes))
    return read.tenants


def build_further_accounts(settings: Settings) -> Iterator[Account]:
    """The accounts of the file, their secrets resolved. Raises ConfigurationError."""
    tenants = read_tenants(settings)
    environ = with_secrets(read_environment(), settings.secrets())
    for tenant in tenants:
        for entry in tenant.accounts:
            try:
                credentials = {name: resolve_reference(text, environ) for name, text in entry.settings.items()}
            except ConfigurationError as error:
                raise ConfigurationError(f"{settings.accounts_file}: {entry.channel}/{entry.name}: {error}") from None
            yield Account(
                entry.channel,
                entry.name,
                _spell_address(entry),
                _with_defaults(entry, tenant, credentials),
                settings.reachable_url,
                entry.drafts,
            )


def _spell_address(entry: AccountEntry) -> str:
    needs_prefix = entry.channel == "whatsapp" and entry.address and not entry.address.startswith("whatsapp:")
    return f"whatsapp:{entry.address}" if needs_prefix else entry.address


def _with_defaults(entry: AccountEntry, tenant: TenantEntry, credentials: dict[str, str]) -> dict[str, str]:
    if entry.channel == "whatsapp":
        return {"api_base_url": "https://api.twilio.com", **credentials}
    if entry.channel == "email":
        usual = {"provider": "raw", "from_name": tenant.name, "resend_unknown": "1", "timezone": tenant.timezone}
        return {**usual, **credentials}
    return {"preset": "generic", **credentials} if entry.channel == "crm" else credentials


def _find_mistakes(read: AccountsFile) -> Iterator[tuple[Place, str]]:
    seen: set[tuple[str, ...]] = set()
    yield from _in_secrets(read)
    for t, tenant in enumerate(read.tenants):
        if (tenant.tenant,) in seen:
            yield ("tenants", t, "tenant"), f"{tenant.tenant} stands twice: put its accounts together"
        seen.add((tenant.tenant,))
        for a, entry in enumerate(tenant.accounts):
            place: Place = ("tenants", t, "accounts", a)
            if entry.name == DEFAULT:
                yield (*place, "name"), "the account `default` of each channel is the environment's: take another name"
            if (entry.channel, entry.name) in seen:
                yield (*place, "name"), f"{entry.channel}/{entry.name} stands twice: names are one company's alone"
            seen.add((entry.channel, entry.name))
            yield from _in_settings(entry, place)


def _in_secrets(read: AccountsFile) -> Iterator[tuple[Place, str]]:
    """A secret may be shared by naming it twice; a beginning that reaches into another's names is a slip."""
    for t, tenant in enumerate(read.tenants):
        others = [(other.tenant, name) for other in read.tenants if other is not tenant for name in other.secrets]
        for s, pattern in enumerate(tenant.secrets):
            reached = [f"{name} of {slug}" for slug, name in others if name.startswith(pattern.rstrip("*"))]
            if pattern.endswith("*") and reached:
                yield ("tenants", t, "secrets", s), f"reaches {reached[0]}: name {tenant.tenant}'s secrets one by one"


def _in_settings(entry: AccountEntry, place: Place) -> Iterator[tuple[Place, str]]:
    secret, plain = _SECRET[entry.channel], _PLAIN[entry.channel]
    for name, text in entry.settings.items():
        if name not in secret | plain:
            known = ", ".join(sorted(secret | plain)) or "none"
            yield (*place, "settings", name), f"is not known here; {entry.channel} has: {known}"
        elif name in secret and not find_references(text):
            yield (*place, "settings", name), "must be a reference such as ${NAME}, never the secret itself"
