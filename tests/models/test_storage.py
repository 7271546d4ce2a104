"""Files are kept whole, privately and under keys that nobody guesses, on a disk as in a bucket."""

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import StorageError, StoredFileMissing
from models.files.file_types import ending_of, type_of_ending
from models.files.s3_signing import S3Credentials, sign_request
from models.files.s3_storage import S3Storage
from models.files.storage import DiskStorage, Storage, content_type_of, new_key, verify_key
from tests.fakes import FixedClock
from tests.standins.s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, StandInS3

CREDENTIALS = S3Credentials(ACCESS_KEY, SECRET_KEY, REGION)
SHORT = httpx2.Timeout(0.5)


@pytest.fixture(scope="module")
def shared_store() -> Iterator[StandInS3]:
    with StandInS3() as store:
        yield store


@pytest.fixture
def store(shared_store: StandInS3) -> StandInS3:
    shared_store.files.clear()
    shared_store.asked.clear()
    shared_store.status = 200
    return shared_store


@pytest.fixture
def bucket(store: StandInS3) -> Iterator[S3Storage]:
    storage = S3Storage(store.url, BUCKET, CREDENTIALS, max_bytes=1_000)
    yield storage
    storage.close()


@pytest.fixture
def disk(tmp_path: Path) -> DiskStorage:
    return DiskStorage(tmp_path / "kept" / "files", max_bytes=1_000)


@pytest.fixture(params=["disk", "bucket"])
def storage(request: pytest.FixtureRequest) -> Storage:
    made: Storage = request.getfixturevalue(request.param)
    return made


def test_a_file_comes_back_as_it_was_given(storage: Storage) -> None:
    content = bytes(range(256))
    key = storage.put(content, "audio/ogg; codecs=opus")
    assert storage.get(key) == content
    assert storage.size(key) == 256
    assert content_type_of(key) == "audio/ogg"


def test_an_empty_file_is_a_file(storage: Storage) -> None:
    key = storage.put(b"", "text/plain")
    assert (storage.get(key), storage.size(key)) == (b"", 0)


def test_the_same_picture_twice_is_two_files_and_one_can_be_deleted(storage: Storage) -> None:
    first, second = storage.put(b"same", "image/png"), storage.put(b"same", "image/png")
    storage.delete(first)
    assert storage.get(second) == b"same"
    with pytest.raises(StoredFileMissing):
        storage.get(first)


def test_a_file_can_be_deleted_again(storage: Storage) -> None:
    key = storage.put(b"x", "image/png")
    storage.delete(key)
    storage.delete(key)
    with pytest.raises(StoredFileMissing):
        storage.size(key)


def test_a_file_above_the_limit_is_refused_for_good_and_leaves_nothing(storage: Storage) -> None:
    assert storage.get(storage.put(b"x" * 1_000, "image/png"))
    with pytest.raises(StorageError, match="1001 bytes is too large") as refused:
        storage.put(b"x" * 1_001, "image/png")
    assert refused.value.permanent


@pytest.mark.parametrize(
    "key",
    [
        "",
        "..",
        "../../etc/passwd",
        "/etc/passwd",
        "a" * 32,
        "a" * 32 + ".png/../x",
        "A" * 32 + ".png",
        "a" * 32 + ".png\n",
        "a" * 32 + ".p%2e",
        "é" * 32 + ".png",
    ],
)
def test_a_key_that_we_did_not_make_is_no_file_and_touches_nothing(
    storage: Storage, store: StandInS3, tmp_path: Path, key: str
) -> None:
    with pytest.raises(StoredFileMissing):
        storage.get(key)
    with pytest.raises(StoredFileMissing):
        storage.size(key)
    storage.delete(key)
    assert store.asked == []
    assert not any(tmp_path.rglob("*.png"))


@given(st.text())
def test_no_text_becomes_a_path_outside_of_the_folder(text: str) -> None:
    try:
        key = verify_key(text)
    except StoredFileMissing:
        return
    assert Path("kept", key).parent == Path("kept")


@given(st.text(max_size=40))
def test_any_content_type_gives_a_key_that_is_taken_back(content_type: str) -> None:
    assert verify_key(new_key(content_type))


def test_keys_are_never_the_same() -> None:
    assert len({new_key("image/png") for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize("hostile", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "nonsense", ""])
def test_what_a_browser_would_run_is_kept_as_plain_bytes(hostile: str) -> None:
    assert content_type_of(new_key(hostile)) == "application/octet-stream"


@pytest.mark.parametrize(
    ("claimed", "ending", "served"),
    [
        ("Audio/OGG; codecs=opus", "ogg", "audio/ogg"),
        ("audio/mpeg", "mp3", "audio/mpeg"),
        ("audio/x-m4a", "m4a", "audio/mp4"),
        ("audio/amr", "amr", "audio/amr"),
        ("image/jpg", "jpg", "image/jpeg"),
        ("application/pdf", "pdf", "application/pdf"),
    ],
)
def test_types_and_endings_belong_together(claimed: str, ending: str, served: str) -> None:
    assert ending_of(claimed) == ending
    assert type_of_ending(ending) == served


# On a disk.


def test_nobody_else_on_the_machine_can_read_a_file(tmp_path: Path, disk: DiskStorage) -> None:
    previous = os.umask(0)
    try:
        key = disk.put(b"private", "image/png")
    finally:
        os.umask(previous)
    folder = tmp_path / "kept" / "files"
    file = folder / key[:2] / key
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, file.parent, file)]
    assert modes == [0o700, 0o700, 0o600]


