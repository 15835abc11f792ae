"""Whether anything new is to be published: a fingerprint of all that the published tables and pages come from."""

import hashlib
from datetime import date

from pipelines.contract.checks import CheckResult
from pipelines.contract.registry.registry import Registry
from pipelines.contract.settings.settings import Settings
from pipelines.marts.carried import MARTS_VERSION
from pipelines.reading.reasons.unread import kinds
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store


def inputs_fingerprint(
    store: Store, manifest: Manifest, settings: Settings, registry: Registry, checks: list[CheckResult], as_of: date
) -> str:
    """Changes whenever the published tables or pages would: of the state only, never of the time."""
    # What a reading gave is part of it: a file that is read again may be rejected otherwise and count the same.
    files = [
        (e.path, e.sha256, e.status, e.finding, e.source, e.rejected, e.skipped, len(e.earlier_parts))
        for e in manifest.files
    ]
    kind = kinds(manifest.unread_files, settings.ignore)
    unread = [(path, file.sha256, file.bytes, kind[path]) for path, file in manifest.unread_files.items()]
    days = [(day, e.content, e.accepted, e.counted, e.unmapped) for day, e in sorted(manifest.days.items())]
    late = [(e.path, day, rows.late) for e in manifest.live_files() for day, rows in e.days.items() if rows.late]
    synthetic = (store.landing / "_SYNTHETIC.md").exists()
    inputs = (
        MARTS_VERSION,
        as_of,
        settings.timezone,
        settings.buy_lead_days,
        settings.tolerance_records,
        settings.tolerance_share,
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
        sorted(set(settings.xlsx_apps)),
    )
    return hashlib.sha256(repr(inputs).encode()).hexdigest()[:16]
