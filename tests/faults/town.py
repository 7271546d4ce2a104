"""The whole program in one process, between neighbours that can be made to fail: PostgreSQL, Redis, an LLM, Twilio, a
mail server and a CRM, each behind a proxy of its own. Web door, queue, worker threads, sweeper and adapters are those
of the program; time-outs are short. Whoever judges looks at the neighbours' own histories.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine, text

from agent.agent import Agent, Limits
from agent.providers.registry import build_provider
from bot.services import build_accounts
from bot.settings import Settings
from channels.base import Channel
from channels.crm import CrmChannel
from channels.email import EmailChannel
from channels.email.smtp import Mailer
from channels.email.smtp_server import read_smtp_url
from channels.whatsapp import WhatsAppChannel
from jobs.alarms import Alarms
from jobs.allowed import ALLOWED_JOBS
from jobs.leases import LeaseKeeper
from jobs.queue import JobQueue
from jobs.runtime import OpenDoor, Services, WorkPolicy, set_services
from jobs.sweep import Sweeper
from models.clock import SystemClock
from models.session import build_engine, session_scope
from tests.bot.conftest import build_door, close, embedded_settings
from tests.bot.door_requests import FORM_TYPE, LOCAL, NUMBER, SID, TOKEN, WEBHOOK
from tests.channels.email.providers.posting import SECRET as MAIL_SECRET
from tests.channels.email.providers.posting import raw_request
from tests.fakes import OneAgent
from tests.faults.neighbours import proxied_database, proxied_redis
from tests.jobs.harness import at_work
from tests.standins.crm import StandInCrm
from tests.standins.crm_dialects import TOKEN as CRM_TOKEN
from tests.standins.crm_webhooks import SECRET as CRM_SECRET
from tests.standins.crm_webhooks import WEBHOOK as CRM_WEBHOOK
from tests.standins.crm_webhooks import message_payload, signed_webhook
from tests.standins.llm import StandInLlm
from tests.standins.llm_wires import Says
from tests.standins.proxy import Proxy
from tests.standins.smtp import StandInSmtp
from tests.standins.twilio import StandInTwilio
from tests.standins.twilio_webhooks import inbound_form, sign

THREADS = 8
TIMEOUT = 1.5  # seconds, of every call to a neighbour but PostgreSQL; a busy machine may need half of them
_MAIL = (
    "From: Ana <ana{0}@aurora.example>\r\nTo: bot@aurora.example\r\nSubject: Oi\r\n"
    "Message-ID: <m{0}@aurora.example>\r\n"
    "Authentication-Results: mx.aurora.example; dmarc=pass header.from=aurora.example\r\n"
    "Date: Mon, 02 Mar 2026 10:12:00 -0300\r\n\r\n{1}\r\n"
)


@dataclass
class Letter:
    """One message of a person, ready to be delivered as often as the platform likes."""

    words: str
    post: Callable[[FlaskClient], int]


@dataclass
class Town:
    """`proxies` by neighbour: sql, redis, llm, twilio, mail, crm."""

    proxies: dict[str, Proxy]
    llm: StandInLlm
    twilio: StandInTwilio
    mail: StandInSmtp
    crm: StandInCrm
    engine: Engine  # a way to the database that nobody takes away
    client: FlaskClient
    services: Services
    bell: JobQueue
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def write(self, channel: str) -> Letter:
        """A person nobody knew writes something nobody wrote before."""
        number = next(self.numbers)
        words = f"pergunta-{number:04}."
        post = {"whatsapp": self._on_whatsapp, "email": self._by_mail, "crm": self._in_the_crm}[channel]
        return Letter(words, post(number, words))

    def _on_whatsapp(self, number: int, words: str) -> Callable[[FlaskClient], int]:
        form = inbound_form(SID, NUMBER, words, f"whatsapp:+55119{number:08}")
        headers = {"X-Twilio-Signature": sign(LOCAL + WEBHOOK, form, TOKEN)}
        return lambda client: client.post(WEBHOOK, data=form, content_type=FORM_TYPE, headers=headers).status_code

    def _by_mail(self, number: int, words: str) -> Callable[[FlaskClient], int]:
        mail = _MAIL.format(number, words).encode()
        frozen = raw_request(mail, at=datetime.now(UTC), message_id=f"mail_{number}")
        path = "/webhooks/email/default"
        return lambda client: client.post(path, data=frozen.body, headers=dict(frozen.headers)).status_code

    def _in_the_crm(self, number: int, words: str) -> Callable[[FlaskClient], int]:
        frozen = signed_webhook(message_payload(words, thread=f"deal/{number}"), message_id=f"crm_{number}")
        return lambda client: client.post(CRM_WEBHOOK, data=frozen.body, headers=dict(frozen.headers)).status_code

    def rows(self, statement: str, **values: object) -> Sequence[Any]:
        with session_scope(self.engine) as connection:
            return connection.execute(text(statement), values).all()

    def turn_of(self, letter: Letter) -> Any:
        """Its turn's row with its first part's; None before there is one."""
        found = self.rows(
            "SELECT t.*, o.status AS part, o.tries AS sends, o.error_code AS said FROM message m"
            " JOIN turn t ON t.id = m.turn_id LEFT JOIN outbox o ON o.turn_id = t.id"
            " WHERE m.text = :words AND m.direction = 'in'",
            words=letter.words,
        )
        return found[0] if found else None

    def is_settled(self, letter: Letter) -> bool:
        turn = self.turn_of(letter)
        return turn is not None and turn.status == "settled"

    def copies(self, channel: str, letter: Letter) -> int:
        """How many replies to it the far side holds; a mail under the same Message-ID is the same mail."""
        said = f"re: {letter.words}"
        if channel == "whatsapp":
            return sum(message.body == said for message in self.twilio.history.messages)
        if channel == "crm":
            return sum(said in note.text for note in self.crm.notes)
        mails = [(mail.message["Message-ID"], mail.message.get_body(("plain",))) for mail in self.mail.mails]
        return len({message_id for message_id, body in mails if body is not None and said in body.get_content()})

    def calls(self, letter: Letter) -> int:
        """How often the LLM was asked for it."""
        return sum(asked.text.endswith(letter.words) for asked in list(self.llm.history))

    def hurry(self) -> None:
        """As if every pause were over."""
        with session_scope(self.engine) as connection:
            for statement in (
                "UPDATE turn SET next_try_at = now() WHERE next_try_at > now()",
                "UPDATE outbox SET next_try_at = now() WHERE next_try_at > now()",
                "UPDATE rest SET rests_until = now() WHERE rests_until > now()",
            ):
                connection.execute(text(statement))
            due = "UPDATE conversation SET due_at = now() WHERE due_at IS NOT NULL AND lease_owner IS NULL RETURNING id"
            found = connection.execute(text(due)).scalars().all()
        self.bell.ring_many(found)

    def settle(self, letter: Letter, seconds: float = 180.0) -> None:
        self.wait_for(lambda: self.is_settled(letter), seconds, hurry=True)

    def wait_for(self, condition: Callable[[], object], seconds: float = 180.0, *, hurry: bool = False) -> float:
        """The seconds it took."""
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < seconds, "it did not come to pass in time"
            if hurry:
                self.hurry()
            time.sleep(0.05)
        return time.monotonic() - began


@contextmanager
def running_town(clone_database: Callable[[], str], redis_url: str) -> Iterator[Town]:
    database_url = clone_database()
    with ExitStack() as stack:
        llm = stack.enter_context(StandInLlm(answer=lambda asked: Says(f"re: {asked.text.splitlines()[-1]}")))
        twilio = stack.enter_context(StandInTwilio(account_sid=SID, auth_token=TOKEN, number=NUMBER))
        mail, crm = stack.enter_context(StandInSmtp()), stack.enter_context(StandInCrm())
        sql_proxy, sql_url = stack.enter_context(proxied_database(database_url))
        redis_proxy, far_redis = stack.enter_context(proxied_redis(redis_url))
        urls = {"llm": llm.url, "twilio": twilio.url, "mail": mail.url, "crm": crm.url}
        ports = {name: urlsplit(url).port or 0 for name, url in urls.items()}
        proxies = {name: stack.enter_context(Proxy(("127.0.0.1", port))) for name, port in ports.items()}
        settings = _settings(database_url, far_redis, proxies)
        engine = build_engine(database_url, application_name="recado-tests", pool_size=10)
        stack.callback(engine.dispose)
        door = build_door(settings, engine, JobQueue(far_redis), _engine(sql_url, stack))
        stack.callback(close, door)
        services = _work(settings, sql_url, JobQueue(far_redis), f"{proxies['llm'].url}/v1", stack)
        stack.enter_context(at_work(JobQueue(far_redis), THREADS, ALLOWED_JOBS))
        yield Town(
            {"sql": sql_proxy, "redis": redis_proxy, **proxies},
            *(llm, twilio, mail, crm, engine, door.client, services, JobQueue(redis_url)),
        )


def _settings(database_url: str, redis_url: str, proxies: dict[str, Proxy]) -> Settings:
    return embedded_settings(
        database_url,
        redis_url,
        quiet_window_seconds=0,
        twilio_api_base_url=proxies["twilio"].url,
        email_address="bot@aurora.example",
        email_webhook_secret=SecretStr(MAIL_SECRET),
        email_authserv_id="mx.aurora.example",
        smtp_url=SecretStr(f"smtp://127.0.0.1:{proxies['mail'].port}"),
        crm_webhook_secret=SecretStr(CRM_SECRET),
        crm_api_token=SecretStr(CRM_TOKEN),
        crm_api_base_url=proxies["crm"].url,
        crm_allow_insecure_hosts="127.0.0.1",
    )


def _engine(url: str, stack: ExitStack) -> Engine:
    engine = build_engine(url, application_name="recado-tests", pool_size=THREADS, patience=1, answer_within=1)
    stack.callback(engine.dispose)
    return engine


def _work(settings: Settings, url: str, queue: JobQueue, llm_url: str, stack: ExitStack) -> Services:
    """A worker's services, its threads running until the stack ends."""
    engine, pulse, clock = _engine(url, stack), _engine(url, stack), SystemClock()
    provider = build_provider(
        "openai-compatible", api_key=None, base_url=llm_url, llm="standin", catalogue=_no_catalogue, timeout=TIMEOUT
    )
    stack.callback(provider.close)
    channels = _channels(settings)
    for name in ("whatsapp", "crm"):
        stack.callback(channels[name].close)  # type: ignore[attr-defined]
    background = stack.enter_context(ThreadPoolExecutor(2))
    services = Services(
        engine=engine,
        channel_for=lambda channel, account: channels.get(channel),
        agents=OneAgent(Agent(provider, "standin", {}, Limits(call_seconds=TIMEOUT), clock)),
        leases=LeaseKeeper(engine, "town", pulse=pulse),
        alarms=Alarms(queue.ring, clock),
        clock=clock,
        policy=WorkPolicy(send_grace=timedelta(seconds=0.5)),
        open_door=lambda connection, tenant_id: OpenDoor("Ana", "Ana Souza"),
        background=background,
    )
    stack.callback(set_services, None)
    set_services(services)
    for thread in (services.leases, services.alarms, Sweeper(pulse, "town", queue.ring_many)):
        thread.start()
        stack.callback(thread.stop)
    services.owed.start(services)
    stack.callback(services.owed.stop)
    return services


def _channels(settings: Settings) -> dict[str, Channel]:
    accounts = {account.channel: account for account in build_accounts(settings).values()}
    server = read_smtp_url(accounts["email"].credentials["smtp_url"])
    return {
        "whatsapp": WhatsAppChannel(accounts["whatsapp"], connect_timeout=TIMEOUT, read_timeout=TIMEOUT),
        "email": EmailChannel(accounts["email"], mailer=Mailer(server, timeout=TIMEOUT)),
        "crm": CrmChannel(accounts["crm"], connect_timeout=TIMEOUT, total_timeout=TIMEOUT),
    }


def _no_catalogue() -> Any:
    raise AssertionError("only the offline engine asks for it")


@pytest.fixture(scope="module")
def town(clone_database: Callable[[], str], redis_url: str) -> Iterator[Town]:
    with running_town(clone_database, redis_url) as found:
        yield found


def together(*actions: Callable[[], object]) -> None:
    """Run them at once, and wait for all."""
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
