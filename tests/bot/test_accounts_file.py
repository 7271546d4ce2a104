"""ACCOUNTS_FILE: what it says becomes accounts, and what is wrong in it is told with its place."""

from pathlib import Path

import pytest

from bot.services import build_accounts
from bot.settings import Settings
from models.errors import ConfigurationError


def accounts_of(tmp_path: Path, text: str) -> dict[tuple[str, str], object]:
    file = tmp_path / "accounts.yaml"
    file.write_text(text, encoding="utf-8")
    return dict(build_accounts(Settings(accounts_file=str(file))))


def test_an_account_gets_its_secret_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_TOKEN", "very-secret")
    entry = '{channel: whatsapp, name: acme, address: "+5511", settings: {auth_token: "${ACME_TOKEN}"}}'
    found = accounts_of(tmp_path, f"tenants: [{{tenant: acme, name: Acme, accounts: [{entry}]}}]")
    account = found["whatsapp", "acme"]
    assert account.credentials["auth_token"] == "very-secret"  # type: ignore[attr-defined]
    assert account.address == "whatsapp:+5511"  # type: ignore[attr-defined]
    assert "very-secret" not in repr(account)
    assert ("whatsapp", "default") in found


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ("{channel: whatsapp, name: default}", ":1: tenants[0].accounts[0].name: the account `default`"),
        ("{channel: fax, name: a}", ":1: tenants[0].accounts[0].channel: should be 'whatsapp'"),
        ("{channel: chat, name: a}, {channel: chat, name: a}", ":1: tenants[0].accounts[1].name: chat/a stands twice"),
        ("{channel: crm, name: a, settings: {api_token: abc123}}", "settings.api_token: must be a reference"),
        ("{channel: crm, name: a, settings: {tokn: abc123}}", "settings.tokn: is not known here; crm has: "),
        ('{channel: crm, name: a, settings: {api_token: "${NOT_SET_AT_ALL}"}}', "crm/a: NOT_SET_AT_ALL is not set"),
    ],
)
def test_a_mistake_is_told_with_its_place(account: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        accounts_of(tmp_path, f"tenants: [{{tenant: acme, name: Acme, accounts: [{account}]}}]")
    assert words in str(refused.value)
    assert "abc123" not in str(refused.value)
