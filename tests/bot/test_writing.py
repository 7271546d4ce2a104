"""Where an agent's changes go is the word of its file, and never another company's CRM."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from agent.spec.agent_spec import AgentSpec, ToolUseSpec
from agent.spec.mistakes import find_mistakes
from agent.tools.crm.notes import CRM_TOOLS
from bot.assistant import Surroundings, build_assistant
from bot.settings import Settings, load_settings
from models.clock import SystemClock
from models.errors import ConfigurationError

ACCOUNTS = """
tenants:
  - tenant: acme
    name: Acme
    accounts:
      - {channel: crm, name: acme, settings: {preset: kommo, api_base_url: "https://acme.kommo.com"}}
"""


def tools_of(engine: Engine, demo_database_url: str, settings: Settings, **spec: object) -> set[str]:
    """Those of an agent that names every tool that writes."""
    agent = AgentSpec(agent="a", tools=dict.fromkeys(CRM_TOOLS, ToolUseSpec()), **spec)  # type: ignore[arg-type]
    assistant = build_assistant(agent, Surroundings(settings, demo_database_url, SystemClock(), {}, engine))
    try:
        return {name for name in assistant.agent.toolbox.tools if name in CRM_TOOLS}
    finally:
        assistant.close()


def settings_with(tmp_path: Path, **variables: str) -> Settings:
    accounts = tmp_path / "accounts.yaml"
    accounts.write_text(ACCOUNTS, encoding="utf-8")
    return load_settings({"ACCOUNTS_FILE": str(accounts), **variables}, tmp_path / "none")


@pytest.mark.parametrize(
    ("preset", "offered"),
    [
        ("generic", {"crm_note", "crm_task", "crm_update", "discount_request"}),
        ("hubspot", {"crm_note", "crm_task", "crm_update", "discount_request"}),
        ("kommo", {"crm_note", "crm_task", "discount_request"}),
    ],
)
def test_a_crm_takes_what_its_mapping_can_write(
    engine: Engine, demo_database_url: str, tmp_path: Path, preset: str, offered: set[str]
) -> None:
    settings = settings_with(tmp_path, CRM_PRESET=preset)
    assert tools_of(engine, demo_database_url, settings, changes={"write_to": "crm/default"}) == offered


def test_without_a_word_changes_go_into_our_own_table(engine: Engine, demo_database_url: str, tmp_path: Path) -> None:
    offered = tools_of(engine, demo_database_url, settings_with(tmp_path))
    assert offered == {"crm_note", "crm_task", "discount_request"}


@pytest.mark.parametrize(
    ("target", "preset", "words"),
    [
        ("crm/acme", "generic", "no account of the tenant default"),
        ("crm/nobody", "generic", "no account of the tenant default"),
        ("crm/default", "rd_station", "has no `writing`"),
    ],
)
def test_no_agent_writes_where_it_may_not(
    engine: Engine, demo_database_url: str, tmp_path: Path, target: str, preset: str, words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        tools_of(engine, demo_database_url, settings_with(tmp_path, CRM_PRESET=preset), changes={"write_to": target})


def test_an_update_needs_a_crm() -> None:
    spec = AgentSpec(agent="a", tools={"crm_update": ToolUseSpec()})
    assert [place for place, _ in find_mistakes(spec)] == [("tools", "crm_update")]
