"""What `authmeter check` says of landing: which source reads how many files, and which files none reads."""

from pipelines.common.text import counted, printable
from pipelines.contract.settings import Settings
from pipelines.reading.landing import LEFT_ALONE, has_any_file, scan
from pipelines.reading.sources import Sources
from pipelines.reading.unread import kinds
from pipelines.store.store import Store


def check_landing(store: Store, settings: Settings, sources: Sources) -> bool:
    """Prints it; gives whether there is a warning."""
    files: dict[str, int] = {}
    unreadable: set[str] = set()
    passed_over: set[str] = set()
    unread: list[str] = []
    for file in scan(store.landing, unreadable, passed_over):
        mapping = sources.for_file(file.path)
        name = mapping.name if mapping else "read by no source"
        files[name] = files.get(name, 0) + 1
        if mapping is None:
            unread.append(file.path)
    found = ", ".join(f"{counted(count, 'file')} {name}" for name, count in sorted(files.items()))
    if not found:
        is_there = unreadable or has_any_file(store.landing)
        found = f"no log: {LEFT_ALONE} are left alone" if is_there else f"empty: no log in {store.landing}"
    print(f"landing    {found}")
    for path in sorted(passed_over):
        print(f"left alone landing/{printable(path)} is a link or a special file")
    kind_by_path = kinds(unread, settings.ignore)
    for path, kind in kind_by_path.items():
        print(f"unread     landing/{printable(path)}: {kind.en if kind else 'named by `ignore`'}")
    for folder in sorted(unreadable):
        print(f"warning    landing/{printable(folder)} cannot be read")
    return bool(unreadable or any(kind_by_path.values()))
