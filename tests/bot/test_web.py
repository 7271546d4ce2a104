"""The web door under gunicorn, as it runs for real."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.tenant import prepare_tenant
from bot.web import run_web
from models.errors import ConfigurationError
from tests.bot.answering import inbound_rows, pretend_worker
from tests.bot.conftest import MakeSettings
from tests.bot.door_requests import TOKEN, WEBHOOK, whatsapp_form
from tests.bot.running_web import ROOT, RunningWeb, running_web
from tests.ports import free_port
from tests.standins.twilio_webhooks import post_form
from tests.waiting import eventually


def post_chat(web: RunningWeb, message: str, **headers: str) -> int:
    connection = web.connect()
    try:
        body = json.dumps({"user_id": message, "message": message})
        connection.request("POST", "/chat", body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def test_a_signed_webhook_gets_its_2xx_while_a_hundred_chats_wait(
    engine: Engine, make_settings: MakeSettings, tmp_path: Path
) -> None:
    settings = make_settings(web_threads=8, chat_wait_seconds=300)
    prepare_tenant(engine, settings)
    may_answer = threading.Event()
    with (
        running_web(settings, tmp_path) as web,
        pretend_worker(engine, lambda text: "sim" if may_answer.is_set() else None),
        ThreadPoolExecutor(100) as pool,
    ):
        asked = [pool.submit(post_chat, web, f"pergunta {n}") for n in range(100)]
        eventually(lambda: sum(one.done() for one in asked) == 96)
        started_at = time.monotonic()
        code = post_form(web.base + WEBHOOK, whatsapp_form("Oi"), TOKEN)
        took = time.monotonic() - started_at
        still_waiting = sum(not one.done() for one in asked)
        may_answer.set()
        codes = sorted(one.result() for one in asked)
    assert code == 200
    assert took < 15, "as long as Twilio waits; the chats wait for minutes"
    assert still_waiting == 4
    assert codes == [200] * 4 + [202] * 96
    assert len(inbound_rows(engine)) == 101


def test_a_stream_is_sent_event_by_event_and_its_place_is_free_again(
    engine: Engine, make_settings: MakeSettings, tmp_path: Path
) -> None:
    settings = make_settings(web_threads=4, chat_wait_seconds=180)  # two places
    prepare_tenant(engine, settings)
    may_answer = threading.Event()
    body = json.dumps({"user_id": "ana", "message": "Oi", "stream": True})
    with (
        running_web(settings, tmp_path) as web,
        pretend_worker(engine, lambda text: "sim" if may_answer.is_set() else None),
    ):
        for _ in range(3):
            may_answer.clear()
            connection = web.connect()
            connection.request("POST", "/chat", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            assert answer.status == 200
            assert answer.readline() == b"event: begun\n"  # while the rest is not even known
            may_answer.set()
            assert b"event: answer" in answer.read()
            connection.close()


def test_a_stop_sends_waiters_home_with_a_place_to_come_back_to(
    engine: Engine, make_settings: MakeSettings, tmp_path: Path
) -> None:
    settings = make_settings(chat_wait_seconds=300)
    prepare_tenant(engine, settings)
    with running_web(settings, tmp_path) as web, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(post_chat, web, "Oi")
        eventually(lambda: inbound_rows(engine))
        web.process.send_signal(signal.SIGTERM)
        assert asked.result(timeout=180) == 202
        assert web.process.wait(timeout=180) == 0


def send_raw(web: RunningWeb, request: bytes) -> bytes:
    """The first bytes of the answer to whatever is sent."""
    with socket.create_connection(("127.0.0.1", web.port), timeout=180) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def chunked(path: str, chunks: list[bytes], content_type: str = "application/json") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n"
    head += "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    return head.encode() + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


def test_bodies_in_chunks_are_read_and_bounded(engine: Engine, make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(chat_wait_seconds=0)
    prepare_tenant(engine, settings)
    with running_web(settings, tmp_path) as web:
        question = [b'{"user_id": "ana", ', b'"message": "Oi"}', b""]
        assert send_raw(web, chunked("/chat", question)).startswith(b"HTTP/1.1 202")
        too_much = [b"a" * 60_000, b"a" * 60_000]
        assert send_raw(web, chunked(WEBHOOK, too_much)).startswith(b"HTTP/1.1 413")
        assert send_raw(web, chunked("/chat", [b'{"user_id'])).startswith(b"HTTP/1.1 400")  # breaks off
        assert web.is_alive()
    assert [text for _, text in inbound_rows(engine)] == ["Oi"]


def test_forwarding_headers_close_the_keyless_door_under_gunicorn_too(
    engine: Engine, make_settings: MakeSettings, tmp_path: Path
) -> None:
    settings = make_settings(chat_wait_seconds=0)
    prepare_tenant(engine, settings)
    with running_web(settings, tmp_path) as web:
        assert post_chat(web, "Oi") == 202
        for header in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Ssl", "Forwarded", "Via", "X-Real-IP"):
            assert post_chat(web, "Oi", **{header: "https"}) == 401, header
        assert post_chat(web, "Oi", Host="evil.example") == 401
        connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=180)
        connection.request("GET", "/healthz", headers={"Script_Name": "/x", "Path-Info": "/v1/usage"})
        assert connection.getresponse().status == 200
        connection.close()


def test_a_busy_port_is_one_clear_sentence_before_anything_starts(make_settings: MakeSettings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        with pytest.raises(ConfigurationError, match="PORT"):
            run_web(make_settings(port=other.getsockname()[1]))


def test_the_web_process_loads_no_llm_sdk_no_agent_and_no_twilio_client(
    fresh_database_url: str, fresh_redis_url: str
) -> None:
    program = (
        "import sys, wsgi; import bot.web, bot.gunicorn_config\n"
        "wsgi.app.test_client().get('/readyz')\n"
        "heavy = {'openai', 'anthropic', 'agent', 'genai_prices', 'numpy', 'twilio'}\n"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}))"
    )
    environment = {"DATABASE_URL": fresh_database_url, "REDIS_URL": fresh_redis_url}
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip().splitlines()[-1] == "[]"


def test_without_configured_engines_it_brings_its_own_and_takes_them_away_again() -> None:
    folder = Path(tempfile.mkdtemp(prefix="recado-web-"))
    folder.chmod(0o711)  # PostgreSQL's account must get through, where the tests run as root
    port = free_port()
    environment = {"PATH": os.environ.get("PATH", ""), "RECADO_DATA_DIR": str(folder / "data"), "PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "bot", "web"], cwd=ROOT, env=environment)
    web = RunningWeb(port, process)  # type: ignore[arg-type]
    try:
        eventually(lambda: web.is_alive() or process.poll() is not None)
        assert process.poll() is None
        assert (folder / "data" / "postgres" / "postmaster.pid").exists()
        process.terminate()
        assert process.wait(timeout=180) == 0
        assert not web.is_alive()
        assert not (folder / "data" / "postgres" / "postmaster.pid").exists()
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
