"""Publishing: is anything new, and the site's switch from one generation to the next.

The site is a link to the folder of a generation, named after the run; a rename moves all pages at once. The
generation before stays, and every one that was replaced a short while ago, for readers who are in it.
"""

import hashlib
import os
import shutil
import time
from pathlib import Path

from pipelines.common import durable
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store

# A generation stays for so long after it was replaced, whatever comes after it: a page and what it loads are one.
READERS_SECONDS = 600
_GONE = ".gone"


def generation_folder(store: Store, manifest: Manifest) -> Path:
    """Where the site of the manifest's run belongs, named after the run and the version of the site.

    The version stands in the addresses of the site's scripts as well, so that a server knows to which generation a
    page belongs that loads them; and its time tells a run from one of a store that is no more.
    """
    mark = hashlib.sha256(f"{manifest.as_of} {manifest.generated_at}".encode()).hexdigest()[:8]
    return store.site_generations / f"{manifest.run:08d}-{mark}"


def site_is_current(store: Store, manifest: Manifest) -> bool:
    """Whether the site is the one of the manifest's run."""
    return store.site.is_symlink() and store.site.resolve() == generation_folder(store, manifest).resolve()


def switch_site(store: Store, fresh: Path, manifest: Manifest) -> None:
    """Puts a finished site in place and keeps the one before it, and what was replaced a short while ago.

    A `site` that is no link (made by hand, or by something else) is moved aside, not lost.
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
        # When it was replaced: see clear_generations.
        os.utime(store.site_generations / str(before))
    clear_generations(store)


def clear_generations(store: Store) -> None:
    """Removes the generations that no reader is in any more, and what a run that died while removing left of them.

    That which stands, the one before it and those that were replaced a short while ago stay.
    """
    if not store.site_generations.is_dir():
        return
    current, now = store.site.resolve().name, time.time()
    others = []
    for generation in store.site_generations.iterdir():
        if generation.name.startswith(_GONE):
            shutil.rmtree(generation)
        elif generation.name != current:
            others.append((generation.stat().st_mtime, generation))
    for replaced_at, generation in sorted(others)[:-1]:
        if abs(now - replaced_at) > READERS_SECONDS:
            _remove(generation)


def _remove(generation: Path) -> None:
    # Renamed first: what is half removed must not be taken for a generation.
    gone = _free_name(generation.with_name(f"{_GONE}-{generation.name}"))
    os.replace(generation, gone)
    shutil.rmtree(gone)


def _free_name(path: Path) -> Path:
    """The path, with a number behind it where something has that name already."""
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.name}.{number}")
    return free
