"""The stages of the daily run, one method each, in order: fetch, ingest, roll up, marts, site, publish.

The steps of `orchestration/steps.py` call them, for Dagster and for commands.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.buckets.fetch import FetchReport, fetch
from pipelines.buckets.mirror import MirrorReport
from pipelines.buckets.notes import note_findings
from pipelines.closing.billing_warnings import billing_as_of
from pipelines.closing.close import PendingPublication, close_days, next_as_of, publication_of, publish
from pipelines.closing.machine_clock import require_sound_clock
from pipelines.closing.package_restatements import note_changed_packages
from pipelines.common.days import require_same_zone
from pipelines.common.errors import AuthmeterError, unforeseen
from pipelines.common.process.machine_limits import as_machine_error
from pipelines.common.process.progress import Stage, stage
from pipelines.common.text import counted, listed
from pipelines.contract.checks import CheckResult
from pipelines.contract.registry.registry import Registry, load_registry
from pipelines.contract.settings.hash_key import hash_key, key_fingerprint, require_same_key
from pipelines.contract.settings.settings import Settings, load_settings
from pipelines.ingest.context import IngestContext
from pipelines.ingest.ingest import IngestReport, ingest
from pipelines.ingest.part_reader import RunTime
from pipelines.ingest.reread import RereadRequest, reread
from pipelines.reading.sources.sources import Sources, load_sources
from pipelines.rollup.inputs import RollupInputs
from pipelines.rollup.rollup import RollupReport, roll_up
from pipelines.run.engines import engine_of
from pipelines.run.retention import apply_retention, first_kept_day
from pipelines.run.site_copy import copy_site
from pipelines.run.site_generations import clear_generations, site_is_current, switch_site, unfinished_site
from pipelines.store.manifest import FileEntry, Manifest
from pipelines.store.published_file import has_wal, published_run, remove_wal
from pipelines.store.store import Store

if TYPE_CHECKING:
    from pipelines.engines.base import Engine
    from reports.build.site import SiteReport


@dataclass
class DailyRun:
    """One run over one data folder. The caller holds the folder's lock during the stages."""

    store: Store
    settings: Settings
    sources: Sources
    registry: Registry
    key: str
    now: datetime
    # Days to roll up even if nothing changed.
    forced: frozenset[date] = frozenset()
    # Selects files to read again.
    reread: RereadRequest | None = None
    # The error that ended the run early.
    failure: AuthmeterError | None = None
    # Whether the site was rendered or is current.
    is_done: bool = False
    # Set by the roll-up or, without one, when `publication` is first read.
    decided_publication: PendingPublication | None = field(default=None, repr=False)
    # The manifest as last read or committed.
    loaded: Manifest | None = field(default=None, repr=False)

    @property
    def manifest(self) -> Manifest:
        """The manifest, read once for all stages, and again after a stage failed or another process committed."""
        if self.loaded is None or not self.store.is_as_read(self.loaded):
            self.loaded = self.store.read_manifest()
        return self.loaded

    @property
    def publication(self) -> PendingPublication | None:
        """The publication that this run's roll-up decided, else as computed now; None if nothing is published."""
        as_of = self.manifest.as_of
        if self.decided_publication is None and as_of is not None:
            given = self.store, self.manifest, self.settings, self.registry, as_of
            self.decided_publication = publication_of(*given, billing_as_of(*given))
        return self.decided_publication

    @property
    def checks(self) -> list[CheckResult]:
        """The results of the warning checks on the publication, passed or not; empty if nothing is published."""
        return self.publication.checks if self.publication else []

    @property
    def engine(self) -> "Engine":
        """The engine of the settings, which reads files and rolls up days."""
        return engine_of(self.settings, self.store)

    @property
    def _ingest_context(self) -> IngestContext:
        return IngestContext(self.store, self.settings, self.sources, self.key, self.engine)

    @property
    def _rollup_inputs(self) -> RollupInputs:
        return RollupInputs(self.store, self.settings, self.registry, self.engine)

    def fetch(self) -> FetchReport:
        """Copy new objects from the buckets of the settings into landing."""
        if not self.settings.fetch:
            note_findings(self.store, "fetch", {})
            return FetchReport()
        with self._stage("fetch") as progress:
            report = fetch(self.store, self.settings.fetch, self.now, progress)
            progress.result = report.summary
        return report

    def ingest(self, day: date) -> IngestReport:
        """Read new files of landing, and read again the files that `reread` selects.

        `day` decides which records are too old, the clock decides which are in the future.
        """
        with self._stage("ingest") as progress:
            manifest = self._own_manifest()
            self.store.clear_unfinished(manifest)
            time = RunTime(day, self.now, manifest.events_from)
            report = ingest(self._ingest_context, manifest, time, progress, self._is_to_be_reread)
            if report.read or report.damaged or report.held:
                progress.result = f"{counted(len(report.read), 'file')}, {counted(report.records, 'record')}" + "".join(
                    f", {len(found)} {word}"
                    for found, word in ((report.damaged, "damaged"), (report.held, "held"))
                    if found
                )
        for encoding, paths in sorted(report.encodings.items()):
            print(f"read as {encoding}: {listed(sorted(paths))}")
        if self.reread:
            with self._stage("reread") as progress:
                found_again = reread(self._ingest_context, manifest, self.reread, progress=progress)
                progress.result = f"{counted(found_again.read, 'file')}, {len(found_again.changed):,} of them changed"
            for line in found_again.lines():
                print(line)
        return report

    def _is_to_be_reread(self, entry: FileEntry) -> bool:
        return bool(self.reread and self.reread.selects(entry, self.sources, self.settings.timezone))

    def roll_up(self, day: date) -> RollupReport:
        """Roll up the days whose tables are missing or outdated, and commit them with the publication.

        Days are closed up to `day`, or up to the published as-of if that is later. Data that is older than the settings
        allow is removed.
        """
        with self._stage("roll up") as progress:
            manifest = self._own_manifest()
            as_of = next_as_of(manifest, day)
            kept_from = first_kept_day(manifest, self.settings, day)
            report = roll_up(self._rollup_inputs, manifest, as_of, self.forced, kept_from, progress)
            if report.days or report.emptied:
                days = len(report.days) + len(report.emptied)
                progress.result = f"{counted(days, 'day')}, {counted(report.records, 'record')}"
            close_days(self.store, manifest, self.settings, as_of)
            # Old data is removed only after the last roll-up of its days.
            apply_retention(self.store, manifest, self.settings, day)
            billing = billing_as_of(self.store, manifest, self.settings, self.registry, as_of)
            report.restated_figures += note_changed_packages(self.store, manifest, billing, report.causes)
            publication = publication_of(self.store, manifest, self.settings, self.registry, as_of, billing)
            publish(manifest, publication, self.settings.timezone, self.now)
            self.store.commit(manifest)
            # Set after the commit, because a failed commit stores no publication.
            self.decided_publication = publication
        return report

    def build_marts(self) -> None:
        """Build the published DuckDB file. Do nothing if the file is current.

        The file is current if the manifest's run made it, and no client wrote to it.
        """
        with self._stage("marts") as progress:
            manifest = self._own_manifest()
            if has_wal(self.store.database):
                print("a client wrote to the published file: it is made again, and its .wal file is removed")
            elif published_run(self.store.database) == (manifest.run, manifest.generated_at):
                return
            from pipelines.incidents.all_incidents import all_incidents
            from pipelines.marts.build import build_marts

            billing = self.publication.billing if self.publication else None
            incidents = all_incidents(self.store, manifest, self.settings, self.registry)
            rows = build_marts(self.store, manifest, self.settings, self.registry, self.checks, billing, incidents)
            progress.result = f"{len(rows)} tables, {sum(rows.values()):,} rows"

    def render_site(self) -> "SiteReport | None":
        """Render the site from the published file, and switch to it. Return None if the site is current already."""
        with self._stage("site") as progress:
            manifest = self._own_manifest()
            # A client that opened the file before the swap may have written to it since.
            remove_wal(self.store.database)
            if site_is_current(self.store, manifest):
                # Days that were computed again without a change are still in the temporary folder.
                shutil.rmtree(self.store.temp, ignore_errors=True)
                clear_generations(self.store)
                self.is_done = True
                return None
            # Imported lazily: importing takes a second, and a run with nothing new does not need it.
            from reports.build.site import render_site
            from reports.export.incident_records import incident_records

            fresh = unfinished_site(self.store)
            before = self.store.site.resolve() if self.store.site.is_symlink() else None
            temp = self.store.temp / "records"
            records = incident_records(self.store, manifest, self.settings, self.registry, self.key, temp)
            given = self.store.database, fresh, self.settings.xlsx_apps, self.settings, before, records
            report = render_site(*given, manifest.events_from)
            switch_site(self.store, fresh, manifest)
            remove_wal(self.store.database)
            shutil.rmtree(self.store.temp, ignore_errors=True)
            progress.result = f"{counted(report.apps, 'app')}, {counted(report.files, 'file')}"
            self.is_done = True
        return report

    def publish_site(self) -> MirrorReport | None:
        """Copy the site and the tables to the buckets of the settings. Return None if nothing was copied.

        A bucket that already has the current site or tables is skipped.
        """
        publish = self.settings.publish
        # A retry in Dagster runs only the steps that failed, so `render_site` may not have run.
        self.is_done = self.is_done or site_is_current(self.store, self.manifest)
        if not (publish.url or publish.tables_url):
            return copy_site(self.store, publish, lambda done, total: None)
        with self._stage("publish") as progress:
            report = copy_site(self.store, publish, progress)
            if report:
                progress.result = f"{counted(report.files, 'file')}, {report.bytes / 10**6:,.1f} MB"
                if report.removed:
                    progress.result += f", {report.removed:,} removed"
        return report

    @contextmanager
    def _stage(self, name: str) -> Iterator[Stage]:
        """Run the `with` block as a stage, and keep its error in `failure`.

        A full disk, too little memory and missing rights are raised as an `AuthmeterError` that explains them.
        """
        try:
            with stage(name) as progress:
                yield progress
        except AuthmeterError as error:
            self.failure, self.loaded = error, None
            raise
        except Exception as error:
            self.loaded = None
            self.failure = as_machine_error(error, str(self.store.data))
            if self.failure:
                raise self.failure from error
            self.failure = unforeseen(error, str(self.store.data), f" in the step {name}")
            raise

    def _own_manifest(self) -> Manifest:
        """Return the manifest, with the hash key's fingerprint and the time zone set.

        Raises:
            UsageError: the stored records were read with another hash key or time zone.
        """
        manifest = self.manifest
        require_same_key(manifest.key_fingerprint, self.key, self.store.data)
        require_same_zone(manifest.time_zone, self.settings.timezone)
        manifest.key_fingerprint, manifest.time_zone = key_fingerprint(self.key), self.settings.timezone
        return manifest


def open_run(data: Path) -> tuple[DailyRun, str | None]:
    """Load the inputs of a run. Return the run, and a notice for the user or None.

    Raises:
        UsageError: a setting, the registry, a source mapping or the key is wrong.
        AuthmeterError: the manifest cannot be read, or the clock is more than a day behind the last run.
    """
    settings = load_settings(data)
    store = Store(data)
    sources = load_sources(data)
    store.require_landing_folder()
    store.landing.mkdir(parents=True, exist_ok=True)
    manifest, now = store.read_manifest(), datetime.now(UTC)
    require_sound_clock(manifest, now)
    key, notice = hash_key(data, may_make=manifest.key_fingerprint is None)
    registry = load_registry(store.registry, settings.timezone)
    return DailyRun(store, settings, sources, registry, key, now, loaded=manifest), notice
