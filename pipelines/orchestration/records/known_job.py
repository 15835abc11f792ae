"""The definition of the daily job as it is recorded in a home.

To show a run, Dagster reads two snapshots: of the job, and of the plan of its steps. Snapshots depend on the code, so a
file in the home stores a digest of the code that made them.
"""

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pipelines.common.files import durable
from pipelines.orchestration.home.home import has_usual_settings
from pipelines.orchestration.home.record_files import ASSETS, FILES, RUNS, open_records

_NOTE = ".daily_job.json"


@dataclass(frozen=True)
class KnownJob:
    """A template for runs of the job (`body`, in Dagster's stored form), and the version of Dagster's tables."""

    body: dict[str, Any]
    tables: str


def has_usual_files(home: Path) -> bool:
    """Return whether runs are recorded in the home's own files: no settings were edited and no file is missing."""
    return has_usual_settings(home) and all((home / file).is_file() for file in FILES)


def known_job(home: Path) -> KnownJob | None:
    """Return the job that `note_job` stored in a home.

    Return None if no job is stored, other code stored the job, or the job's snapshots are missing. Also return None if
    the home has edited settings, lacks files or has tables of another version.
    """
    try:
        note = json.loads((home / _NOTE).read_bytes())
        job = KnownJob(note["body"], note["tables"])
        if note["code"] != _code() or not has_usual_files(home):
            return None
        with closing(open_records(home / RUNS)) as runs, closing(open_records(home / ASSETS)) as assets:
            wanted = job.body["pipeline_snapshot_id"], job.body["execution_plan_snapshot_id"]
            found = runs.execute("SELECT count(*) FROM snapshots WHERE snapshot_id IN (?, ?)", wanted).fetchone()
            versions = {_tables(runs), _tables(assets)}
    except (OSError, ValueError, KeyError, TypeError, sqlite3.DatabaseError):
        return None
    return job if found == (len(set(wanted)),) and versions == {job.tables} else None


def note_job(home: Path, body: dict[str, Any]) -> None:
    """Store the template `body` for `known_job`. The snapshots that it names are already in the home."""
    with closing(open_records(home / RUNS)) as runs:
        note = {"code": _code(), "tables": _tables(runs), "body": body}
    durable.write_file(home / _NOTE, json.dumps(note).encode())


def _tables(connection: sqlite3.Connection) -> str:
    ((version,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return str(version)


@cache
def _code() -> str:
    """Return a digest of all code that can define the job: `orchestration/`, `contract/` and Dagster's version."""
    package = Path(__file__).parents[2]
    files = [file for name in ("orchestration", "contract") for file in sorted((package / name).rglob("*.py"))]
    if (dagster := find_spec("dagster")) and dagster.origin:
        files.append(Path(dagster.origin).with_name("version.py"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
