"""The hash key: made once, taken from the environment or a file, and never one that can be guessed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pipelines.common.errors import UsageError
from pipelines.contract.settings.hash_key import hash_key
from tests.support import KEY, write_key


def test_a_key_is_made_once_at_random_for_its_owner_alone(tmp_path: Path) -> None:
    key, notice = hash_key(tmp_path / "a")
    file = tmp_path / "a" / "hash.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert notice is not None
    assert str(file) in notice
    assert key not in notice
    assert len(key) == 64
    assert hash_key(tmp_path / "a") == (key, None)
    assert hash_key(tmp_path / "b")[0] != key


def test_the_key_of_the_environment_wins_over_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_key(tmp_path / "named", "the key of a named file\n")
    monkeypatch.setenv("AUTHMETER_HASH_KEY_FILE", str(tmp_path / "named"))
    assert hash_key(tmp_path) == ("the key of a named file", None)
    monkeypatch.setenv("AUTHMETER_HASH_KEY", "the key of the environment")
    assert hash_key(tmp_path) == ("the key of the environment", None)
    assert not (tmp_path / "hash.key").exists()


def test_a_named_key_file_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHMETER_HASH_KEY_FILE", str(tmp_path / "nothing"))
    with pytest.raises(UsageError, match=r"^The hash key cannot be read: No such file or directory\."):
        hash_key(tmp_path)
    assert not (tmp_path / "hash.key").exists()


@pytest.mark.parametrize("key", ["xq7", "123456789012345", "中" * 15])
def test_a_key_that_can_be_guessed_is_refused_and_not_printed(tmp_path: Path, key: str) -> None:
    write_key(tmp_path / "hash.key", key)
    with pytest.raises(UsageError, match="shorter than 16") as refused:
        hash_key(tmp_path)
    assert key not in str(refused.value)


def test_an_empty_key_file_is_no_key(tmp_path: Path) -> None:
    write_key(tmp_path / "hash.key", "  \n")
    with pytest.raises(UsageError, match="shorter than 16"):
        hash_key(tmp_path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o610])
@pytest.mark.parametrize("is_named", [False, True])
def test_a_key_that_others_may_read_or_change_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, is_named: bool
) -> None:
    folder = tmp_path / "my data"
    folder.mkdir()
    file = folder / "hash.key"
    if is_named:
        monkeypatch.setenv("AUTHMETER_HASH_KEY_FILE", str(file))
    write_key(file, KEY)
    assert hash_key(folder) == (KEY, None)
    file.chmod(mode)
    with pytest.raises(UsageError, match="read or changed by others") as refused:
        hash_key(folder)
    # The command can be copied, whatever special characters the path has.
    assert f"`chmod 600 '{file}'`" in refused.value.do
    assert KEY not in str(refused.value)
