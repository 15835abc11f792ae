"""Switches the site to a new generation, and removes old ones.

The site is a link to the folder of a generation, named after the run; renaming the link switches all pages at once. The
previous generation, and all generations replaced a short while ago, stay for readers of their pages.
"""

import hashlib
import os
import shutil
import time
from pathlib import Path

from pipelines.common.files import durable
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store

# Time for which a replaced generation stays, because a page later loads files of its own generation.
READERS_SECONDS = 600
_GONE = ".gone"


def generation_folder(store: Store, manifest: Manifest) -> Path:
    """Return the folder for the site of the manifest's run, named after the run's number and a version."""
    # The addresses of the site's scripts contain the version too, so that a server finds the generation of the page
    # that loads them. The version depends on the run's time, because a new store counts its runs from the beginning.
    mark = hashlib.sha256(f"{manifest.as_of} {manifest.generated_at}".encode()).hexdigest()[:8]
    return store.site_generations / f"{manifest.run:08d}-{mark}"


def site_is_current(store: Store, manifest: Manifest) -> bool:
    """Return whether `site` is a link to the generation of the manifest's run, and this generation has `index.html`."""
    is_of_run = store.site.is_symlink() and store.site.resolve() == generation_folder(store, manifest).resolve()
    return is_of_run and (store.site / "index.html").is_file()


def run_of_site(store: Store) -> int | None:
    """Return the number of the run that made the site; None if the site is no link to a generation."""
    number, dash, _ = store.site.resolve().name.partition("-")
    return int(number) if dash and number.isdecimal() else None


def unfinished_site(store: Store) -> Path:
    """Create the empty folder in which a site is made; the remains of an earlier one are removed.

    It is next to the generations, because the warehouse may be on another file system.
    """
    folder = store.site_generations / f"{_GONE}-unfinished"
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def switch_site(store: Store, fresh: Path, manifest: Manifest) -> None:
    """Replace the site by the finished site in the folder `fresh`, and remove old generations (`clear_generations`).

    If `site` is a file or folder and not a link, it is renamed to `site.before`, with a number if that name is taken.
    """
    target = generation_folder(store, manifest)
    durable.make_folder(store.site_generations)
    if target.exists():
        _remove(target)
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
    if before not in (None, target.name) and (store.site_generations / str(before)).is_dir():
        # The time of replacement, which `clear_generations` reads.
        os.utime(store.site_generations / str(before))
    clear_generations(store)


def clear_generations(store: Store) -> None:
    """Remove old generations, and the remains of one whose making or removal was interrupted.

    The current generation, the previous one, and all replaced in the last `READERS_SECONDS` seconds stay.
    """
    if not store.site_generations.is_dir():
        return
    current, now = store.site.resolve().name, time.time()
    others = []
    for generation in store.site_generations.iterdir():
        if generation.name.startswith(_GONE):
            durable.discard(generation)
        elif generation.name != current:
            others.append((generation.stat().st_mtime, generation))
    for replaced_at, generation in sorted(others)[:-1]:
        if abs(now - replaced_at) > READERS_SECONDS:
            _remove(generation)


def _remove(generation: Path) -> None:
    # Renamed first, so that a half removed folder is not mistaken for a generation.
    gone = _free_name(generation.with_name(f"{_GONE}-{generation.name}"))
    os.replace(generation, gone)
    durable.discard(gone)


def _free_name(path: Path) -> Path:
    """Return the path, with a number appended if the name is taken."""
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.name}.{number}")
    return free
