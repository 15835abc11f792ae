"""Tests that `make setup` installs a command that starts, repairs a damaged or moved environment, and does nothing if
all is well. Scripts and environments are real. pip, uv, npm and `authmeter` are fakes; the fakes of pip, uv and npm
fetch nothing and record their calls.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PYTHON = Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
TOOLS = ("sh", "make", "cat", "cksum", "cmp", "cp", "cut", "dirname", "find", "mkdir", "rm", "sed", "sort")
PIP = """
import os, pathlib, sys
arguments = sys.argv[1:]
with open(os.environ["ASKED"], "a") as asked:
    print("pip", *arguments, file=asked)
wish = os.environ.get("PIP", "")
if wish == "fails":
    sys.exit("no network")
if wish == "is killed" and "--dry-run" not in arguments:
    os.kill(os.getppid(), 9)
def script(name, lines):
    file = pathlib.Path(sys.executable).with_name(name)
    file.write_text(lines)
    file.chmod(0o755)
if "-e" in arguments:
    script("authmeter", f"#!{sys.executable}\\nprint('starts in', {os.getcwd()!r})\\n")
if "requirements-node.lock" in arguments:
    script("npm", os.environ["NPM_STAND_IN"])
if "requirements-uv.lock" in arguments and "UV" in os.environ:
    script("uv", os.environ["UV"])
"""
NPM = """#!/bin/sh
echo "npm $*" >>"$ASKED"
case "$*" in
*run*build*) mkdir -p reports/static/build && echo 3 >reports/static/build/report.js;;
*) rm -rf node_modules && mkdir -p node_modules/charts && echo 1 >node_modules/charts/package.json
    echo 2 >node_modules/charts/charts.js;;
esac
"""
# The fake Python runs the real one, but its new environments have the fake pip.
INTERPRETER = f"""#!/bin/sh
echo "python $*" >>"$ASKED"
case "$*" in *-m\\ venv*)
    {PYTHON} "$@" --without-pip || exit
    for packages in .venv/lib/python3*/site-packages; do cp -r "$PIP_FOLDER" "$packages/pip"; done;;
*) {PYTHON} "$@";;
esac
"""
# The same, but it reports another path.
OTHER = INTERPRETER.replace('"$@";;', """"$@" | sed 's/$/-other/';;""")
TOO_OLD = '#!/bin/sh\necho "python $*" >>"$ASKED"\nexit 1\n'


def executable(file: Path, text: str) -> None:
    file.write_text(text, "utf-8")
    file.chmod(0o755)


@dataclass
class Clone:
    """A small project with the scripts and the Makefile of this project.

    `PATH` contains only the programs that they need.
    """

    folder: Path
    bin: Path
    asked: Path

    def make(self, *words: str, **wishes: str) -> subprocess.CompletedProcess[str]:
        """Run make with `wishes` as additional variables. The file `asked` then contains the calls of Python, pip,
        uv and npm.
        """
        self.asked.write_text("")
        env = {
            "PATH": str(self.bin),
            "ASKED": str(self.asked),
            "NPM_STAND_IN": NPM,
            "PIP_FOLDER": str(self.bin / "pip"),
        }
        line = [str(self.bin / "make"), *(words or ("setup",))]
        return subprocess.run(
            line, cwd=self.folder, env=env | wishes, capture_output=True, text=True, timeout=60, check=False
        )

    def made(self, *words: str) -> str:
        """Run make, which must succeed, and return its output."""
        done = self.make(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def calls(self) -> str:
        """Return the calls of Python, pip, uv and npm by the last make."""
        return self.asked.read_text()

    @property
    def started(self) -> str:
        """Start `authmeter` and return its output, or an empty text if it cannot be started."""
        try:
            return subprocess.run([self.folder / ".venv/bin/authmeter"], capture_output=True, text=True).stdout.strip()
        except OSError:
            return ""

    @property
    def runs(self) -> bool:
        return self.started == f"starts in {self.folder}"


def fresh(tmp_path: Path) -> Clone:
    made = Clone(tmp_path / "project", tmp_path / "bin", tmp_path / "asked")
    made.folder.mkdir()
    shutil.copytree(PROJECT / "tools", made.folder / "tools")
    shutil.copy(PROJECT / "Makefile", made.folder)
    for name in (
        "requirements.lock", *(f"requirements-{kind}.lock" for kind in ("dev", "node", "pip", "spark", "uv")),
        "pyproject.toml", "package.json", "package-lock.json", "tsconfig.json",
    ):  # fmt: skip
        (made.folder / name).write_text("1\n")
    made.bin.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, f"these tests need {tool}"
        (made.bin / tool).symlink_to(found)
    (made.bin / "pip").mkdir()
    (made.bin / "pip" / "__main__.py").write_text(PIP)
    for name, text in (("python3", INTERPRETER), ("other", OTHER), ("old", TOO_OLD), ("npm", NPM)):
        executable(made.bin / name, text)
    return made


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return fresh(tmp_path)


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of a clone that was set up, and a copy of the folder to restore it from."""
    place = tmp_path_factory.mktemp("setup") / "clone"
    place.mkdir()
    made = fresh(place)
    assert "it did not exist" in made.made()
    assert made.runs
    kept = shutil.copytree(place, place.with_name("kept"), symlinks=True)
    return place, kept


