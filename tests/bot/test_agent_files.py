"""A version is what it was: what stood in the files that an agent names is kept with it, whatever becomes of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from agent.base import Situation
from agent.spec.agent_spec import AgentSpec
from bot.agents import files as agent_files
from bot.agents.applying import apply_specs, roll_back
from bot.agents.files import Described, list_paths, read_contents, spell_differences
from bot.assistant import Surroundings, build_assistant, open_agent_source
from bot.doctor.agents import check_agents
from bot.settings import Settings
from bot.worker import _open_agents
from models.agents.file import find_contents
from models.agents.version import list_serving
from models.clock import SystemClock
from models.errors import ConfigurationError
from models.sales.reading import SOURCES
from models.session import session_scope
from models.tenant import ensure_account, ensure_tenant

ASKER = Situation(date(2026, 3, 2), "manager", "Ana")
NOWHERE = "postgresql://nowhere/none"


@pytest.fixture
def tenant(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.chdir(tmp_path)
    with session_scope(engine) as connection:
        ensure_account(
            connection, ensure_tenant(connection, slug="default", name="Aurora", timezone="UTC"), channel="chat"
        )
    return engine


def write_api(words: str, name: str = "api.json") -> None:
    operation = {"operationId": "listDeals", "summary": words, "responses": {"200": {"description": "ok"}}}
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/deals": {"get": operation}}}
    Path(name).write_text(json.dumps(document), encoding="utf-8")


def api(name: str = "api.json", **more: Any) -> AgentSpec:
    served = {"name": "crm", "document": name, "base_url": "https://api.example.com", "operations": ["listDeals"]}
    return AgentSpec.model_validate({"agent": "a", "serves": ["chat/default"], "openapi": [served], **more})


@contextmanager
def at_work(engine: Engine) -> Iterator[str]:
    """What the LLM is told of the tool by a worker that starts now."""
    surroundings = Surroundings(Settings(), NOWHERE, SystemClock())
    with session_scope(engine) as connection:
        home = ensure_tenant(connection, slug="default", name="Aurora", timezone="UTC")
        account = ensure_account(connection, home, channel="chat")
        [version] = list_serving(connection)
    agents = _open_agents(surroundings.settings, surroundings, engine, home)
    try:
        with session_scope(engine) as connection:
            terms = agents.find_terms(connection, account, version.id)
        with agents.at_work(terms) as agent:
            tool = agent.toolbox.find("crm_list_deals", ASKER)
            assert tool is not None
            yield tool.spec.description
    finally:
        agents.close()


def told(engine: Engine) -> str:
    with at_work(engine) as words:
        return words


def test_who_edits_a_file_changes_no_version_and_who_goes_back_gets_the_old_one(tenant: Engine) -> None:
    write_api("Deals as they were once.")
    apply_specs(tenant, [api()])
    write_api("Deals as they are now.")
    assert "were once" in told(tenant)
    [applied] = apply_specs(tenant, [api()])
    assert applied.version.number == 2
    assert "are now" in told(tenant)
    roll_back(tenant, "default", "a")
    Path("api.json").unlink()
    assert "were once" in told(tenant)


def test_the_same_files_make_no_further_version_and_are_kept_once(tenant: Engine) -> None:
    write_api("The deals of a person.")
    apply_specs(tenant, [api()])
    assert [one.is_new for one in apply_specs(tenant, [api()])] == [False]
    apply_specs(tenant, [api(persona="b")])
    with session_scope(tenant) as connection:
        assert connection.execute(text("SELECT count(*) FROM agent_file")).scalar_one() == 1


def test_what_tables_mean_is_kept_too(tenant: Engine) -> None:
    meaning = (SOURCES / "demo.yaml").read_text(encoding="utf-8")
    Path("meaning.yaml").write_text(meaning, encoding="utf-8")
    spec = AgentSpec.model_validate({"agent": "a", "source": {"file": "meaning.yaml", "url": "${SALES_URL}"}})
    [applied] = apply_specs(tenant, [spec])
    Path("meaning.yaml").write_text("nonsense: [", encoding="utf-8")
    with session_scope(tenant) as connection:
        kept = find_contents(connection, applied.version.id)
    assert kept == {"meaning.yaml": meaning}
    surroundings = Surroundings(Settings(), NOWHERE, SystemClock(), {"SALES_URL": NOWHERE})
    open_agent_source(spec, replace(surroundings, kept=kept)).close()
    with pytest.raises(ConfigurationError, match=r"meaning.yaml"):
        open_agent_source(spec, surroundings)


def test_a_version_from_before_contents_were_kept_reads_its_files_from_the_disk(tenant: Engine) -> None:
    write_api("Deals as they were once.")
    apply_specs(tenant, [api()])
    with session_scope(tenant) as connection:
        connection.execute(text("ALTER TABLE agent_version DISABLE TRIGGER agent_version_stays"))
        connection.execute(text("UPDATE agent_version SET files = NULL"))
    write_api("Deals as they are now.")
    assert "are now" in told(tenant)
    [applied] = apply_specs(tenant, [api()])
    assert applied.is_new


def test_an_agent_that_names_no_files_keeps_none(tenant: Engine) -> None:
    [applied] = apply_specs(tenant, [AgentSpec(agent="a")])
    with session_scope(tenant) as connection:
        assert find_contents(connection, applied.version.id) == {}
    assert list_paths(api()) == ["api.json"]


def test_a_file_that_holds_one_of_the_agents_secrets_is_refused_and_the_secret_is_not_told(tenant: Engine) -> None:
    write_api("Use tok-0123456789 for this.")
    spec = api(llm={"provider": "openai", "model": "m", "api_key": "${OWN_KEY}"})
    Path("key").write_text("tok-0123456789\n", encoding="utf-8")
    for environ in ({"OWN_KEY": "tok-0123456789"}, {"OWN_KEY_FILE": "key"}):
        with pytest.raises(ConfigurationError, match=r"api.json holds the value of OWN_KEY") as refused:
            apply_specs(tenant, [spec], environ=environ)
        assert "tok-0123456789" not in str(refused.value)
    assert read_contents(spec, {"OWN_KEY": "another-key", "OTHER": "tok-0123456789"})


def test_files_that_are_missing_no_text_or_too_much_are_refused(
    tenant: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match=r"api.json cannot be read .*: apply the agent where its files are"):
        apply_specs(tenant, [api()])
    for content, words in ((b"\xff\xfe", "no UTF-8 text"), (b'{"a": "\x00"}', "is no text")):
        Path("api.json").write_bytes(content)
        with pytest.raises(ConfigurationError, match=words):
            apply_specs(tenant, [api()])
    write_api("The deals of a person.")
    monkeypatch.setattr(agent_files, "MOST_BYTES", 100)
    with pytest.raises(ConfigurationError, match=r"api.json: more than 100 bytes"):
        apply_specs(tenant, [api()])
    with session_scope(tenant) as connection:
        assert connection.execute(text("SELECT count(*) FROM agent_version")).scalar_one() == 0


def test_a_comparison_shows_the_lines_in_which_files_differ_and_is_cut_where_it_grows_long() -> None:
    before = Described({"agent": "a"}, {"x.yaml": "one\ntwo\n", "y.yaml": "same\n"})
    after = Described({"agent": "a"}, {"x.yaml": "one\nthree\n", "y.yaml": "same\n", "z.yaml": "new\n"})
    lines = spell_differences(before, after)
    assert lines[0].startswith('  files.x.yaml: "sha256 ')
    assert lines[1].startswith('  files.z.yaml: null -> "sha256 ')
    assert [line.strip() for line in lines[-3:]] == ["one", "-two", "+three"]
    long = Described({}, {"x.yaml": "\n".join(map(str, range(500)))}), Described({}, {"x.yaml": "-"})
    assert len(spell_differences(*long)) == 62
    assert spell_differences(before, before) == []


def test_doctor_tells_of_a_file_that_was_changed_since_or_is_missing(tenant: Engine) -> None:
    write_api("The deals of a person.")
    apply_specs(tenant, [api(llm={"provider": "offline"})])
    asked = (Settings(), tenant, NOWHERE, SystemClock())
    assert not any("api.json" in finding.words for finding in check_agents(*asked))
    write_api("The deals of a person, changed.")
    [finding] = [finding for finding in check_agents(*asked) if "api.json" in finding.words]
    assert (finding.state, "apply it again" in finding.cure) == ("warn", True)
    Path("api.json").unlink()
    [finding] = [finding for finding in check_agents(*asked) if "api.json" in finding.words]
    assert (finding.state, "is missing" in finding.words) == ("warn", True)
    assert "agents show a --tenant default --file api.json" in finding.cure


def test_what_is_kept_builds_the_same_from_yaml(tenant: Engine) -> None:
    write_api("The deals of a person.", "api.yaml")  # JSON is YAML too
    spec = api("api.yaml")
    kept = read_contents(spec, {})
    Path("api.yaml").unlink()
    assistant = build_assistant(spec, Surroundings(Settings(), NOWHERE, SystemClock(), kept=kept))
    tool = assistant.agent.toolbox.find("crm_list_deals", ASKER)
    assistant.close()
    assert tool is not None
    assert "The deals of a person." in tool.spec.description
