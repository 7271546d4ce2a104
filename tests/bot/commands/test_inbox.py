"""`inbox`: a person reads, takes over, answers by the channel, and hands back."""

import json
import re

import pytest
from redis import Redis
from sqlalchemy import Engine

from tests.bot.commands.conftest import Cli
from tests.bot.commands.stored import Stored, store_in

ANA, RUI = "whatsapp:+5511911112222", "whatsapp:+5511933334444"


@pytest.fixture
def stored(engine: Engine, fresh_database_url: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Stored:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    return store_in(engine)


def test_the_list_begins_where_a_person_is_needed(stored: Stored, cli: Cli) -> None:
    assert cli("inbox", "list").out == "No conversation yet.\n"
    wanted = stored.say("falar com humano", ANA)
    stored.say("oi\ntudo bem?", RUI, "Rui")
    stored.run("UPDATE conversation SET wanted_at = now() WHERE id = :id", id=wanted)
    header, first, second = cli("inbox", "list").out.splitlines()
    assert header.split()[:3] == ["id", "channel", "who"]
    assert f"Ana Souza ({ANA})" in first
    assert "falar com humano" in first
    assert "oi tudo bem?" in second
    assert len(cli("inbox", "list", "--wanted").out.splitlines()) == 2
    [listed] = json.loads(cli("inbox", "list", "--wanted", "--json").out)
    assert (listed["id"], listed["sender"], listed["waiting"]) == (str(wanted), ANA, 1)


def test_nobody_wanted_is_said_in_words(stored: Stored, cli: Cli) -> None:
    stored.say("oi", ANA)
    assert cli("inbox", "list", "--wanted").out == "Nobody needs a person.\n"


def test_a_conversation_is_shown_with_who_said_what_and_what_did_not_arrive(stored: Stored, cli: Cli) -> None:
    key = stored.say("quero desconto", ANA)
    stored.reply(key, "Cinco por cento", status="failed")
    done = cli("inbox", "show", str(key)[:18])
    assert done.out.startswith(f"Conversation {key}: Ana Souza ({ANA}), whatsapp/default.\n")
    assert re.search(r"she:\n  quero desconto\n", done.out)
    assert re.search(r"a person \[failed\]:\n  Cinco por cento\n", done.out)
    document = json.loads(cli("inbox", "show", str(key), "--json").out)
    assert [line["direction"] for line in document["lines"]] == ["in", "out"]
    assert "Cinco" in cli("inbox", "show", str(key), "--lines", "1").out
    assert "desconto" not in cli("inbox", "show", str(key), "--lines", "1").out
    assert "--lines: at least 1" in cli("inbox", "show", str(key), "--lines", "0").err


def test_a_reply_takes_the_conversation_leaves_by_its_channel_and_rings(
    stored: Stored, cli: Cli, fresh_redis_url: str
) -> None:
    key = stored.say("quero desconto", ANA)
    done = cli("inbox", "reply", str(key), "**Cinco** por cento", "--as", "Bia")
    assert (done.code, done.err) == (0, "")
    assert stored.rows("SELECT body, status, to_address FROM outbox") == [("*Cinco* por cento", "pending", ANA)]
    assert stored.rows("SELECT held_by, due_at <= now() FROM conversation") == [("Bia", True)]
    with Redis.from_url(fresh_redis_url) as redis:
        assert redis.llen("rq:queue:recado") == 1


def test_a_second_reply_waits_until_the_first_one_is_delivered(stored: Stored, cli: Cli) -> None:
    key = stored.say("oi", ANA)
    assert cli("inbox", "reply", str(key), "um", "--as", "Bia").code == 0
    done = cli("inbox", "reply", str(key), "dois", "--as", "Bia")
    assert done.code == 1
    assert "nothing was said: an answer is on its way" in done.err
    stored.run("UPDATE outbox SET status = 'sent'")
    stored.settle(key)
    assert cli("inbox", "reply", str(key), "dois", "--as", "Bia").code == 0
    assert stored.rows("SELECT body FROM outbox ORDER BY created_at") == [("um",), ("dois",)]


def test_a_draft_in_the_way_is_named_and_nothing_is_taken(stored: Stored, cli: Cli) -> None:
    key = stored.say("oi", ANA)
    stored.reply(key, "rascunho", status="draft")
    done = cli("inbox", "reply", str(key), "eu respondo", "--as", "Bia")
    assert done.code == 1
    assert "outbox list --drafts" in done.err
    assert stored.rows("SELECT held_by FROM conversation") == [(None,)]


def test_whoever_holds_it_is_named_to_everybody_else(stored: Stored, cli: Cli) -> None:
    key = str(stored.say("oi", ANA))
    assert cli("inbox", "take", key, "--as", " Bia  Lima ").out.startswith(f"Bia Lima answers Ana Souza ({ANA}) now")
    assert cli("inbox", "take", key, "--as", "Bia Lima").code == 0, "taking twice is no error"
    for words in (("take", key), ("reply", key, "oi")):
        done = cli("inbox", *words, "--as", "Caio")
        assert done.code == 1
        assert "Bia Lima holds this conversation" in done.err
        assert f"inbox release {key}" in done.err
    assert "Bia Lima answers there since" in cli("inbox", "show", key).out


def test_who_is_logged_in_takes_it_unless_named(stored: Stored, cli: Cli) -> None:
    key = str(stored.say("oi", ANA))
    assert cli("inbox", "take", key, LOGNAME="carla").code == 0
    assert stored.rows("SELECT held_by FROM conversation") == [("carla",)]
    assert "--as is empty" in cli("inbox", "take", key, "--as", " ").err


def test_a_released_conversation_is_the_bots_again(stored: Stored, cli: Cli, fresh_redis_url: str) -> None:
    key = str(stored.say("oi", ANA))
    assert "nobody holds" in cli("inbox", "release", key).err
    cli("inbox", "take", key, "--as", "Bia")
    assert cli("inbox", "release", key).code == 0
    assert stored.rows("SELECT held_by, due_at <= now() FROM conversation") == [(None, True)]
    with Redis.from_url(fresh_redis_url) as redis:
        assert redis.llen("rq:queue:recado") == 1


def test_a_chat_is_answered_only_while_somebody_waits(stored: Stored, cli: Cli) -> None:
    key = str(stored.say("oi", "ana", by_chat=True))
    assert cli("inbox", "reply", key, "Olá", "--as", "Bia").code == 0
    assert stored.rows("SELECT status, outcome FROM turn") == [("settled", "person")]
    assert stored.rows("SELECT id FROM outbox") == []
    assert "nobody waits" in cli("inbox", "reply", key, "Olá?", "--as", "Bia").err


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [("xyz", "'xyz' is no id of a conversation"), ("00000000", "there is no conversation 00000000")],
)
def test_an_id_that_means_nothing_is_refused(stored: Stored, cli: Cli, asked: str, complaint: str) -> None:
    done = cli("inbox", "show", asked)
    assert done.code == 1
    assert complaint in done.err
    assert "python -m bot inbox list" in done.err


