"""Tests `status.json` after runs that ended well, warned, failed or were killed, and as time passes."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pipelines.common.errors import AuthmeterError
from pipelines.common.files.lock import hold
from pipelines.contract.status import Status
from pipelines.orchestration.steps import yesterday_is_published
from pipelines.run.run_end import failures_noted, note_end
from pipelines.run.status import status_of
from tests.support import DAY, DataFolder, days_before, morning_after, records

NOW = morning_after(DAY)


def require(folder: DataFolder, state: str, *words: str, at: datetime = NOW) -> None:
    """Assert the state at `at`, that the texts of what to do contain `words`, and that `status.json` has the same last
    run.
    """
    status = status_of(folder.root, at)
    to_do = " ".join(status.to_do)
    assert (status.state, [word for word in words if word not in to_do]) == (state, []), to_do
    assert written(folder).last_run == status.last_run


def written(folder: DataFolder) -> Status:
    return Status.model_validate_json((folder.root / "status.json").read_bytes())


def leave_note(folder: DataFolder, process: int) -> None:
    """Write a note into the lock file that `process` runs, as a run does when it begins."""
    folder.store.lock.parent.mkdir(exist_ok=True)
    note = {"process": process, "doing": "run", "since": "2026-03-11T02:30:00+08:00"}
    folder.store.lock.write_text(json.dumps(note))


def test_the_state_follows_the_last_run_and_the_clock(folder: DataFolder) -> None:
    note_end(folder.root, NOW, None, None)
    require(folder, "empty", "authmeter run")
    folder.land("a.ndjson", records(3))
    folder.tables()
    note_end(folder.root, NOW, DAY, None)
    require(folder, "ok")
    require(folder, "late", "overdue", at=NOW + timedelta(days=3))
    for error, words in (
        (AuthmeterError("It broke.", do="Mend it."), ("It broke.", "Mend it.")),
        (RuntimeError("x"), ()), (OSError(28, "No space left on device"), ()), (MemoryError(), ()),
    ):  # fmt: skip
        with suppress(AuthmeterError, RuntimeError), failures_noted(folder.root, DAY):
            raise error
        require(folder, "failed", *words)
    folder.land("cut.ndjson.gz", b"\x1f\x8b\x08\x00cut")
    folder.roll_up()
    note_end(folder.root, NOW, DAY, None)
    require(folder, "warning", "damaged_files: Follow the advice")


def test_a_day_that_a_killed_run_left_unpublished_is_overdue(folder: DataFolder) -> None:
    before = days_before(DAY, 1)
    folder.land("a.ndjson", records(3, before))
    # The first run of all is killed: nothing is published.
    folder.roll_up(before)
    status = status_of(folder.root, morning_after(before))
    assert (status.published, status.state) == (None, "empty")
    folder.publish(before)
    status = status_of(folder.root, morning_after(before))
    first = status.published
    assert first
    assert (first.as_of, status.state) == (before, "ok")
    folder.land("b.ndjson", records(3, DAY))
    due = NOW + timedelta(hours=6, minutes=30)
    # The day is committed, then its tables are made, and last the site.
    for step in (folder.roll_up, folder.tables):
        step()
        status = status_of(folder.root, NOW)
        assert (status.published, status.overdue.first, status.overdue.last) == (first, DAY, DAY)
        assert status.state == "late"
        assert yesterday_is_published(folder.root, due) == (False, f"published as of {before}, due: {DAY}")
    folder.publish()
    status = status_of(folder.root, NOW)
    assert status.published
    assert (status.published.as_of, status.published.run, status.state) == (DAY, 2, "ok")
    assert yesterday_is_published(folder.root, due)[0]


def test_a_killed_run_and_wrong_settings_are_failures(folder: DataFolder) -> None:
    note_end(folder.root, NOW, DAY, None)
    with subprocess.Popen(["true"]) as dead:
        dead.wait()
    leave_note(folder, dead.pid)
    require(folder, "failed", "was killed")
    folder.write("authmeter.toml", "nonsense = 1\n")
    note_end(folder.root, datetime.now(UTC), DAY, AuthmeterError("A setting is wrong.", do="Mend it."))
    assert (written(folder).state, written(folder).to_do) == ("failed", ["Mend it."])


def test_a_killed_command_that_stores_nothing_is_no_failure_and_hides_none(folder: DataFolder) -> None:
    note_end(folder.root, NOW, DAY, None)
    folder.store.lock.parent.mkdir(exist_ok=True)
    before = status_of(folder.root, NOW).state

    def kill(command: str) -> None:
        """Leave the lock file as a killed process leaves it."""
        with hold(folder.store.lock, command, NOW):
            left = folder.store.lock.read_bytes()
        folder.store.lock.write_bytes(left)

    for command in ("whatif", "verify"):
        kill(command)
        status = status_of(folder.root, NOW)
        assert (status.state, status.interrupted) == (before, None)
        assert "killed" not in " ".join(status.to_do)
    for command in ("run", "verify", "whatif", "verify"):
        kill(command)
        status = status_of(folder.root, NOW)
        assert status.interrupted
        assert (status.state, status.interrupted.doing) == ("failed", "run")
    with hold(folder.store.lock, "run", NOW):
        pass
    assert folder.store.lock.read_bytes() == b""


def test_a_killed_run_is_not_running_because_its_number_was_given_to_another_process(folder: DataFolder) -> None:
    note_end(folder.root, NOW, DAY, None)
    leave_note(folder, os.getpid())
    status = status_of(folder.root, NOW)
    assert (status.state, status.running) == ("failed", None)
    assert status.interrupted
    assert status.interrupted.process == os.getpid()


def test_a_run_in_another_container_is_running_although_its_number_is_not_known_here(folder: DataFolder) -> None:
    note_end(folder.root, NOW, DAY, None)
    with subprocess.Popen(["true"]) as ended:
        pass
    with hold(folder.store.lock, "run", NOW):
        leave_note(folder, ended.pid)
        status = status_of(folder.root, NOW)
    assert status.interrupted is None
    assert status.running
    assert status.running.process == ended.pid
