"""Two companies in one installation: two agents, two WhatsApp accounts, one sender who writes to both - and nothing of
the one ever reaches the other."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from agent.spec.agent_spec import AgentSpec
from bot.access import create_api_key
from bot.agents.applying import apply_specs
from bot.commands.agents import spell_yaml
from bot.doctor.agents import check_agents
from bot.people import AddressOn, NewPerson, register_person
from bot.settings import Settings
from bot.telemetry import configure_logging
from bot.tenant import prepare_tenant
from bot.worker import installed_services
from jobs.advance import bring_forward
from jobs.queue import JobQueue
from jobs.runtime import Services
from models.clock import SystemClock
from models.demo.aurora import aurora
from models.demo.load import load_demo
from models.demo.reader import demo_reader_url
from models.errors import ConfigurationError
from models.sales.reading import SOURCES
from models.session import build_engine, session_scope
from models.tenant import find_tenant
from tests.bot.conftest import Door, build_door, close, embedded_settings
from tests.bot.logging_state import logging_as_before
from tests.databases import Databases
from tests.standins.twilio import PERSON, StandInTwilio
from tests.standins.twilio_webhooks import inbound_form, sign

QUESTION = "Quais foram as vendas do mês passado?"
ACME_SID, ACME_TOKEN, ACME_NUMBER = "AC" + "2" * 32, "acme-token", "whatsapp:+5511900000002"
FILE = f"""
tenants:
  - tenant: acme
    name: Acme Ferragens
    timezone: America/Sao_Paulo
    secrets: [ACME_*, NO_SUCH_KEY]
    private_hosts: [localhost, 127.0.0.1]
    files: {SOURCES}
    accounts:
      - channel: whatsapp
        name: acme
        address: "{ACME_NUMBER.removeprefix("whatsapp:")}"
        settings: {{account_sid: {ACME_SID}, auth_token: "${{ACME_TWILIO_TOKEN}}", api_base_url: URL}}
      - {{channel: chat, name: acme}}
"""


@dataclass
class Town:
    """Both companies with their platform, one door and one worker."""

    engine: Engine
    settings: Settings
    door: Door
    services: Services
    ours: StandInTwilio
    theirs: StandInTwilio
    figures: dict[str, str]  # last month's, by tenant

    def write(self, twilio: StandInTwilio, account: str, words: str) -> None:
        path = f"/webhooks/whatsapp/{account}"
        form = inbound_form(twilio.account_sid, twilio.number, words, PERSON)
        signature = sign(f"{self.settings.reachable_url}{path}", form, twilio.auth_token)
        answer = self.door.client.post(path, data=form, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 200, answer.text
        self.work()

    def work(self) -> None:
        with session_scope(self.engine) as connection:
            due = connection.execute(text("SELECT id FROM conversation WHERE due_at IS NOT NULL")).scalars().all()
        for conversation_id in due:
            bring_forward(self.services, conversation_id)

    def tenant(self, slug: str) -> UUID:
        with session_scope(self.engine) as connection:
            found = find_tenant(connection, slug)
        assert found is not None
        return found

    def rows_of(self, slug: str) -> str:
        """Everything that the database holds of a tenant."""
        tables = (
            "SELECT table_name FROM information_schema.columns "
            "WHERE column_name = 'tenant_id' AND table_schema = 'public'"
        )
        tenant_id, found = self.tenant(slug), []
        with session_scope(self.engine) as connection:
            for table in connection.execute(text(tables)).scalars().all():
                statement = text(f"SELECT to_jsonb(t) FROM {table} t WHERE tenant_id = :tenant")
                found += [table, *connection.execute(statement, {"tenant": tenant_id}).scalars()]
        return json.dumps(found, ensure_ascii=False)


def acme(**more: Any) -> AgentSpec:
    source = {"file": str(SOURCES / "demo.yaml"), "url": "${ACME_SALES_URL}"}
    values = {"agent": "seller", "tenant": "acme", "serves": ["whatsapp/acme", "chat/acme"], "source": source}
    return AgentSpec.model_validate({**values, "quiet_window": {"seconds": 0, "longest_seconds": 0}, **more})


def load_company(url: str, factor: int) -> tuple[str, str]:
    """The URL again, now with the demo's sales times `factor`, and last month's figure as a Brazilian writes it."""
    engine = build_engine(url, application_name="recado-tests", pool_size=1)
    today = SystemClock().today("America/Sao_Paulo")
    load_demo(engine, aurora(), today)
    with session_scope(engine) as connection:
        for table in ("order_item", "sales_order"):
            connection.execute(text(f"UPDATE demo.{table} SET total = total * {factor}"))
        total = connection.execute(
            text(
                "SELECT sum(total) FROM demo.sales_order WHERE status <> 'cancelled' AND "
                "date_trunc('month', ordered_on) = date_trunc('month', CAST(:today AS date) - interval '1 month')"
            ),
            {"today": today},  # the company's, which is not yet the server's
        ).scalar_one()
    engine.dispose()
    return url, f"{total:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")


@pytest.fixture(scope="module")
def acme_sales(clone_database: Callable[[], str]) -> tuple[str, str]:
    """Acme's sales database, which is only read, and its figure."""
    return load_company(clone_database(), 7)


