"""Folder names of apps: the key, unless a file system could confuse it."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contract.record.fields import APP_KEY_PATTERN
from reports.content.folders import app_folder, app_folders


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


@pytest.mark.parametrize("key", ["app", "60f1a2b3c4d5e6f7a8b9c0d1", "a.b-c_d", "-x", "_x", "console", "com10", "x.con"])
def test_a_plain_key_is_its_folder(key):
    assert app_folder(key, [key, "other"]) == key


@pytest.mark.parametrize(
    "key", ["CON", "con", "nul.txt", "Com1", "LPT9.log", "AUX", "x.", ".x", "CONIN$", "a/b", "..", ""]
)
def test_an_unsafe_key_becomes_its_digest(key):
    assert app_folder(key, [key]) == digest(key)


def test_case_twins_both_become_digests():
    assert app_folders(["Shop", "shop", "other"]) == {"Shop": digest("Shop"), "shop": digest("shop"), "other": "other"}


def test_a_key_spelt_like_the_digest_of_another_does_not_share_its_folder():
    folders = app_folders(["CON", digest("CON")])
    assert folders["CON"] == digest("CON")
    assert folders[digest("CON")] == digest(digest("CON"))


@settings(max_examples=30)
@given(st.sets(st.from_regex(APP_KEY_PATTERN, fullmatch=True) | st.sampled_from(["a", "A", "nul", "NUL"]), max_size=8))
def test_folders_differ_even_without_case(keys):
    folders = app_folders(keys)
    assert len({folder.casefold() for folder in folders.values()}) == len(keys)
    assert all(app_folder(key, keys) == folder for key, folder in folders.items())
