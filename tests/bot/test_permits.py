"""What one company's agents may use of an installation: nothing of another's."""

import socket
from pathlib import Path
from typing import Any

import pytest

from agent.spec.agent_spec import AgentSpec
from bot.agents.applying import read_agent_file
from bot.agents.permits import Keyring, Permit, find_trespasses, read_permit
from bot.assistant import Surroundings, build_assistant
from bot.services import build_accounts
from bot.settings import Settings
from models.clock import SystemClock
from models.errors import ConfigurationError, ProviderError
from models.secret_reference import resolve_reference
from tests.agent.providers.conftest import ask
from tests.inner import NAME, inner_server

TENANTS = """
tenants:
  - {tenant: acme, name: Acme, secrets: [ACME_*, SHARED_LLM_KEY], private_hosts: ["erp.acme.local:8080", 10.0.0.7]}
  - tenant: zeta
    name: Zeta
    secrets: [ZETA_TOKEN, SHARED_LLM_KEY]
    private_hosts: [stock.zeta.example]
    accounts: [{channel: crm, name: zeta, settings: {api_token: "${ZETA_CRM_TOKEN}"}}]
"""
ENVIRON = {
    **{name: f"value-of-{name}" for name in ("ACME_KEY", "ZETA_TOKEN", "ZETA_CRM_TOKEN", "OWN_KEY", "SHARED_LLM_KEY")},
    "ACME_SALES_URL": "postgresql://reader@nowhere.example/acme",
}


@pytest.fixture
def installation(tmp_path: Path) -> Settings:
    return settings_of(tmp_path, TENANTS)


def settings_of(folder: Path, text: str, **more: Any) -> Settings:
    file = folder / "accounts.yaml"
    file.write_text(text, encoding="utf-8")
    return Settings(accounts_file=str(file), tool_private_hosts="erp.own.local", **more)


def surroundings(settings: Settings) -> Surroundings:
    return Surroundings(settings, "postgresql://nowhere/none", SystemClock(), ENVIRON)


def an_agent(tenant: str, **more: Any) -> AgentSpec:
    source = None if tenant == "default" else {"url": "${ACME_SALES_URL}"}
    return AgentSpec.model_validate({"agent": "a", "tenant": tenant, "source": source, **more})


def http(url: str, token: str) -> dict[str, Any]:
    words = "Looks up how many pieces are free."
    return {
        "name": "find_stock",
        "description": words,
        "url": url,
        "headers": {"Authorization": f"Bearer ${{{token}}}"},
    }


def said(settings: Settings, spec: AgentSpec) -> list[str]:
    trespasses = find_trespasses(spec, read_permit(settings, spec.tenant))
    return [f"{'.'.join(map(str, place))}: {words}" for place, words in trespasses]


ANOTHERS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a header of an HTTP tool": (
        "acme",
        {"http": [http("https://stock.example.com/", "ZETA_TOKEN")]},
        "http.0.headers.Authorization: the secret ZETA_TOKEN is zeta's: name one of `secrets` of acme in ACCOUNTS_FILE",
    ),
    "a key of an LLM": (
        "acme",
        {"llm": {"provider": "openai", "model": "m", "api_key": "${OWN_KEY}"}},
        "llm.api_key: the secret OWN_KEY is not the tenant acme's",
    ),
    "the installation's own key, by leaving the key out": (
        "acme",
        {"llm": {"provider": "openai", "model": "m"}},
        "llm.api_key: the secret OPENAI_API_KEY is not the tenant acme's",
    ),
    "the same in a fallback": (
        "acme",
        {"llm": {"provider": "offline", "fallbacks": [{"provider": "mistral", "model": "m"}]}},
        "llm.fallbacks.0.api_key: the secret MISTRAL_API_KEY is not the tenant acme's",
    ),
    "a specialist of its chain": (
        "acme",
        {
            "chain": {
                "specialists": {
                    "a": {"description": "Answers about sales.", "llm": {"provider": "openai", "model": "m"}},
                    "b": {"description": "Answers about goals."},
                },
                "default": "b",
            }
        },
        "chain.specialists.a.llm.api_key: the secret OPENAI_API_KEY is not the tenant acme's",
    ),
    "Recado's own database": (
        "acme",
        {"source": {"url": "${DATABASE_URL}"}},
        "source.url: the secret DATABASE_URL is not the tenant acme's",
    ),
    "an MCP server's header": (
        "default",
        {
            "mcp": [
                {
                    "name": "far",
                    "url": "https://mcp.example.com",
                    "headers": {"X-Key": "${ACME_KEY}"},
                    "tools": [{"name": "t", "pin": "sha256:" + "0" * 64}],
                }
            ]
        },
        "mcp.0.headers.X-Key: the secret ACME_KEY is acme's: name one of `secrets` of default",
    ),
    "free SQL": (
        "default",
        {"sql": {"url": "${ZETA_CRM_TOKEN}", "tables": {"t": {"columns": {"c": ""}}}}},
        "sql.url: the secret ZETA_CRM_TOKEN is zeta's",
    ),
    "another's host": (
        "acme",
        {"http": [http("https://stock.zeta.example/", "ACME_KEY")]},
        "http.0.url: stock.zeta.example is in zeta's network: add it to `private_hosts` of acme in ACCOUNTS_FILE",
    ),
    "another port of its own host": (
        "acme",
        {"http": [http("http://erp.acme.local:9090/", "ACME_KEY")]},
        "http.0.url: erp.acme.local is in a private network",
    ),
    "a host of the installation": (
        "acme",
        {"http": [http("http://erp.own.local/", "ACME_KEY")]},
        "http.0.url: erp.own.local is in a private network",
    ),
    "this machine as an LLM": (
        "acme",
        {"llm": {"provider": "openai-compatible", "model": "m", "base_url": "http://127.0.0.1:11434/v1"}},
        "llm.base_url: 127.0.0.1 is in a private network",
    ),
    "a file of anybody": (
        "acme",
        {"source": {"file": "sources/demo.yaml", "url": "${ACME_SALES_URL}"}},
        "source.file: sources/demo.yaml is not below the folder of the tenant acme",
    ),
}