@pytest.fixture(scope="module")
def our_sales(clone_database: Callable[[], str]) -> tuple[str, str]:
    """Our database with nothing but sales in it, to be copied, and its figure."""
    return load_company(clone_database(), 1)


@pytest.fixture
def town(
    databases: Databases,
    our_sales: tuple[str, str],
    acme_sales: tuple[str, str],
    fresh_redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Town]:
    (sales_url, ours), (acme_url, theirs) = our_sales, acme_sales
    monkeypatch.setenv("ACME_TWILIO_TOKEN", ACME_TOKEN)
    monkeypatch.setenv("ACME_SALES_URL", demo_reader_url(acme_url))
    acme_twilio = StandInTwilio(account_sid=ACME_SID, auth_token=ACME_TOKEN, number=ACME_NUMBER)
    with databases.copied(sales_url) as url, StandInTwilio() as twilio, acme_twilio:
        engine = build_engine(url, application_name="recado-tests", pool_size=4)
        accounts = tmp_path / "accounts.yaml"
        accounts.write_text(FILE.replace("URL}", f"{acme_twilio.url}}}"), encoding="utf-8")
        ours_again = {"twilio_account_sid": twilio.account_sid, "twilio_whatsapp_from": twilio.number}
        settings = embedded_settings(
            url,
            fresh_redis_url,
            **ours_again,
            twilio_auth_token=twilio.auth_token,
            twilio_api_base_url=twilio.url,
            accounts_file=str(accounts),
            quiet_window_seconds=0,
            recado_data_dir=tmp_path,
        )
        door = build_door(settings, engine)
        apply_specs(engine, [acme()])
        with installed_services(settings, url, JobQueue(fresh_redis_url)) as services:
            yield Town(engine, settings, door, services, twilio, acme_twilio, {"default": ours, "acme": theirs})
            for find in (services.channel_for, door.services.channel_for):
                for account in ("default", "acme"):
                    find("whatsapp", account).close()  # type: ignore[union-attr]
        close(door)
        engine.dispose()


def know(town: Town, slug: str, name: str, account: str) -> None:
    person = NewPerson(name, "manager", None, None, [AddressOn("whatsapp", account, PERSON)])
    with session_scope(town.engine) as connection:
        register_person(connection, town.tenant(slug), person)


def test_one_sender_asks_two_companies_and_each_answers_from_its_own_data_and_memory(town: Town) -> None:
    know(town, "default", "Ana da Aurora", "default")
    know(town, "acme", "Bia da Acme", "acme")
    for _ in range(2):
        town.write(town.ours, "default", QUESTION)
        town.write(town.theirs, "acme", QUESTION)
    for twilio, mine, other in ((town.ours, "default", "acme"), (town.theirs, "acme", "default")):
        bodies = [message.body for message in twilio.history.messages]
        assert len(bodies) == 2
        assert all(town.figures[mine] in body and town.figures[other] not in body for body in bodies)
    ours, theirs = town.rows_of("default"), town.rows_of("acme")
    for canary in (town.figures["acme"], "Bia da Acme", "Acme Ferragens", ACME_SID):
        assert canary not in ours
    for canary in (town.figures["default"], "Ana da Aurora"):
        assert canary not in theirs
    assert town.figures["acme"] in theirs


def test_a_stranger_is_a_manager_of_the_demo_and_nobody_at_the_other_company(town: Town) -> None:
    town.write(town.ours, "default", QUESTION)
    town.write(town.theirs, "acme", QUESTION)
    assert town.figures["default"] in town.ours.history.messages[0].body
    assert town.figures["acme"] not in town.theirs.history.messages[0].body


def test_a_signature_of_one_company_opens_no_account_of_the_other(town: Town) -> None:
    path = "/webhooks/whatsapp/acme"
    form = inbound_form(ACME_SID, ACME_NUMBER, QUESTION, PERSON)
    signature = sign(f"{town.settings.reachable_url}{path}", form, town.ours.auth_token)
    assert town.door.client.post(path, data=form, headers={"X-Twilio-Signature": signature}).status_code in (401, 403)


