"""What the doctor makes of the CRM's settings."""

from pathlib import Path

import pytest

from bot.doctor.crm import check_crm
from bot.settings import load_settings
from tests.standins.crm_webhooks import SECRET

PUBLIC = {"PUBLIC_BASE_URL": "https://bot.example.com"}
WHOLE = {"CRM_WEBHOOK_SECRET": SECRET, "CRM_API_TOKEN": "t0ken-t0ken", "CRM_API_BASE_URL": "https://crm.example.com"}


@pytest.mark.parametrize(
    ("environ", "state"),
    [
        ({}, "ok"),
        (WHOLE | PUBLIC, "ok"),
        (WHOLE, "warn"),
        (WHOLE | {"PUBLIC_BASE_URL": "http://bot.example.com"}, "warn"),
        ({"CRM_WEBHOOK_SECRET": SECRET} | PUBLIC, "warn"),
        ({"CRM_API_TOKEN": "t0ken-t0ken"} | PUBLIC, "fail"),
        ({"CRM_WEBHOOK_SECRET": "short"} | PUBLIC, "fail"),
        (WHOLE | PUBLIC | {"CRM_PRESET": "zoho"}, "fail"),
        (WHOLE | PUBLIC | {"CRM_MAPPING": "/nowhere.json"}, "fail"),
        (WHOLE | PUBLIC | {"CRM_PRESET": "hubspot", "CRM_API_BASE_URL": "https://evil.example"}, "fail"),
    ],
)
def test_the_settings_of_the_crm_must_fit_together(environ: dict[str, str], state: str) -> None:
    finding = check_crm(load_settings(environ, Path("no-such-file")))
    assert finding.state == state
    assert bool(finding.cure) == (state != "ok")
    assert "t0ken" not in str(finding)
    assert SECRET not in str(finding)