def test_a_file_that_could_not_be_finished_leaves_no_trace(tmp_path: Path, disk: DiskStorage) -> None:
    with pytest.raises(TypeError):
        disk.put("not bytes", "image/png")  # type: ignore[arg-type]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_folder_that_cannot_be_written_is_a_passing_failure_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file stands where the folder should")
    with pytest.raises(StorageError) as failed:
        DiskStorage(tmp_path / "taken").put(b"x", "image/png")
    assert not failed.value.permanent
    assert str(tmp_path) not in str(failed.value)


def test_several_threads_can_keep_files_at_once(disk: DiskStorage) -> None:
    contents = [b"%d" % number for number in range(60)]
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda content: disk.put(content, "text/plain"), contents))
    assert [disk.get(key) for key in keys] == contents


# In a bucket.


def test_a_request_is_signed_as_in_the_published_example_of_aws() -> None:
    # "GET Object" in "Authenticating Requests (AWS Signature Version 4)", Amazon S3 API Reference.
    headers = sign_request(
        "GET",
        "https://examplebucket.s3.amazonaws.com/test.txt",
        b"",
        S3Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        datetime(2013, 5, 24, tzinfo=UTC),
        {"Range": "bytes=0-9"},
    )
    assert headers["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://s3.example.com/b/k", "s3.example.com"),
        ("https://s3.example.com:443/b/k", "s3.example.com"),
        ("http://minio:9000/b/k", "minio:9000"),
        ("http://[::1]:9000/b/k", "[::1]:9000"),
    ],
)
def test_the_signed_host_is_the_one_that_is_sent(url: str, host: str) -> None:
    assert sign_request("GET", url, b"", CREDENTIALS, datetime(2026, 1, 1, tzinfo=UTC))["host"] == host


def test_a_file_lies_in_the_bucket_with_its_type(bucket: S3Storage, store: StandInS3) -> None:
    key = bucket.put(b"%PDF", "application/pdf")
    assert store.files == {key: (b"%PDF", "application/pdf")}


@pytest.mark.parametrize(
    ("credentials", "code"),
    [
        (S3Credentials("AKIDFOREIGN", SECRET_KEY, REGION), "InvalidAccessKeyId"),
        (S3Credentials(ACCESS_KEY, "wrong", REGION), "SignatureDoesNotMatch"),
        (S3Credentials(ACCESS_KEY, SECRET_KEY, "us-east-1"), "InvalidAccessKeyId"),
    ],
)
def test_wrong_credentials_are_said_and_wait_for_the_operator(
    store: StandInS3, credentials: S3Credentials, code: str
) -> None:
    storage = S3Storage(store.url, BUCKET, credentials)
    with pytest.raises(StorageError, match=code) as refused:
        storage.put(b"x", "image/png")
    storage.close()
    assert not refused.value.permanent
    assert not isinstance(refused.value, StoredFileMissing)
    assert credentials.secret_access_key not in str(refused.value) + repr(credentials)


def test_a_clock_that_is_wrong_by_hours_is_said(store: StandInS3) -> None:
    storage = S3Storage(store.url, BUCKET, CREDENTIALS, clock=FixedClock(datetime(2020, 1, 1, tzinfo=UTC)))
    with pytest.raises(StorageError, match="RequestTimeTooSkewed"):
        storage.put(b"x", "image/png")
    storage.close()


def test_a_bucket_that_does_not_exist_is_not_taken_for_a_file_that_does_not(store: StandInS3) -> None:
    storage = S3Storage(store.url, "another", CREDENTIALS)
    with pytest.raises(StorageError, match="NoSuchBucket") as refused:
        storage.get(new_key("image/png"))
    storage.close()
    assert not isinstance(refused.value, StoredFileMissing)


@pytest.mark.parametrize("status", [500, 503, 429, 301])
def test_a_store_in_trouble_is_a_passing_failure(bucket: S3Storage, store: StandInS3, status: int) -> None:
    key = bucket.put(b"x", "image/png")
    store.status = status
    with pytest.raises(StorageError, match=str(status)) as failed:
        bucket.get(key)
    assert not failed.value.permanent


def test_a_file_that_grew_in_the_bucket_is_not_read_without_end(bucket: S3Storage, store: StandInS3) -> None:
    key = bucket.put(b"x", "image/png")
    store.files[key] = (b"x" * 100_000, "image/png")
    with pytest.raises(StorageError, match="more than 1000 bytes"):
        bucket.get(key)


def test_a_store_that_is_away_is_a_passing_failure() -> None:
    storage = S3Storage("http://127.0.0.1:9", BUCKET, CREDENTIALS, timeout=SHORT)
    with pytest.raises(StorageError, match="cannot be reached") as failed:
        storage.put(b"x", "image/png")
    storage.close()
    assert not failed.value.permanent
