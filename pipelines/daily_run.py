"""The boxes of the daily run, one function each, in order: ingest, roll up, marts, site.

They know the data folder and each other's order, and not who calls them: Dagster's assets do (`assets.py`).
"""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.checks import CheckResult, run_checks
from pipelines.errors import UsageError
from pipelines.ingest import Clock, IngestReport, ingest
from pipelines.progress import stage
from pipelines.publish import inputs_fingerprint, site_is_current, switch_site
from pipelines.records import keyed_hash
from pipelines.registry import Registry, load_registry
from pipelines.rollup import RollupReport, roll_up
from pipelines.settings import Settings, hash_key, load_settings
from pipelines.sources import Sources, load_sources
from pipelines.store import Manifest, Store
from pipelines.warehouse import published_run

if TYPE_CHECKING:
    from pipelines.marts import MartsReport
    from reports.site import SiteReport


@dataclass
class DailyRun:
    """One run over one data folder, whose lock the caller holds."""

    store: Store
    settings: Settings
    sources: Sources
    registry: Registry
    key: str
    now: datetime
    forced: frozenset[date] = frozenset()
    checks: list[CheckResult] = field(default_factory=list)

    def ingest(self, day: date) -> IngestReport:
        """Reads what is new in landing; D and the clock say which records are too old or of the future."""
        manifest = self._manifest()
        self.store.clear_unfinished(manifest)
        with stage("ingest") as told:
            report = ingest(
                self.store, manifest, self.settings, self.sources, self.key, Clock(day, self.now), progress=told
            )
            if report.read or report.damaged or report.held:
                told.result = f"{len(report.read)} files, {report.records:,} records" + "".join(
                    f", {len(found)} {word}"
                    for found, word in ((report.damaged, "damaged"), (report.held, "held"))
                    if found
                )
        return report

    def roll_up(self, day: date) -> RollupReport:
        """Brings every day up to D up to date and commits what is then to be published."""
        manifest = self._manifest()
        before = manifest.model_copy(deep=True)
        as_of = max(day, manifest.as_of or day)
        with stage("roll up") as told:
            report = roll_up(self.store, manifest, self.settings, self.registry, as_of, self.forced, progress=told)
            if report.days or report.emptied:
                told.result = f"{len(report.days) + len(report.emptied)} days, {report.records:,} records"
            self.checks = run_checks(manifest, self.settings, self.registry, as_of)
            inputs = inputs_fingerprint(self.store, manifest, self.settings, self.registry, self.checks, as_of)
            if inputs != manifest.inputs:
                manifest.as_of, manifest.inputs = as_of, inputs
                manifest.run += 1
                zone = ZoneInfo(self.settings.timezone)
                manifest.generated_at = self.now.astimezone(zone).isoformat(timespec="seconds")
            if manifest != before:
                self.store.commit(manifest)
        return report

    def build_marts(self) -> "MartsReport | None":
        """Builds the published DuckDB file where it is not the one of the manifest."""
        manifest = self._manifest()
        with stage("marts") as told:
            if published_run(self.store.database) == (manifest.run, manifest.generated_at):
                return None
            from pipelines.marts import build_marts

            report = build_marts(self.store, manifest, self.settings, self.registry, self.checks)
            told.result = f"{len(report.rows)} tables, {sum(report.rows.values()):,} rows"
        return report

    def render_site(self) -> "SiteReport | None":
        """Renders the site of the published file where it is not there yet, and switches to it."""
        manifest = self._manifest()
        with stage("site") as told:
            if site_is_current(self.store, manifest):
                return None
            # Charts and frames take a second to import, which a run with nothing new should not pay.
            from reports.site import render_site

            fresh = self.store.fresh_folder("site")
            report = render_site(self.store.database, fresh, self.settings.xlsx_apps)
            switch_site(self.store, fresh, manifest)
            shutil.rmtree(self.store.temp, ignore_errors=True)
            told.result = f"{report.apps:,} apps, {report.files:,} files"
        return report

    def _manifest(self) -> Manifest:
        manifest = self.store.read_manifest()
        fingerprint = str(keyed_hash("authmeter", self.key))
        if manifest.key_fingerprint not in (None, fingerprint):
            raise UsageError(
                "The hash key is not the one that this data folder was made with.",
                where=str(self.store.data),
                why="The same device would have two hashes and count twice.",
                do="Give the first key again (AUTHMETER_HASH_KEY, AUTHMETER_HASH_KEY_FILE or <data>/hash.key).",
            )
        if manifest.time_zone not in (None, self.settings.timezone):
            raise UsageError(
                f"The business time zone was {manifest.time_zone} and is now {self.settings.timezone}.",
                where="timezone in authmeter.toml",
                why="Stored events carry the business day of the first zone; days of two zones cannot be added.",
                do="Set it back, or use a new data folder for the other zone.",
            )
        manifest.key_fingerprint, manifest.time_zone = fingerprint, self.settings.timezone
        return manifest


def open_run(data: Path, forced: frozenset[date] = frozenset()) -> tuple[DailyRun, str | None]:
    """Loads all that a run needs; gives it and a notice for the user, if there is one.

    Raises:
        UsageError: a setting, the registry, a source mapping or the key is wrong.
    """
    settings = load_settings(data)
    store = Store(data)
    sources = load_sources(data)
    store.landing.mkdir(parents=True, exist_ok=True)
    key, notice = hash_key(data)
    run = DailyRun(store, settings, sources, load_registry(store.registry), key, datetime.now(UTC), forced)
    return run, notice
