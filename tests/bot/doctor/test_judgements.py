"""Single judgements: what counts as well, doubtful and broken."""

from pathlib import Path

import pytest

from bot.doctor.machine import check_data_folder, check_python
from bot.doctor.queue import judge_eviction, judge_persistence, judge_version
from bot.doctor.whatsapp import check_whatsapp
from bot.settings import load_settings

SID = "AC" + "0" * 32
TWILIO = {
    "TWILIO_ACCOUNT_SID": SID,
    "TWILIO_AUTH_TOKEN": "t0ken-t0ken",
    "TWILIO_WHATSAPP_FROM": "whatsapp:+14155238886",
}
PUBLIC = {"PUBLIC_BASE_URL": "https://bot.example.com"}


@pytest.mark.parametrize(
    ("environ", "state"),
    [
        ({}, "ok"),
        (TWILIO | PUBLIC, "ok"),
        (TWILIO, "warn"),
        (TWILIO | {"PUBLIC_BASE_URL": "http://bot.example.com"}, "warn"),
        ({"TWILIO_ACCOUNT_SID": SID}, "fail"),
        (TWILIO | PUBLIC | {"TWILIO_ACCOUNT_SID": "SK123"}, "fail"),
        (TWILIO | PUBLIC | {"TWILIO_WHATSAPP_FROM": "4155238886"}, "fail"),
    ],
)
def test_the_settings_of_whatsapp_must_fit_together(environ: dict[str, str], state: str) -> None:
    finding = check_whatsapp(load_settings(environ, Path("no-such-file")))
    assert finding.state == state
    assert bool(finding.cure) == (state != "ok")
    assert "t0ken" not in str(finding)


@pytest.mark.parametrize(("version", "state"), [((3, 10), "fail"), ((3, 11), "ok"), ((3, 14), "ok"), ((3, 15), "warn")])
def test_python_is_judged_by_what_was_tried(version: tuple[int, int], state: str) -> None:
    assert check_python(version).state == state


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"redis_version": "6.2.1"}, "fail"),
        ({"redis_version": "7.4.0"}, "ok"),
        ({"redis_version": "7.2.4", "valkey_version": "9.1.2"}, "ok"),
        ({}, "fail"),
    ],
)
def test_an_old_redis_is_refused(facts: dict[str, object], state: str) -> None:
    assert judge_version(facts).state == state


def test_a_queue_may_not_forget() -> None:
    assert judge_persistence({"aof_enabled": 1}).state == "ok"
    assert judge_persistence({"aof_enabled": 0}).state == "warn"
    assert judge_eviction({"maxmemory_policy": "noeviction", "maxmemory": 1}).state == "ok"
    assert judge_eviction({"maxmemory_policy": "allkeys-lru", "maxmemory": 0}).state == "warn"
    assert judge_eviction({"maxmemory_policy": "allkeys-lru", "maxmemory": 1}).state == "fail"


def test_a_data_folder_that_was_never_needed_is_judged_by_the_disk_it_would_be_on(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet"
    assert check_data_folder(folder).words.startswith(f"{folder}, ")
    assert not folder.exists()
