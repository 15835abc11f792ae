"""Tests addresses of buckets in the settings: which are accepted, and that no error message shows a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.common.errors import UsageError
from pipelines.contract.settings.settings import load_settings

SECRET = "hunter2-hunter2"


@pytest.mark.parametrize(
    "url",
    [
        f"s3://key:{SECRET}@logs/app",
        f"s3://{SECRET}@logs",
        f"oss://logs/app?OSSAccessKeyId=x&Signature={SECRET}",
        f"az://logs/app?sv=2024&sig={SECRET}",
        f"s3://logs#{SECRET}",
        f"https://user:{SECRET}@host/logs",
        f"sftp://user:{SECRET}@host/logs",
        f"s3://logs/../{SECRET}",
        f"s3:///{SECRET}",
        f"file://host/{SECRET}",
        "",
    ],
)
@pytest.mark.parametrize("table", ["[[fetch]]\ninto = 'in'", "[publish]"])
def test_an_address_that_is_none_or_has_a_secret_is_refused_without_repeating_it(
    tmp_path: Path, url: str, table: str
) -> None:
    if not url and table == "[publish]":
        return
    (tmp_path / "authmeter.toml").write_text(f"{table}\nurl = '{url}'\n")
    with pytest.raises(UsageError) as found:
        load_settings(tmp_path)
    assert found.value.exit_code == 2
    assert "url" in str(found.value)
    assert SECRET not in str(found.value)


@pytest.mark.parametrize("endpoint", [f"https://key:{SECRET}@host", f"https://host?sig={SECRET}", "host", "s3://host"])
def test_an_endpoint_is_a_server_alone(tmp_path: Path, endpoint: str) -> None:
    (tmp_path / "authmeter.toml").write_text(f"[publish]\nurl = 's3://site'\nendpoint = '{endpoint}'\n")
    with pytest.raises(UsageError, match="endpoint") as found:
        load_settings(tmp_path)
    assert SECRET not in str(found.value)


@pytest.mark.parametrize("key", ["access_key_id", "secret_access_key", "token", "password", "credentials"])
@pytest.mark.parametrize("table", ["[[fetch]]\nurl = 's3://logs'\ninto = 'in'", "[publish]\nurl = 's3://site'"])
def test_a_credential_in_the_settings_is_refused_without_repeating_it(tmp_path: Path, table: str, key: str) -> None:
    (tmp_path / "authmeter.toml").write_text(f"{table}\n{key} = '{SECRET}'\n")
    with pytest.raises(UsageError, match=key) as found:
        load_settings(tmp_path)
    assert found.value.exit_code == 2
    assert SECRET not in str(found.value)


@pytest.mark.parametrize("into", ["", "/etc", "../up", "a/../b", "a//b", ".hidden", "_tmp", "a\\b", "a\tb", "a.tmp"])
def test_objects_come_into_a_folder_of_landing_that_is_read(tmp_path: Path, into: str) -> None:
    (tmp_path / "authmeter.toml").write_text(f"[[fetch]]\nurl = 's3://logs'\ninto = '''{into}'''\n")
    with pytest.raises(UsageError, match="into"):
        load_settings(tmp_path)


@pytest.mark.parametrize("other", ["in", "IN", "in/below"])
def test_each_bucket_has_a_folder_of_its_own(tmp_path: Path, other: str) -> None:
    tables = "".join(f"[[fetch]]\nurl = 's3://logs'\ninto = '{into}'\n" for into in ("in", other))
    (tmp_path / "authmeter.toml").write_text(tables)
    with pytest.raises(UsageError, match="folder of another"):
        load_settings(tmp_path)


def test_addresses_of_every_kind_are_taken(tmp_path: Path) -> None:
    urls = ["s3://logs/app@host/", "oss://logs", "gs://logs/a b", "az://logs", "file:///mnt/logs"]
    tables = "".join(f"[[fetch]]\nurl = '{url}'\ninto = '{place}'\n" for place, url in enumerate(urls))
    (tmp_path / "authmeter.toml").write_text(tables)
    assert [one.url for one in load_settings(tmp_path).fetch] == [url.rstrip("/") for url in urls]


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ("[publish]\ntables_url = 's3://tables'\n", "needs tables = "),
        ("tables = ['parquet']\n[publish]\nurl = 's3://site'\ntables_url = 's3://site/'\n", "must not be url"),
        (f"tables = ['parquet']\n[publish]\ntables_url = 's3://key:{SECRET}@tables'\n", "tables_url"),
    ],
)
def test_an_unusable_tables_url_is_refused(tmp_path: Path, settings: str, what: str) -> None:
    (tmp_path / "authmeter.toml").write_text(settings)
    with pytest.raises(UsageError, match=what) as found:
        load_settings(tmp_path)
    assert SECRET not in str(found.value)
