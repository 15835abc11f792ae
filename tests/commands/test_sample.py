"""`authmeter sample` and `authmeter demo` make labelled logs, and never write them among real ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.commands.operation import demo
from pipelines.sample.write import SampleSpec
from tests.published_folder import Call, Ended
from tests.support import DataFolder, days_before, published_rows, tree


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_a_sample_is_labelled_and_in_the_form_asked_for(call: Call, tmp_path: Path, yesterday: date, form: str) -> None:
    ended = call("sample", "--out", tmp_path, "--days", 2, "--apps", 2, "--events", 50, "--seed", 3, "--format", form)
    assert ended.code == 0
    assert (tmp_path / "landing" / "_SYNTHETIC.md").is_file()
    assert (tmp_path / "landing" / str(yesterday) / f"part-0000.{form}").is_file()
    assert (tmp_path / "registry" / "apps.csv").is_file()


@pytest.mark.parametrize(
    "changes",
    [
        ("--days", 0), ("--format", "xml"), ("--last-day", "never"), ("--days", 800_000), ("--last-day", "1999-12-31"),
        ("--last-day", "9999-12-31"), ("--out", ""),
    ],
)  # fmt: skip
def test_a_sample_that_cannot_be_made_is_refused(
    call: Call, tmp_path: Path, changes: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("sample", "--out", tmp_path, "--days", 1, "--apps", 1, "--events", 5, "--seed", 1, *changes).code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out", "out/landing", "out/registry"])
def test_a_file_in_place_of_a_folder_of_the_sample_is_refused(call: Call, tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("")
    ended = call("sample", "--out", tmp_path / "out", "--days", 1, "--apps", 1, "--events", 1)
    assert (ended.code, str(tmp_path / name) in ended.err) == (2, True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / name]


def test_a_sample_that_cannot_be_made_leaves_the_earlier_one(call: Call, tmp_path: Path) -> None:
    given = ("sample", "--out", tmp_path, "--days", 1, "--apps", 1, "--events", 1)
    assert "1 file, 1 line in" in call(*given).out
    before = tree(tmp_path)
    assert call(*given, "--days", 800_000).code == 2
    assert tree(tmp_path) == before


def test_a_demo_has_its_own_folder_ends_with_0_whatever_warns_and_replaces_an_earlier_one(
    call: Call, tmp_path: Path, yesterday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(last_day: date, days: int) -> Ended:
        small = {"last_day": last_day, "days": days, "apps": 2, "events": 300}
        monkeypatch.setattr(demo, "SampleSpec", lambda **given: SampleSpec(**(given | small)))
        ended = call("demo", data=tmp_path)
        assert (ended.code, ended.err, "held" in ended.out) == (0, "", False)
        return ended

    folder = tmp_path / "demo"
    before = days_before(yesterday, 1)
    said = made(before, 3).out
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    assert "warning: day_is_there" in said
    assert str(folder / "site" / "index.html") in said
    # The command reports that it made a key, and does not print the key.
    assert f"a random one was written to {folder / 'hash.key'}" in said
    assert (folder / "hash.key").read_text().strip() not in said
    database = folder / "warehouse" / "authmeter.duckdb"
    assert published_rows(database, "SELECT is_synthetic FROM publication") == [(True,)]
    assert published_rows(database, "SELECT day FROM day_quality WHERE day_state = 'missing'") == [(yesterday,)]

    made(yesterday, 2)
    assert published_rows(database, "SELECT day FROM day_quality ORDER BY day") == [(before,), (yesterday,)]


def test_a_sample_never_goes_among_real_logs(call: Call, published: DataFolder) -> None:
    before = tree(published.store.landing)
    assert call("sample", "--out", published.root, "--days", 1, "--apps", 1, "--events", 5, "--seed", 1).code == 2
    assert tree(published.store.landing) == before
