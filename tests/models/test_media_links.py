"""The address of a file is good until it ends, and every change of a letter makes it worthless."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigurationError, StoredFileMissing, VerificationError
from models.files.media_links import MediaLink, MediaLinks, sign_media_url, verify_media_token
from tests.fakes import FixedClock

SECRET = b"a secret of thirty-two characters"
KEY = "0123456789abcdef0123456789abcdef.pdf"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
END = NOW + timedelta(hours=1)


def _token(name: str = "", *, key: str = KEY, base: str = "https://bot.example.com") -> str:
    return sign_media_url(base, key, END, SECRET, name).rpartition("/")[2]


@pytest.mark.parametrize(
    "base", ["https://bot.example.com", "https://bot.example.com/", "https://example.com:8443/bot"]
)
def test_an_address_stands_below_the_public_one_and_needs_no_escaping(base: str) -> None:
    url = sign_media_url(base, KEY, END, SECRET, "Relatório de março.pdf")
    assert url.startswith(base.rstrip("/") + "/media/")
    assert urlsplit(url).query == ""
    assert url.isascii()
    assert "%" not in url


def test_a_token_says_which_file_and_under_which_name() -> None:
    assert verify_media_token(_token("Relatório de março.pdf"), SECRET, NOW) == MediaLink(KEY, "Relatório de março.pdf")
    assert verify_media_token(_token(), SECRET, NOW) == MediaLink(KEY)


def test_a_token_is_good_until_its_end_and_not_a_second_longer() -> None:
    assert verify_media_token(_token(), SECRET, END - timedelta(seconds=1))
    with pytest.raises(VerificationError, match="expired"):
        verify_media_token(_token(), SECRET, END)


def test_every_changed_letter_makes_it_worthless() -> None:
    token = _token("a.pdf")
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(VerificationError):
            verify_media_token(changed, SECRET, NOW)


@pytest.mark.parametrize("change", ["{}=", "{}==", " {}", "{}\n", "{}.", ".{}", "{}A", "{}.x"])
def test_a_second_spelling_is_none(change: str) -> None:
    with pytest.raises(VerificationError):
        verify_media_token(change.format(_token()), SECRET, NOW)


@given(st.text())
def test_no_text_is_a_token_by_chance(text: str) -> None:
    with pytest.raises(VerificationError):
        verify_media_token(text, SECRET, NOW)


def test_another_installations_token_is_none() -> None:
    with pytest.raises(VerificationError):
        verify_media_token(_token(), b"another secret of that length....", NOW)


@given(st.text(max_size=300))
def test_any_name_travels_as_far_as_a_header_can_carry_it(name: str) -> None:
    read = verify_media_token(_token(name), SECRET, NOW).name
    assert len(read) <= 120
    assert read.isprintable()
    assert not set(read) & {"/", "\\"}


def test_a_long_name_keeps_its_ending() -> None:
    assert verify_media_token(_token("x" * 500 + ".pdf"), SECRET, NOW).name.endswith(".pdf")


def test_the_folders_of_a_name_stay_at_home() -> None:
    assert verify_media_token(_token("../../etc/passwd"), SECRET, NOW).name == ".. .. etc passwd"


@pytest.mark.parametrize("key", ["", "../x", KEY + "\n1", "0123456789abcdef.pdf"])
def test_only_a_key_of_the_storage_gets_an_address(key: str) -> None:
    with pytest.raises(StoredFileMissing):
        _token(key=key)


def test_links_are_made_and_read_with_one_secret_that_is_asked_for_once() -> None:
    asked: list[int] = []

    def ask() -> bytes:
        asked.append(1)
        return SECRET

    clock = FixedClock(NOW)
    links = MediaLinks("https://bot.example.com", ask, clock, timedelta(minutes=10))
    assert asked == []
    token = links.url_for(KEY, "gráfico.png").rpartition("/")[2]
    assert links.verify(token) == MediaLink(KEY, "gráfico.png")
    assert asked == [1]
    clock.move(600)
    with pytest.raises(VerificationError):
        links.verify(token)


def test_a_missing_secret_shows_when_it_is_needed() -> None:
    def refuse() -> bytes:
        raise ConfigurationError("SECRET_KEY is not set")

    links = MediaLinks("https://bot.example.com", refuse, FixedClock(NOW))
    with pytest.raises(ConfigurationError):
        links.preload()