def test_a_beginning_that_several_share_is_answered_with_them(stored: Stored, cli: Cli) -> None:
    keys = {str(stored.say("oi", sender)) for sender in (ANA, RUI)}
    shared = next(iter(keys))[:4]
    done = cli("inbox", "show", shared)
    assert done.code == 1
    assert set(re.findall(r"[0-9a-f-]{36}", done.err)) == keys


def test_nothing_is_said_without_words_or_in_an_account_that_is_gone(stored: Stored, cli: Cli) -> None:
    key = stored.say("oi", ANA)
    assert "nothing to say" in cli("inbox", "reply", str(key), "  ", "--as", "Bia").err
    stored.run("UPDATE channel_account SET name = 'old' WHERE channel = 'whatsapp'")
    done = cli("inbox", "reply", str(key), "Olá", "--as", "Bia")
    assert "no account whatsapp/old is configured" in done.err
    assert stored.rows("SELECT held_by FROM conversation") == [(None,)]


def test_without_redis_the_reply_is_stored_and_the_person_told(stored: Stored, cli: Cli) -> None:
    key = stored.say("oi", ANA)
    done = cli("inbox", "reply", str(key), "Olá", "--as", "Bia", REDIS_URL="redis://127.0.0.1:1/0")
    assert done.code == 0
    assert "a worker finds it by itself" in done.err
    assert stored.rows("SELECT status FROM outbox") == [("pending",)]


def test_a_mail_is_answered_in_its_thread_with_the_question_below(
    stored: Stored, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_ADDRESS", "bot@example.com")
    monkeypatch.setenv("EMAIL_THREAD_SECRET", "a secret of two dozen letters")
    key = stored.write_mail("Qual o prazo?", "ana@padaria.example", "<1@padaria.example>", "Pedido 12")
    done = cli("inbox", "reply", str(key), "Dez dias.", "--as", "Bia")
    assert done.code == 0, done.err
    [[extra, to]] = stored.rows("SELECT extra, to_address FROM outbox")
    assert (to, extra["subject"], extra["in_reply_to"]) == (
        "ana@padaria.example",
        "Re: Pedido 12",
        "<1@padaria.example>",
    )
    assert "> Qual o prazo?" in extra["quote"]