@pytest.fixture
def ready(set_up: tuple[Path, Path]) -> Clone:
    place, kept = set_up
    shutil.rmtree(place)
    shutil.copytree(kept, place, symlinks=True)
    return Clone(place / "project", place / "bin", place / "asked")


def test_where_all_is_well_nothing_is_done(ready: Clone) -> None:
    """A second set-up calls neither pip nor npm nor Python's `venv`."""
    assert ready.made() == "authmeter is set up: .venv/bin/authmeter\n"
    assert ready.calls == ""


def test_a_linked_environment_of_another_project_stays_as_it_is(ready: Clone, tmp_path: Path) -> None:
    other = fresh(tmp_path)
    (other.folder / ".venv").symlink_to(ready.folder / ".venv")
    assert "the project was at" in other.made()
    assert (other.runs, ready.runs) == (True, True)


# ---- each fault of .venv: how it comes about, and the reason that is given


def moved(clone: Clone) -> None:
    clone.folder = clone.folder.rename(clone.folder.with_name("elsewhere"))


def interpreter_gone(clone: Clone) -> None:
    for link in (clone.folder / ".venv/bin").glob("python*"):
        link.unlink()
        link.symlink_to("/nowhere/python3")


def killed(clone: Clone) -> None:
    (clone.folder / "requirements.lock").write_text("2\n")
    assert clone.make(PIP="is killed").returncode != 0


def failed_at_first(clone: Clone) -> None:
    shutil.rmtree(clone.folder / ".venv")
    assert clone.make(PIP="fails").returncode != 0


def removed(clone: Clone) -> None:
    shutil.rmtree(clone.folder / ".venv")


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (moved, "the project was at "),
        (interpreter_gone, "no longer exists"),
        (killed, "its last setup did not finish"),
        (failed_at_first, "its last setup did not finish"),
        (removed, "it did not exist"),
    ],
)
def test_an_environment_that_cannot_start_is_made_anew(
    ready: Clone, happens: Callable[[Clone], None], reason: str
) -> None:
    """One `make setup` prints the cause and makes the environment from nothing. Then the command starts."""
    (ready.folder / ".venv/left_over").write_text("of the broken one")
    happens(ready)
    said = ready.made()
    assert reason in said
    assert said.startswith("Making .venv with Python ")
    assert ready.runs
    assert not (ready.folder / ".venv/left_over").exists()
    assert "pip install --require-hashes -r requirements.lock" in ready.calls
    ready.made()
    assert ready.calls == ""


# ---- the Python that is named


def test_another_python_by_name_makes_the_environment_anew(ready: Clone) -> None:
    """`PYTHON=` also replaces an existing `.venv`. With the same name again, nothing is made."""
    assert "it was made with Python " in ready.made("setup", "PYTHON=other")
    assert ready.runs
    ready.made("setup", "PYTHON=other")
    assert "-m venv" not in ready.calls
    assert "pip" not in ready.calls


def test_without_a_name_the_python_of_the_environment_is_right(ready: Clone) -> None:
    """A Python need be named only once: the machine's `python3` may then be another, or too old."""
    ready.made("setup", "PYTHON=other")
    executable(ready.bin / "python3", TOO_OLD)
    ready.made()
    assert ready.calls == ""


@pytest.mark.parametrize("name", ["old", "absent"])
def test_a_python_too_old_or_absent_is_refused_in_words(ready: Clone, name: str) -> None:
    """The refusal leaves the existing environment as it is."""
    refused = ready.make("setup", f"PYTHON={name}")
    assert refused.returncode != 0
    assert (
        f"authmeter needs Python 3.11 or newer, but {name} is not; name another: make setup PYTHON=" in refused.stderr
    )
    assert ready.runs
    ready.made()
    assert ready.calls == ""


def test_a_machine_whose_python_is_too_old_gets_an_error_in_words(clone: Clone) -> None:
    """The first set-up ends with the reason and leaves no half environment."""
    executable(clone.bin / "python3", TOO_OLD)
    refused = clone.make()
    assert refused.returncode != 0
    assert "authmeter needs Python 3.11 or newer, but python3 is not" in refused.stderr
    assert not (clone.folder / ".venv").exists()


# ---- installed packages


@pytest.mark.parametrize(
    ("file", "call"),
    [
        ("requirements-pip.lock", "pip install --require-hashes -r requirements-pip.lock"),
        ("requirements.lock", "pip install --require-hashes -r requirements.lock"),
        ("pyproject.toml", "pip install --no-deps --no-build-isolation -e ."),
    ],
)
def test_what_changed_is_installed_into_what_stands(ready: Clone, file: str, call: str) -> None:
    """An upgrade keeps the environment: only the changed requirements are installed."""
    (ready.folder / file).write_text("2\n")
    said = ready.made()
    assert f"Updating .venv: {file} changed since it was installed." in said
    asked = [line for line in ready.calls.splitlines() if "--dry-run" not in line]
    assert [line.startswith(call) for line in asked] == [True]
    ready.made()
    assert ready.calls == ""


