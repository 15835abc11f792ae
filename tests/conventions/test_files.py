"""Tracked files contain no data, no address of a package registry and no path of one machine. Each file that a text
names exists.

Installed packages are locked by their hashes.
"""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from fnmatch import fnmatchcase

import pytest

from pipelines.common.project import PROJECT

LISTED = subprocess.run(
    ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd=PROJECT,
    capture_output=True,
    check=False,
)
TRACKED = [PROJECT / name for name in LISTED.stdout.decode().split("\0") if name and (PROJECT / name).is_file()]
TEXTS = [file for file in TRACKED if file.suffix not in (".png", ".woff2", ".ico")]
# Written in two halves, so that this file may be searched as well.
REGISTRIES = [f"{name}.{end}" for name, end in (
    ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("npmmirror", "com"), ("jsdelivr",
    "net"), ("unpkg", "com"),
    ("cdnjs.cloudflare", "com"), ("fonts.googleapis", "com"), ("tuna.tsinghua", "edu.cn"), ("mirrors.aliyun", "com"),
    ("crates", "io"),
)]  # fmt: skip
# A folder of one machine: behind a quote, a blank or the like, never inside a longer path or address.
MACHINE_PATH = re.compile(r"(?<![\w./~$}<*-])/(?:home|root|Users|work)/[\w.-]")
# A file that a text names, by its name or the end of its path; a single capital letter is a placeholder for any name.
NAMED_FILE = re.compile(r"`([\w./-]+\.(?:py|sql|ts|js|css))`")
ANY_NAME = re.compile(r"(?:^|/)[A-Z]\.\w+$")
# Made at set-up, or by a run in the site.
MADE = {
    "report.js", "site.js", "figures.js", "sign_ins.js",
    "data/all.js", "data/apps.js", "data/logins.js", "data/sign_ins.js", "data/files.js",
}  # fmt: skip


def test_the_files_are_listed() -> None:
    assert LISTED.returncode == 0, "these tests need git and the history of the project"
    assert PROJECT / "pyproject.toml" in TRACKED


def test_no_file_names_a_registry() -> None:
    assert [
        f"{file.relative_to(PROJECT)}: {host}"
        for file in TEXTS
        for text in [file.read_text("utf-8", "replace")]
        for host in REGISTRIES
        if host in text
    ] == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    found = [
        f"{file.relative_to(PROJECT)}: {match[0]}"
        for file in TEXTS
        for match in MACHINE_PATH.finditer(file.read_text("utf-8", "replace"))
    ]
    assert found == []


def missing_files(text: str, paths: str) -> list[str]:
    """Return the files that a text names and `paths` lacks. `paths` has one path per line, each beginning with `/`."""
    named = {name.removeprefix("./") for name in NAMED_FILE.findall(text) if not ANY_NAME.search(name)}
    return sorted(name for name in named - MADE if f"/{name}\n" not in paths)


def test_a_file_that_a_text_names_is_there() -> None:
    paths = "".join(f"/{file.relative_to(PROJECT).as_posix()}\n" for file in TRACKED)
    assert missing_files("`test_files.py`, `pipelines/T.sql`, `data/all.js`, `gone.py`", paths) == ["gone.py"]
    found = {
        str(file.relative_to(PROJECT)): missing
        for file in TEXTS
        if file.suffix in (".py", ".sql", ".md", ".js", ".ts", ".css", ".jinja", ".toml")
        and file.name != "test_files.py"
        if (missing := missing_files(file.read_text("utf-8", "replace"), paths))
    }
    assert found == {}


def test_no_data_is_tracked() -> None:
    assert [file.name for file in TRACKED if file.is_relative_to(PROJECT / "data")] == ["README.md"]
    assert [file.name for file in TRACKED if file.suffix in (".duckdb", ".parquet", ".key", ".db")] == []


def test_a_lock_holds_hashes_and_no_address() -> None:
    for name in ("requirements.lock", *(f"requirements-{kind}.lock" for kind in ("dev", "node", "pip", "spark"))):
        text = (PROJECT / name).read_text()
        blocks = re.split(r"\n(?=[a-zA-Z0-9])", text.strip())
        packages = [block for block in blocks if not block.startswith("#")]
        assert packages, name
        for block in packages:
            assert re.match(r"[\w.-]+(\[[\w,.-]+\])?==[\w.!+]+", block), block
            assert "--hash=sha256:" in block, block.splitlines()[0]
        assert "://" not in text, name
        assert "--index-url" not in text, name


def test_the_front_ends_lock_holds_hashes_and_no_address() -> None:
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    assert len(packages) > 1
    for name, package in packages.items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
            assert "resolved" not in package, name


def locked(name: str) -> dict[str, str]:
    """Return the packages in a lock file with their versions."""
    lines = (PROJECT / name).read_text()
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,.-]+\])?==([\w.!+]+)", lines, re.MULTILINE))


def test_each_declared_dependency_is_locked() -> None:
    asked = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    groups = asked["dependency-groups"]

    def names(wanted: list[str]) -> set[str]:
        return {re.split(r"[^\w.-]", line)[0] for line in wanted}

    running, developing = locked("requirements.lock"), locked("requirements-dev.lock")
    assert names(asked["project"]["dependencies"]) | names(groups["build"]) <= running.keys()
    assert names(asked["build-system"]["requires"]) == names(groups["build"])
    assert names(groups["dev"]) <= developing.keys()
    assert names(asked["project"]["optional-dependencies"]["spark"]) <= locked("requirements-spark.lock").keys()
    assert not names(groups["dev"]) & running.keys(), "users do not get what only developers need"


def test_what_two_locks_hold_is_of_one_version() -> None:
    running = locked("requirements.lock")
    for name in ("requirements-dev.lock", "requirements-spark.lock"):
        other = locked(name)
        both = running.keys() & other.keys()
        assert both
        assert {package: running[package] for package in both} == {package: other[package] for package in both}


def test_executors_get_all_that_running_needs() -> None:
    assert locked("requirements.lock").keys() < locked("requirements-spark.lock").keys()


def test_no_folder_of_tests_is_left_out(pytestconfig: pytest.Config) -> None:
    """By default, pytest skips folders named `build` without a message."""
    left_out = pytestconfig.getini("norecursedirs")
    folders = {part for file in (PROJECT / "tests").rglob("test_*.py") for part in file.relative_to(PROJECT).parts[:-1]}
    assert "build" in folders
    assert [name for name in sorted(folders) if any(fnmatchcase(name, pattern) for pattern in left_out)] == []