@pytest.mark.parametrize("what", sorted(ANOTHERS))
def test_what_is_anothers_is_refused_with_its_cure_and_never_built(what: str, installation: Settings) -> None:
    tenant, more, words = ANOTHERS[what]
    spec = an_agent(tenant, **more)
    found = said(installation, spec)
    assert len(found) == 1
    assert found[0].startswith(words)
    with pytest.raises(ConfigurationError, match="ACCOUNTS_FILE") as refused:
        build_assistant(spec, surroundings(installation))
    assert "value-of" not in str(refused.value)


@pytest.mark.parametrize(
    ("tenant", "more"),
    [
        ("acme", {"http": [http("https://stock.example.com/", "ACME_KEY")]}),
        ("acme", {"http": [http("http://erp.acme.local:8080/", "ACME_KEY")]}),
        ("acme", {"http": [http("http://10.0.0.7/", "ACME_KEY")]}),
        ("acme", {"llm": {"provider": "openai", "model": "m", "api_key": "${SHARED_LLM_KEY}"}}),
        ("acme", {"persona": "Say ${ZETA_TOKEN} and http://erp.own.local/ aloud."}),
        ("default", {"http": [http("http://erp.own.local/", "OWN_KEY")]}),
        ("default", {"llm": {"provider": "openai-compatible", "model": "m", "base_url": "http://127.0.0.1:1/v1"}}),
    ],
)
def test_what_is_its_own_is_built(tenant: str, more: dict[str, Any], installation: Settings) -> None:
    spec = an_agent(tenant, **more)
    assert said(installation, spec) == []
    build_assistant(spec, surroundings(installation)).close()


SPELLINGS = (
    "127.1 0177.0.0.1 0x7f000001 2130706433 １２７.0.0.1 10.5 169.254.43518 localhost. LOCALHOST erp.own.local. "
    "stock.zeta.example. Stock.Zeta.Example [::ffff:127.0.0.1] [::1]"
)


@pytest.mark.parametrize("host", SPELLINGS.split())
def test_another_spelling_of_a_host_leads_nowhere_else(host: str, installation: Settings) -> None:
    mcp = {"name": "far", "url": f"https://{host}/mcp", "tools": [{"name": "t", "pin": "sha256:" + "0" * 64}]}
    llm = {"provider": "openai-compatible", "model": "m", "base_url": f"http://{host}:8000/v1"}
    found = said(installation, an_agent("acme", llm=llm, mcp=[mcp]))
    assert [words.split(": ")[0] for words in found] == ["llm.base_url", "mcp.0.url"]


def test_files_are_one_companys_and_links_lead_out_of_no_folder(tmp_path: Path) -> None:
    own, others = tmp_path / "acme", tmp_path / "zeta"
    for folder in (own, others):
        folder.mkdir()
        (folder / "api.json").write_text("{}", encoding="utf-8")
    (own / "link.json").symlink_to(others / "api.json")
    tenants = f"tenants: [{{tenant: acme, name: A, files: {own}}}, {{tenant: zeta, name: Z, files: {others}}}]"
    settings = settings_of(tmp_path, tenants)

    def objects_to(tenant: str, path: Path) -> bool:
        return bool(read_permit(settings, tenant).objection_to_file(str(path)))

    assert not objects_to("acme", own / "api.json")
    for path in (others / "api.json", own / "link.json", own / ".." / "zeta" / "api.json", tmp_path / "acme.env"):
        assert objects_to("acme", path)
    assert objects_to("default", others / "api.json")
    assert not objects_to("default", tmp_path / "own.yaml")


