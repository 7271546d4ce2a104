"""A person erased from the real program: by every door, while somebody else writes, and with the command killed."""

import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from redis import Redis

from bot.embedded.cluster import find_installation, server_environment
from bot.embedded.folders import prepare_data_folder
from bot.embedded.postgres import EmbeddedPostgres
from bot.embedded.valkey import EmbeddedValkey
from bot.privacy.scrubbing import find_files
from bot.settings import Settings
from bot.tenant import migrate_company
from tests.channels.email.providers.posting import SECRET as MAIL_SECRET
from tests.channels.email.providers.posting import raw_request
from tests.running import ROOT, RunningProgram, running_program
from tests.standins.crm import StandInCrm
from tests.standins.crm_dialects import TOKEN as CRM_TOKEN
from tests.standins.crm_webhooks import SECRET as CRM_SECRET
from tests.standins.crm_webhooks import WEBHOOK as CRM_WEBHOOK
from tests.standins.crm_webhooks import message_payload, signed_webhook
from tests.standins.llm import StandInLlm
from tests.standins.llm_wires import Says
from tests.standins.smtp import StandInSmtp
from tests.waiting import eventually

pytestmark = pytest.mark.slow

MARK = "zq7xmark9x"
PHONE, MAILBOX, USER, CRM_USER = "5511987650001", f"ana@{MARK}.example", f"ana-{MARK}", f"u-{MARK}"
SOUGHT = [one.encode() for one in (MARK, PHONE)]
BRUNO, HIS_WORDS = "5511987650002", "qual é o prazo da Padaria Sol?"
_MAIL = (
    f"From: Ana {MARK} <{MAILBOX}>\r\nTo: bot@aurora.example\r\nSubject: Pedido {MARK}\r\n"
    f"Message-ID: <m1@{MARK}.example>\r\n"
    f"Authentication-Results: mx.aurora.example; dmarc=pass header.from={MARK}.example\r\n"
    "Date: Mon, 02 Mar 2026 10:12:00 -0300\r\n\r\n"
    f"o prazo do pedido {MARK} mudou?\r\n"
)


