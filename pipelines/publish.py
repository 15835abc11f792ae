"""Publishing: is anything new, and the site's switch from one generation to the next.

The site is a link to the folder of a generation, named after the run; a rename moves all pages at once. The
generation before stays, for readers who are in it.
"""

import hashlib
import os
import shutil
from datetime import date
from pathlib import Path

from pipelines import durable
from pipelines.checks import CheckResult
from pipelines.registry import Registry
from pipelines.settings import Settings
from pipelines.store import Manifest, Store

# Raise it when the same day tables would give other marts or pages.
MARTS_VERSION = 2


def inputs_fingerprint(
    store: Store, manifest: Manifest, settings: Settings, registry: Registry, checks: list[CheckResult], as_of: date
) -> str:
    """Changes whenever the published tables or pages would: of the state only, never of the time."""
    files = [(e.path, e.sha256, e.status, e.finding) for e in manifest.files]
    days = [(day, e.content, e.accepted, e.counted, e.unmapped) for day, e in sorted(manifest.days.items())]
    late = [(e.path, day, rows.late) for e in manifest.live_files() for day, rows in e.days.items() if rows.late]
    synthetic = (store.landing / "_SYNTHETIC.md").exists()
    told = (
        MARTS_VERSION,
        as_of,
        settings.timezone,
        registry.fingerprint,
        files,
        days,
        late,
        checks,
        manifest.restatements,
        synthetic,
        sorted(set(settings.xlsx_apps)),
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def generation_folder(store: Store, manifest: Manifest) -> Path:
    """Where the site of the manifest's run belongs; its time tells it from a run of a store that is no more."""
    mark = hashlib.sha256(str(manifest.generated_at).encode()).hexdigest()[:8]
    return store.site_generations / f"{manifest.run:08d}-{mark}"


def site_is_current(store: Store, manifest: Manifest) -> bool:
    """Whether the site is the one of the manifest's run."""
    return store.site.is_symlink() and store.site.resolve() == generation_folder(store, manifest).resolve()


def switch_site(store: Store, fresh: Path, manifest: Manifest) -> None:
    """Puts a finished site in place and keeps one generation before it.

    A `site` that is no link (made by hand, or by something else) is moved aside, not lost.
    """
    target = generation_folder(store, manifest)
    store.site_generations.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    os.sync()
    os.replace(fresh, target)
    durable.sync_folder(store.site_generations)
    before = store.site.resolve().name if store.site.is_symlink() else None
    if store.site.exists() and not store.site.is_symlink():
        os.replace(store.site, _free_name(store.site.with_name("site.before")))
    link = store.data / ".site.new"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(store.site_generations.name) / target.name)
    os.replace(link, store.site)
    durable.sync_folder(store.data)
    for generation in sorted(store.site_generations.iterdir()):
        if generation.name not in (target.name, before):
            shutil.rmtree(generation)


def _free_name(path: Path) -> Path:
    """The path, with a number behind it where something has that name already."""
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.name}.{number}")
    return free