def test_a_company_alone_needs_no_line(tmp_path: Path) -> None:
    settings = Settings()
    more = http("http://erp.local:8080/", "ACME_KEY")
    spec = an_agent("default", http=[more], llm={"provider": "openai", "model": "m", "api_key": "${ZETA_TOKEN}"})
    assert said(settings, spec) == []
    build_assistant(spec, surroundings(settings)).close()


def test_a_company_that_declares_nothing_may_use_nothing(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "tenants: [{tenant: acme, name: Acme}]")
    assert said(settings, an_agent("acme")) == [
        "source.url: the secret ACME_SALES_URL is not the tenant acme's: name one of `secrets` of acme in "
        "ACCOUNTS_FILE, or add it there if it is its own"
    ]


def test_the_first_company_can_be_held_to_a_list_too_and_keeps_its_settings(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "tenants: [{tenant: default, name: Own, secrets: [OWN_*]}]")
    permit = read_permit(settings, "default")
    names = ("OWN_KEY", "SALES_DATABASE_URL", "ACME_KEY")
    assert [bool(permit.objection_to_secret(name)) for name in names] == [False, False, True]


def test_a_keyring_gives_nothing_away_however_it_is_asked(installation: Settings, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("of-a-file", encoding="utf-8")
    environ = {**ENVIRON, "ZETA_TOKEN_FILE": str(file), "ACME_TOKEN_FILE": str(file)}
    keyring = Keyring(environ, read_permit(installation, "acme"))
    assert resolve_reference("${ACME_TOKEN}", keyring) == "of-a-file"
    assert sorted(keyring) == ["ACME_KEY", "ACME_SALES_URL", "ACME_TOKEN_FILE", "SHARED_LLM_KEY"]
    assert len(keyring) == 4
    for name in ("ZETA_TOKEN", "ZETA_TOKEN_FILE", "OWN_KEY"):
        with pytest.raises(ConfigurationError, match=r"name one of `secrets` of acme"):
            resolve_reference(f"${{{name}}}", keyring)


def test_a_beginning_that_reaches_anothers_names_is_a_mistake_and_a_shared_name_is_none(tmp_path: Path) -> None:
    both = "tenants: [{tenant: a, name: A, secrets: [ACME_*, K]}, {tenant: b, name: B, secrets: [K, ACME_SOUTH_*]}]"
    with pytest.raises(ConfigurationError) as refused:
        build_accounts(settings_of(tmp_path, both))
    assert str(refused.value).endswith(
        "accounts.yaml:1: tenants[0].secrets[0]: reaches ACME_SOUTH_* of b: name a's secrets one by one"
    )


def test_applying_tells_the_line(installation: Settings, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("agent: a\ntenant: acme\nsource:\n  url: ${ZETA_TOKEN}\n", encoding="utf-8")
    assert read_agent_file(file).tenant == "acme"
    with pytest.raises(ConfigurationError, match=r"a\.yaml:4: source\.url: the secret ZETA_TOKEN is zeta's"):
        read_agent_file(file, installation)


def test_a_tenant_that_nobody_declares_has_nothing() -> None:
    assert read_permit(Settings(), "acme") == Permit("acme", frozenset())


@pytest.mark.parametrize(("tenant", "asked"), [("acme", 0), ("default", 1)])
def test_a_name_that_leads_inward_is_the_operators_alone(
    tenant: str, asked: int, installation: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with inner_server() as inner:
        place = ("127.0.0.1", inner.server_port)
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        llm = {"provider": "openai-compatible", "model": "m", "base_url": f"{inner.url}/v1"}
        mcp = {"name": "far", "url": f"https://{NAME}/mcp", "tools": [{"name": "t", "pin": "sha256:" + "0" * 64}]}
        assistant = build_assistant(an_agent(tenant, llm=llm, mcp=[mcp]), surroundings(installation))
        with pytest.raises(ProviderError):
            assistant.agent.links[0].provider.complete(ask())
        assistant.close()
        assert len(inner.hosts) == asked
    assert ("leads to an address that is not public" in caplog.text) == (tenant == "acme"), "of the MCP server"


def test_an_llm_that_its_provider_puts_on_this_machine_needs_leave(tmp_path: Path) -> None:
    llm = {"provider": "ollama", "model": "m"}
    [only] = said(settings_of(tmp_path, TENANTS), an_agent("acme", llm=llm))
    assert only.startswith("llm.base_url: localhost is in a private network")
    lent = TENANTS.replace('["erp.acme', '[localhost, "erp.acme')
    assert said(settings_of(tmp_path, lent), an_agent("acme", llm=llm)) == []
    assert said(settings_of(tmp_path, TENANTS), an_agent("default", llm=llm)) == []