@dataclass
class Running:
    """The program on engines of its own, whose files are in `data`."""

    program: RunningProgram
    data: Path

    def begin(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *words],
            cwd=ROOT,
            env=dict(self.program.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def command(self, *words: str) -> str:
        """What it prints; it must go well."""
        begun = self.begin(*words)
        printed, _ = begun.communicate(timeout=300)
        assert begun.returncode == 0, printed
        return printed

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        with urlopen(Request(self.program.url + path, body, headers), timeout=180) as answer:
            assert answer.status == 200

    def dumped(self) -> str:
        program = find_installation() / "bin" / "pg_dump"
        url = self.program.database_url.replace("postgresql+psycopg", "postgresql")
        ran = subprocess.run([program, "--dbname", url], capture_output=True, check=True, env=server_environment())
        return ran.stdout.decode()

    def is_settled(self) -> bool:
        waiting = "SELECT count(*) FROM message WHERE direction = 'in' AND turn_id IS NULL"
        unsettled = "SELECT count(*) FROM turn WHERE status <> 'settled' OR remembered_at IS NULL"
        return self.program.rows(waiting) == [(0,)] and self.program.rows(unsettled) == [(0,)]


@pytest.fixture
def running() -> Iterator[Running]:
    folder = Path(tempfile.mkdtemp(prefix="recado-erased-"))
    folder.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        data = prepare_data_folder(folder / "data")
        postgres, valkey = EmbeddedPostgres(data), EmbeddedValkey(data)
        for engine in (postgres, valkey):
            engine.start()
            stack.callback(engine.stop)
        migrate_company(Settings(recado_data_dir=data), postgres.url)
        llm = stack.enter_context(StandInLlm(answer=lambda asked: Says(f"Anotado: {asked.text.splitlines()[-1]}")))
        crm, mail = stack.enter_context(StandInCrm()), stack.enter_context(StandInSmtp())
        settings = {
            "LLM_PROVIDER": "openai-compatible",
            "LLM_BASE_URL": llm.url,
            "LLM_MODEL": "stand-in",
            "LOG_PROMPTS": "1",
            "RECADO_DATA_DIR": str(data),
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "EMAIL_ADDRESS": "bot@aurora.example",
            "EMAIL_WEBHOOK_SECRET": MAIL_SECRET,
            "EMAIL_AUTHSERV_ID": "mx.aurora.example",
            "SMTP_URL": mail.url,
            "CRM_WEBHOOK_SECRET": CRM_SECRET,
            "CRM_API_TOKEN": CRM_TOKEN,
            "CRM_API_BASE_URL": crm.url,
            "CRM_ALLOW_INSECURE_HOSTS": "127.0.0.1",
        }
        program = stack.enter_context(running_program(postgres.url, valkey.url, data / "logs", **settings))
        yield Running(program, data)


def she_writes(running: Running) -> None:
    """Through every door."""
    program = running.program
    whatsapp = f"whatsapp:+{PHONE}"
    program.twilio.post_inbound(program.webhook, f"me chama de {MARK}", whatsapp, ProfileName=f"Ana {MARK}")
    note = program.twilio.host_file(f"%PDF-1.4 {MARK}".encode(), "application/pdf")
    program.twilio.post_inbound(program.webhook, f"{MARK}.pdf", whatsapp, files=[note])
    mail = raw_request(_MAIL.encode(), at=datetime.now(UTC), message_id="mail_1")
    running.post("/webhooks/email/default", mail.body, dict(mail.headers))
    told = signed_webhook(message_payload(f"liguei para {MARK}", sender=CRM_USER), message_id="crm_1")
    running.post(CRM_WEBHOOK, told.body, dict(told.headers))
    assert MARK in program.ask(USER, f"meu nome é {MARK}")["response"]


def stored_in_redis(url: str) -> bytes:
    """Every key with what it holds, whatever its type."""
    with Redis.from_url(url) as redis:
        keys = list(redis.scan_iter())
        return b"\n".join(key + b" " + (redis.dump(key) or b"") for key in keys)


def test_of_an_erased_person_nothing_is_left_and_nobody_else_loses_anything(running: Running) -> None:
    program = running.program
    hers = ("--whatsapp", f"+{PHONE}", "--email", MAILBOX, "--chat", USER)
    running.command("people", "add", "--name", f"Ana {MARK}", "--role", "manager", *hers)
    running.command("people", "add", "--name", "Bruno Lima", "--role", "manager", "--whatsapp", f"+{BRUNO}")
    program.twilio.post_inbound(program.webhook, HIS_WORDS, f"whatsapp:+{BRUNO}")
    she_writes(running)
    eventually(running.is_settled)
    running.command("people", "link", CRM_USER, f"Ana {MARK}")
    assert "by default" in running.command("retention", "show")
    out = running.data.parent / "her.zip"
    assert "records are in" in running.command("person", "export", MAILBOX, "--out", str(out))
    before = running.dumped()
    assert before.count(MARK) > 20
    assert list(find_files(running.data / "files", SOUGHT)), "her file was kept"
    assert any(one in program.log("worker").encode() for one in SOUGHT)

    writing = threading.Event()

    def he_goes_on() -> None:
        for number in range(12):
            program.twilio.post_inbound(program.webhook, f"e a semana {number} dela?", f"whatsapp:+{BRUNO}")
            writing.set()

    bruno = threading.Thread(target=he_goes_on)
    bruno.start()
    writing.wait()
    with running.begin("person", "erase", MAILBOX, "--yes", "--scrub") as erasing:
        eventually(lambda: program.rows("SELECT FROM erasure"))
        erasing.kill()  # with nothing done but the commit, or some of what follows it, or all
        said, _ = erasing.communicate()
    bruno.join()
    assert "Scrubbed" in said + running.command("person", "scrub")
    assert "Nobody who was erased" in running.command("person", "scrub")
    assert program.rows("SELECT pending FROM erasure") == [(None,)]

    eventually(running.is_settled)
    assert [line for line in running.dumped().splitlines() if MARK in line or MARK.encode().hex() in line] == []
    assert [one for one in SOUGHT if one in stored_in_redis(EmbeddedValkey(running.data).url)] == []
    assert list(find_files(running.data, SOUGHT)) == []
    said = program.rows("SELECT text FROM message WHERE direction = 'in' AND text <> '' ORDER BY conversation_id, seq")
    assert sorted(row[0] for row in said) == sorted([HIS_WORDS, *(f"e a semana {n} dela?" for n in range(12))])
    answered = "\n".join(sent.body for sent in program.twilio.history.messages if BRUNO in sent.to)
    assert "semana 11" in answered