def test_an_api_key_reaches_its_own_company_alone(town: Town) -> None:
    asked = {}
    for slug in ("default", "acme"):
        _, key = create_api_key(town.engine, tenant_id=town.tenant(slug), name=slug)
        asked[slug] = {"Authorization": f"Bearer {key}", "Prefer": "respond-async"}
    body = {"user_id": "u1", "message": QUESTION}
    first = town.door.client.post("/chat", json=body, headers=asked["acme"])
    assert first.status_code == 202
    assert town.door.client.get(first.headers["Location"], headers=asked["default"]).status_code == 404
    assert town.door.client.get(first.headers["Location"], headers=asked["acme"]).status_code in (200, 202)
    with session_scope(town.engine) as connection:
        tenants = connection.execute(text("SELECT DISTINCT tenant_id FROM message")).scalars().all()
    assert tenants == [town.tenant("acme")]


def test_an_agent_changes_while_the_worker_works_and_a_broken_one_harms_nobody_else(town: Town) -> None:
    know(town, "acme", "Bia", "acme")
    town.write(town.theirs, "acme", QUESTION)
    apply_specs(town.engine, [acme(company="Acme S/A")])
    town.write(town.theirs, "acme", QUESTION)
    apply_specs(town.engine, [acme(llm={"provider": "openai", "model": "some-model", "api_key": "${NO_SUCH_KEY}"})])
    town.write(town.theirs, "acme", QUESTION)
    town.write(town.ours, "default", QUESTION)
    with session_scope(town.engine) as connection:
        joined = "FROM run r JOIN agent_version v ON v.id = r.agent_version_id ORDER BY r.id"
        runs = [tuple(row) for row in connection.execute(text(f"SELECT v.number, r.error {joined}"))]
    assert [number for number, _ in runs] == [1, 2, 3]
    assert [bool(error) for _, error in runs] == [False, False, True]
    assert "NO_SUCH_KEY is not set" in runs[2][1]
    assert town.figures["acme"] not in town.theirs.history.messages[-1].body
    assert town.figures["default"] in town.ours.history.messages[-1].body


def test_an_account_that_was_anothers_is_not_handed_over(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "zeta.yaml"
    file.write_text("tenants: [{tenant: zeta, name: Zeta, accounts: [{channel: chat, name: acme}]}]", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="chat/acme was another tenant's before"):
        prepare_tenant(town.engine, town.settings.model_copy(update={"accounts_file": str(file)}))


def test_the_doctor_names_an_agent_that_cannot_work_here(town: Town) -> None:
    broken = acme(llm={"provider": "openai", "model": "some-model", "api_key": "${NO_SUCH_KEY}"})
    url = town.door.services.database_url
    before = check_agents(town.settings, town.engine, url, SystemClock())
    apply_specs(town.engine, [broken])
    after = check_agents(town.settings, town.engine, url, SystemClock())
    assert [(finding.subject, finding.state) for finding in before] == [("agent acme/seller", "ok")]
    assert [finding.state for finding in after] == ["fail"]
    assert "NO_SUCH_KEY is not set" in after[0].words


def test_a_secret_that_a_file_names_stays_out_of_logs_rows_and_what_is_shown(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its database is away: whatever is said of that, and of the agent, says nothing of the secrets."""
    know(town, "acme", "Bia", "acme")
    canaries = ("canary-of-the-dsn", "canary of/the tool", "canary-of-free-sql")
    monkeypatch.setenv("ACME_SALES_URL", f"postgresql://reader:{canaries[0]}@127.0.0.1:1/none")
    monkeypatch.setenv("ACME_TOOL_KEY", canaries[1])
    monkeypatch.setenv("ACME_FREE_URL", f"postgresql://free:{canaries[2]}@127.0.0.1:1/none")
    stream = StringIO()
    with logging_as_before():
        configure_logging(town.settings.model_copy(update={"log_level": "DEBUG"}), "worker", stream)
        tool = {"name": "find_stock", "description": "Looks up how many are free.", "url": "https://stock.example/"}
        tools = {"http": [{**tool, "headers": {"X-Key": "${ACME_TOOL_KEY}"}}]}
        free = {"sql": {"url": "${ACME_FREE_URL}", "tables": {"t": {"columns": {"c": ""}}}}}
        [applied] = apply_specs(town.engine, [acme(**tools, **free)])
        town.write(town.theirs, "acme", QUESTION)
        findings = check_agents(town.settings, town.engine, town.door.services.database_url, SystemClock())
        try:
            raise RuntimeError(f"refused {canaries}")
        except RuntimeError:
            logging.getLogger("recado.test").exception("said %s", canaries[0], extra={"reason": quote(canaries[1])})
    told = (stream.getvalue(), town.rows_of("acme"), spell_yaml(applied.version.spec), str(findings))
    assert "refused ('***', '***', '***')" in told[0]
    assert "${ACME_TOOL_KEY}" in told[1]
    for canary in (*canaries, quote(canaries[1], safe="")):
        assert not [text for text in told if canary in text]
