"""`keys`: shown once, listed without the secret, revoked for good."""

import re

from tests.bot.commands.conftest import Cli


def test_a_key_is_shown_once_and_never_again(cli: Cli) -> None:
    created = cli("keys", "create", "--name", "CRM  norte")
    key = re.search(r"^rk_[0-9a-f]{32}_[\w-]{43}$", created.out, re.MULTILINE)
    assert key is not None
    listed = cli("keys", "list").out
    assert "CRM norte" in listed
    assert key[0].rpartition("_")[2] not in listed


def test_a_revoked_key_is_listed_as_such_and_cannot_be_revoked_again(cli: Cli) -> None:
    key_id = re.search(r"id ([0-9a-f-]{36})", cli("keys", "create", "--name", "old").out)
    assert key_id is not None
    assert cli("keys", "revoke", key_id[1]).code == 0
    line = next(line for line in cli("keys", "list").out.splitlines() if key_id[1] in line)
    assert re.fullmatch(r".*\d{4}-\d\d-\d\d \d\d:\d\d  -\s+\d{4}-\d\d-\d\d \d\d:\d\d", line)
    again = cli("keys", "revoke", key_id[1])
    assert (again.code, "there is no live key" in again.err) == (1, True)


def test_what_is_no_id_or_no_name_is_refused(cli: Cli) -> None:
    assert "is no id of a key" in cli("keys", "revoke", "rk_1").err
    assert "--name is empty" in cli("keys", "create", "--name", " ").err
