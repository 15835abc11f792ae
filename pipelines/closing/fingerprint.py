"""Computes the fingerprint of all inputs of the published tables and pages. A run publishes if it differs from the last
publication's fingerprint.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from pipelines.common.code_digest import code_digest
from pipelines.common.project import PROJECT
from pipelines.contract.checks import CheckResult
from pipelines.contract.registry.registry import Registry
from pipelines.contract.settings.settings import Settings
from pipelines.reading.reasons.unread import kinds_of
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store

CODE: Final = (
    "pipelines/closing",
    "pipelines/marts",
    "pipelines/incidents",
    "pipelines/billing",
    "reports",
    # Packages that these import: definitions and words, kinds of files and reasons of rejection, the manifest, helpers.
    "pipelines/contract",
    "pipelines/reading",
    "pipelines/store",
    "pipelines/common",
    # The release of the only library that pages load.
    "node_modules/plotly.js-basic-dist-min/package.json",
)
# The site contains neither served pages nor notebook figures, and loads the bundle instead of the scripts.
WITHOUT: Final = ("reports/notebook.py", "reports/plots", "reports/serve", "reports/static/js")
UNPUBLISHED_SETTINGS: Final[Mapping[str, str]] = {
    "schedule_time": "It says when a run begins.",
    "keep_runs_days": "Dagster's records are not published.",
    "alerts": "Messages are not published.",
    "fetch": "The files of landing contain what it changes.",
    "publish": "It says where the site is copied to, not what it is.",
    "site_url": "Messages and `status.json` have links with it; the pages' own are relative.",
    "engine": "Every engine gives the same tables.",
    "threads": "It changes how fast a run is.",
    "memory_limit": "It changes how fast a run is.",
    "block_below_share": "It says whether a day is published, not what.",
    "billing": "The checksums of the day tables contain what it changes.",
    "max_unpack_ratio": "The status of a file contains what it changes.",
    "max_unpacked_gb": "The status of a file contains what it changes.",
    "keep_events_days": "`events_from` is what it changes.",
    "keep_days": "`days_from` is what it changes.",
}
"""Settings that the fingerprint leaves out, each with the reason: it does not change published data, or only through
other inputs of the fingerprint.
"""


@cache
def publishing_digest(root: Path = PROJECT) -> str:
    """Return a digest of the code, texts, templates, scripts and styles of the published tables and pages."""
    return code_digest(CODE, WITHOUT, root=root)


def inputs_fingerprint(
    store: Store, manifest: Manifest, settings: Settings, registry: Registry, checks: list[CheckResult], as_of: date
) -> str:
    """Return a digest of everything that published tables and pages depend on: code, settings, registry, checks, and
    the files and days of the manifest.
    """
    # Results of reading are included: a file that is read again may have other rejected records and the same counts.
    files = [
        (e.path, e.sha256, e.status, e.finding, e.source, e.rejected, e.skipped, len(e.earlier_parts))
        for e in manifest.files
    ]
    kind = kinds_of(manifest, settings.ignore)
    unread = [(path, file.sha256, file.bytes, kind[path]) for path, file in manifest.unread_files.items()]
    days = [(day, e.content, e.accepted, e.counted, e.unmapped) for day, e in sorted(manifest.days.items())]
    late = [(e.path, day, rows.late) for e in manifest.live_files() for day, rows in e.days.items() if rows.late]
    synthetic = store.is_of_sample
    inputs = (
        publishing_digest(),
        as_of,
        settings.model_dump_json(exclude=set(UNPUBLISHED_SETTINGS)),
        registry.fingerprint,
        files,
        unread,
        days,
        late,
        checks,
        manifest.restatements,
        manifest.events_from,
        manifest.days_from,
        synthetic,
    )
    return hashlib.sha256(repr(inputs).encode()).hexdigest()[:16]
