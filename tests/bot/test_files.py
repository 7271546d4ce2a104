"""Settings become a place for files, a secret and a transcriber, and what is wrong with them is said."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot.assistant import build_transcriber
from bot.files import build_media_links, build_storage, find_or_make_secret
from bot.settings import Settings, load_settings
from models.errors import ConfigurationError, VerificationError
from models.files.s3_storage import S3Storage
from models.files.storage import DiskStorage
from tests.fakes import FixedClock
from tests.standins.s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, StandInS3


def _settings(tmp_path: Path, **environ: str) -> Settings:
    return load_settings({"RECADO_DATA_DIR": str(tmp_path / "data"), **environ}, tmp_path / "no.env")


def test_without_a_bucket_files_are_kept_in_the_data_directory(tmp_path: Path) -> None:
    storage = build_storage(_settings(tmp_path))
    assert isinstance(storage, DiskStorage)
    key = storage.put(b"x", "image/png")
    assert (tmp_path / "data" / "files" / key[:2] / key).read_bytes() == b"x"


def test_with_a_bucket_files_are_kept_there(tmp_path: Path) -> None:
    with StandInS3() as store:
        storage = build_storage(
            _settings(
                tmp_path,
                STORAGE_BUCKET=BUCKET,
                STORAGE_ENDPOINT_URL=store.url,
                STORAGE_REGION=REGION,
                STORAGE_ACCESS_KEY_ID=ACCESS_KEY,
                STORAGE_SECRET_ACCESS_KEY=SECRET_KEY,
            )
        )
        assert isinstance(storage, S3Storage)
        key = storage.put(b"x", "image/png")
        storage.close()
        assert store.files[key] == (b"x", "image/png")


@pytest.mark.parametrize("given", [{}, {"STORAGE_ACCESS_KEY_ID": "a"}, {"STORAGE_SECRET_ACCESS_KEY": "b"}])
def test_a_bucket_without_credentials_is_refused_with_its_cure(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="STORAGE_ACCESS_KEY_ID"):
        build_storage(_settings(tmp_path, STORAGE_BUCKET=BUCKET, **given))


def test_the_secret_of_the_setting_goes_before_the_one_of_the_folder(tmp_path: Path) -> None:
    settings = _settings(tmp_path, SECRET_KEY="sixteen-or-more-characters")
    assert find_or_make_secret(settings) == b"sixteen-or-more-characters"
    assert not (tmp_path / "data").exists()


def test_a_short_secret_is_refused_without_showing_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="SECRET_KEY is too short") as refused:
        find_or_make_secret(_settings(tmp_path, SECRET_KEY="hunter2"))
    assert "hunter2" not in str(refused.value)


def test_a_made_secret_is_private_and_found_again(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    made = find_or_make_secret(settings)
    path = tmp_path / "data" / "secret_key"
    assert len(made) >= 32
    assert find_or_make_secret(settings) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret_key"]


def test_two_installations_have_two_secrets(tmp_path: Path) -> None:
    assert find_or_make_secret(_settings(tmp_path / "a")) != find_or_make_secret(_settings(tmp_path / "b"))


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: find_or_make_secret(settings), range(40)))
    assert len(found) == 1


def test_a_folder_that_cannot_be_written_names_the_setting_that_cures_it(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands where the folder should")
    with pytest.raises(ConfigurationError, match="SECRET_KEY is not set"):
        find_or_make_secret(_settings(tmp_path))


def test_an_emptied_secret_file_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret_key").write_text("\n")
    with pytest.raises(ConfigurationError, match="holds no secret"):
        find_or_make_secret(_settings(tmp_path))


def test_links_are_made_for_the_public_address(tmp_path: Path) -> None:
    settings = _settings(tmp_path, PUBLIC_BASE_URL="https://bot.example.com")
    links = build_media_links(settings, FixedClock())
    assert not (tmp_path / "data").exists()
    url = links.url_for("0" * 32 + ".pdf")
    assert url.startswith("https://bot.example.com/media/")
    other = build_media_links(_settings(tmp_path, SECRET_KEY="another-secret-altogether"), FixedClock())
    with pytest.raises(VerificationError):
        other.verify(url.rpartition("/")[2])


def test_nobody_listens_unless_configured(tmp_path: Path) -> None:
    assert build_transcriber(_settings(tmp_path, TRANSCRIPTION_MODEL="whisper-1")) is None


def test_a_transcriber_needs_the_name_of_its_model(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="TRANSCRIPTION_MODEL is not set"):
        build_transcriber(_settings(tmp_path, TRANSCRIPTION_BASE_URL="http://localhost:8000/v1"))


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="TRANSCRIPTION_BASE_URL"):
        _settings(tmp_path, TRANSCRIPTION_BASE_URL="localhost:8000")


@pytest.mark.parametrize(("language", "sent"), [("", "pt"), ("es", "es"), ("auto", None)])
def test_the_transcriber_is_told_the_language_of_the_setting(tmp_path: Path, language: str, sent: Any) -> None:
    from tests.standins.speech import StandInSpeech

    with StandInSpeech() as speech:
        transcriber = build_transcriber(
            _settings(
                tmp_path,
                TRANSCRIPTION_BASE_URL=speech.url,
                TRANSCRIPTION_MODEL="whisper-1",
                TRANSCRIPTION_API_KEY="a-key",
                TRANSCRIPTION_LANGUAGE=language,
            )
        )
        assert transcriber is not None
        transcriber.transcribe(b"OggS", "audio/ogg", "")
        transcriber.close()
        assert speech.heard[-1].fields.get("language") == sent
        assert speech.heard[-1].key == "Bearer a-key"