def test_an_upgrade_that_cannot_be_fetched_leaves_what_works(ready: Clone) -> None:
    """Without a network the old environment still starts, however often one tries; the next set-up upgrades it."""
    (ready.folder / "requirements.lock").write_text("2\n")
    for _ in range(2):
        assert ready.make(PIP="fails").returncode != 0
        assert ready.runs
    said = ready.made()
    assert "Updating .venv" in said
    assert "pip install --require-hashes -r requirements.lock" in ready.calls


def test_users_get_what_running_needs_and_developers_the_rest(ready: Clone) -> None:
    """`make setup` installs no developers' packages. `make setup-dev` adds them, and a later `make setup` keeps
    them.
    """
    shutil.rmtree(ready.folder / ".venv")
    shutil.rmtree(ready.folder / "node_modules")
    ready.made("setup")
    assert "requirements-dev.lock" not in ready.calls
    assert "--omit=dev" in ready.calls
    said = ready.made("setup-dev")
    assert "requirements-uv.lock changed since it was installed" in said
    assert "it has no packages for developers" in said
    assert "-r requirements.lock" not in ready.calls
    assert "pip install --no-compile --require-hashes -r requirements-dev.lock" in ready.calls
    assert "npm ci" in ready.calls
    assert "--omit=dev" not in ready.calls
    for target in ("setup", "setup-dev"):
        ready.made(target)
        assert ready.calls == ""


@pytest.mark.parametrize("exit_code", [0, 1])
def test_uv_installs_for_developers_and_pip_where_uv_cannot(clone: Clone, exit_code: int) -> None:
    uv = f'#!/bin/sh\necho "uv $*" >>"$ASKED"\nexit {exit_code}\n'
    said = clone.make("setup-dev", UV=uv).stdout
    by_uv = "uv pip install --quiet --python .venv/bin/python --no-compile --require-hashes -r requirements-dev.lock"
    assert by_uv in clone.calls
    by_pip = [line for line in clone.calls.splitlines() if line.startswith("pip install")]
    assert [line.split("-r ")[1].split()[0] for line in by_pip if "-r " in line] == [
        "requirements-uv.lock", *(["requirements.lock", "requirements-dev.lock"] if exit_code else []),
    ]  # fmt: skip
    assert ("uv could not install this; pip is tried" in said) == bool(exit_code)


# ---- the front end


def folder_gone(clone: Clone) -> None:
    shutil.rmtree(clone.folder / "node_modules")


def file_gone(clone: Clone) -> None:
    (clone.folder / "node_modules/charts/charts.js").unlink()


def npm_killed(clone: Clone) -> None:
    folder_gone(clone)
    executable(clone.bin / "npm", NPM + "kill -9 $PPID\n")
    assert clone.make().returncode != 0
    executable(clone.bin / "npm", NPM)


def front_end_lock_changed(clone: Clone) -> None:
    (clone.folder / "package-lock.json").write_text("2\n")


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (folder_gone, "it did not exist"),
        (file_gone, "its files changed"),
        (npm_killed, "its last setup did not finish"),
        (front_end_lock_changed, "package.json or package-lock.json changed"),
    ],
)
def test_front_end_libraries_that_are_not_whole_are_fetched_again(
    ready: Clone, happens: Callable[[Clone], None], reason: str
) -> None:
    """One `make setup` prints the cause and fetches the libraries, without touching `.venv`."""
    happens(ready)
    assert f"Installing node_modules: {reason}." in ready.made()
    assert ready.calls.startswith("npm ci ")
    assert (ready.folder / "node_modules/charts/charts.js").is_file()
    ready.made()
    assert ready.calls == ""


def test_without_npm_the_one_of_a_python_package_is_used(clone: Clone) -> None:
    """A machine with only Python is enough: npm then comes from a locked Python package."""
    (clone.bin / "npm").unlink()
    clone.made()
    assert "--require-hashes -r requirements-node.lock" in clone.calls
    assert "npm ci " in clone.calls
    assert (clone.folder / "node_modules/charts/charts.js").is_file()


# ---- the targets


@pytest.mark.parametrize(
    ("target", "kind"),
    [("demo", "user"), ("test", "dev"), ("check", "dev"), ("bench", "dev"), ("lab", "dev")],
)
def test_each_target_begins_with_the_set_up_that_it_needs(clone: Clone, target: str, kind: str) -> None:
    """On a fresh clone, `make demo` installs no developers' packages."""
    lines = [line for line in clone.made("-n", target).splitlines() if line.startswith("sh tools/")]
    assert lines[0].startswith(f"sh tools/venv.sh {kind} ")
    assert lines[1] == f"sh tools/node.sh {kind}"
