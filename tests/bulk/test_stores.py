"""Object stores: an S3 that runs here, and what fails with one."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderkit.bulk import map_files
from orderkit.destination.loading import load_settings
from orderkit.errors import EventsError
from orderkit.events import samples
from orderkit.events.files import written
from orderkit.events.reader import open_events

boto3 = pytest.importorskip("boto3")
s3fs = pytest.importorskip("s3fs")
moto_server = pytest.importorskip("moto.server")

SETTINGS = load_settings(samples.SETTINGS)


class Store:
    """A store with one bucket."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = boto3.client("s3", endpoint_url=address, **KEYS)
        self.client.create_bucket(Bucket="lake")

    def names(self) -> set[str]:
        """The names of all objects."""
        return {each["Key"] for each in self.client.list_objects_v2(Bucket="lake")["Contents"]}

    def read(self, key: str) -> bytes:
        """What an object holds."""
        return bytes(self.client.get_object(Bucket="lake", Key=key)["Body"].read())


KEYS = {
    "aws_access_key_id": "a-key",
    "aws_secret_access_key": "a-secret",
    "region_name": "us-east-1",
}


@pytest.fixture(scope="module")
def running() -> Iterator[Store]:
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield Store(f"http://{host}:{port}")
    server.stop()


@pytest.fixture
def store(running: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Store:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "ACCESS_KEY_ID": "a-key",
        "SECRET_ACCESS_KEY": "a-secret",
        "DEFAULT_REGION": "us-east-1",
        "ENDPOINT_URL": running.address,
        "EC2_METADATA_DISABLED": "true",
        "MAX_ATTEMPTS": "1",
        "CONFIG_FILE": str(tmp_path / "none"),
        "SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    s3fs.S3FileSystem.clear_instance_cache()
    return running


def test_from_a_store_into_a_new_prefix(store: Store) -> None:
    """A prefix under which there is nothing becomes the folder, and what is finished is kept."""
    for name in ("a", "b"):
        store.client.put_object(
            Bucket="lake", Key=f"in/{name}.ndjson", Body=samples.EVENTS.read_bytes()
        )
    done = map_files(["s3://lake/in/*"], SETTINGS, "s3://lake/new/prefix", jobs=1)
    assert (done.outcomes, done.reused) == ({"mapped": 14}, 0)
    made = {key for key in store.names() if key.startswith("new/prefix/")}
    assert len(made) == 7  # payloads, rejects and a receipt each, and the manifest
    (one, _other) = sorted(key for key in made if re.search(r"-[0-9a-f]{8}\.ndjson$", key))
    assert store.read(one).count(b'"order_info"') == 7
    assert map_files(["s3://lake/in/*"], SETTINGS, "s3://lake/new/prefix", jobs=1).reused == 2


def test_an_object_is_uploaded_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is copied or renamed at the store, and what fails in its midst leaves nothing."""
    calls: Counter[str] = Counter()
    call = s3fs.S3FileSystem._call_s3

    async def counted(fs: Any, method: str, *args: Any, **more: Any) -> Any:
        calls[method] += 1
        return await call(fs, method, *args, **more)

    monkeypatch.setattr(s3fs.S3FileSystem, "_call_s3", counted)
    with written("s3://lake/once.ndjson") as file:
        file.write(b"x" * 6 * 2**20)
    assert len(store.read("once.ndjson")) == 6 * 2**20
    assert calls.keys() <= {"create_multipart_upload", "upload_part", "complete_multipart_upload"}
    with pytest.raises(TypeError), written("s3://lake/half.ndjson") as file:
        file.writelines([b"x" * 6 * 2**20, None])
    assert "half.ndjson" not in store.names()
    assert "Uploads" not in store.client.list_multipart_uploads(Bucket="lake")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "Could not connect to the endpoint URL"),
        ({"AWS_ENDPOINT_URL": "nonsense"}, "Invalid endpoint: nonsense"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "Unable to locate credentials"),
    ],
)
def test_what_a_store_fails_with_is_one_line(
    store: Store, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], said: str
) -> None:
    """Endpoints that cannot be reached and credentials that are none are told, read or written."""
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(EventsError, match=said) as read, open_events("s3://lake/in.ndjson") as file:
        list(file)
    with pytest.raises(EventsError, match=said):
        map_files([str(samples.EVENTS)], SETTINGS, "s3://lake/out", jobs=1)
    assert "\n" not in str(read.value)
    assert store.address


def test_a_bucket_that_is_not_there(store: Store) -> None:
    """It is named, and no bucket is made of a name that was misspelled."""
    with (
        pytest.raises(EventsError, match="there is no such file"),
        open_events("s3://leak/in.ndjson"),
    ):
        pass
    with pytest.raises(EventsError, match="bucket does not exist"):
        map_files([str(samples.EVENTS)], SETTINGS, "s3://leak/out", jobs=1)
    names = [bucket["Name"] for bucket in store.client.list_buckets()["Buckets"]]
    assert names == ["lake"]
