"""Loads the source mappings of a data folder, one TOML file each, and selects the mapping that reads a file.

Shipped mappings are in the folder `mappings`, a user's own in `<data>/sources/`. A user's mapping replaces the shipped
one of the same name.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, pairwise, product
from pathlib import Path

from pipelines.common.errors import UsageError
from pipelines.common.files.near_names import names_in, require_folder
from pipelines.contract.record.fields import FIELD_NAMES
from pipelines.reading.files.first_bytes import begins_as_json
from pipelines.reading.files.landing import LandedFile, has_suffix, name_of, names_before_rotation, parts_of
from pipelines.reading.sources.expressions import faulty_expressions
from pipelines.reading.sources.mapping import SHIPPED, SourceMapping, load_mapping

CANONICAL = "canonical"


@dataclass(frozen=True)
class Sources:
    """All mappings of a data folder, in order of precedence."""

    mappings: Sequence[SourceMapping] = field(default_factory=tuple)

    def for_file(self, path: str) -> SourceMapping | None:
        """Return the mapping that reads a file; None if none matches.

        The user's mappings have precedence over the shipped ones, and `canonical` is last. Among the user's, a match of
        the unchanged path goes first; among the shipped ones, a match of a folder, outer folders before inner ones.
        Then the order of names decides.
        """
        # A mapping of the user that matches the unchanged path precedes one that matches it only without marks of log
        # rotation. A shipped mapping that matches a folder precedes one that matches the file's name, because several
        # shippers can use the same file name; a match of an outer folder precedes one of an inner folder.
        names = (path, *names_before_rotation(path))
        named = [mapping for mapping in self.mappings if mapping.name != CANONICAL]
        own = [mapping for mapping in named if not mapping.is_shipped]
        shipped = [mapping for mapping in named if mapping.is_shipped]
        asked = chain(product(names, own), product((*_in_each_folder(path), *names), shipped))
        if found := next((mapping for name, mapping in asked if mapping.matches_as(name, path)), None):
            return found
        return next((mapping for mapping in self.mappings if mapping.name == CANONICAL and mapping.matches(path)), None)

    def for_landed(self, file: LandedFile) -> SourceMapping | None:
        """Return the mapping that reads a file in landing; None if none does. A file without suffix is read only if the
        mapping has a `format` or the file begins with JSON.
        """
        mapping = self.for_file(file.path)
        if mapping is None or mapping.format is not None or has_suffix(file.path):
            return mapping
        return mapping if begins_as_json(file) else None

    def idle(self, paths: Collection[str]) -> list[str]:
        """Return the names of the user's mappings that read none of these files: no pattern matches, or other mappings
        have precedence.
        """
        idle = [mapping.name for mapping in self.mappings if not mapping.is_shipped]
        for path in paths:
            if not idle:
                break
            if (mapping := self.for_file(path)) and mapping.name in idle:
                idle.remove(mapping.name)
        return idle

    def named(self, name: str) -> SourceMapping:
        """Return the mapping of that name. Raises UsageError, with the known names, if there is none."""
        for mapping in self.mappings:
            if mapping.name == name:
                return mapping
        known = ", ".join(sorted(mapping.name for mapping in self.mappings))
        raise UsageError(
            f"The source {name!r} does not exist.", do=f"Known sources: {known}. Yours belong in <data>/sources/."
        )


def load_sources(data: Path) -> Sources:
    """Load the shipped mappings and the mappings of the data folder.

    Raises:
        UsageError: a mapping cannot be used, or two have the same name; one error lists the faults of all mappings.
            Also raised if the folder has a file whose name does not end in `.toml`, or is no folder.
    """
    require_folder(data / "sources", "Source mappings are read from the folder of that name.")
    _require_mappings_only(data / "sources")
    own: list[SourceMapping] = []
    wrong: list[UsageError] = []
    for file in (data / "sources" / name for name in _mappings_in(data / "sources")):
        try:
            own.append(mapping := load_mapping(file))
            unwrap = {"unwrap": mapping.unwrap.record} if mapping.unwrap else {}
            faulty = list(faulty_expressions(mapping.expressions | unwrap, mapping.name, str(file)))
            wrong += faulty or _twin_columns(mapping, str(file))
        except UsageError as error:
            wrong.append(error)
    for first, second in pairwise(sorted(own, key=lambda mapping: mapping.name)):
        if first.name == second.name:
            do = "Rename one."
            wrong.append(UsageError(f"Two mappings have the name {first.name!r}.", where=str(data / "sources"), do=do))
    if wrong:
        raise _together(wrong, data / "sources")
    own_names = {mapping.name for mapping in own}
    shipped = [mapping for mapping in shipped_mappings() if mapping.name not in own_names]
    ordered = sorted(own, key=lambda m: m.name) + sorted(shipped, key=lambda m: (m.name == CANONICAL, m.name))
    return Sources(tuple(sorted(ordered, key=lambda m: m.name == CANONICAL)))


@cache
def shipped_mappings() -> tuple[SourceMapping, ...]:
    """Return the mappings that come with the project, by name."""
    return tuple(load_mapping(file) for file in sorted(SHIPPED.glob("*.toml")))


def _mappings_in(folder: Path) -> list[str]:
    """Return the names of the mapping files in a folder, without hidden files, such as the locks of editors."""
    return [name for name in names_in(folder) if name.endswith(".toml") and not (folder / name).is_dir()]


def _twin_columns(mapping: SourceMapping, where: str) -> Iterator[UsageError]:
    """Yield an error for each pair of columns that a mapping reads from one record and that differ only in case."""
    of_record = mapping.columns if mapping.fields else (*FIELD_NAMES, *mapping.columns)
    for names in (of_record, mapping.unwrap_columns):
        known: dict[str, str] = {}
        for name in sorted(names):
            twin = known.setdefault(name.casefold(), name)
            if twin != name:
                yield UsageError(
                    f"The mapping reads the columns {twin} and {name}, which differ in case alone.",
                    where=where,
                    why="In SQL both are the same column, so one would be read in the place of the other.",
                    do=f"Read one of them. A key of JSON can be read as record ->> '$.{name}'.",
                )


def _require_mappings_only(folder: Path) -> None:
    for name in names_in(folder):
        if not name.endswith(".toml") and not (folder / name).is_dir():
            raise UsageError(
                f"{name} is not a source mapping: its name does not end in .toml.",
                where=str(folder / name),
                why="It would be ignored, and its logs would be read by another mapping or not at all.",
                do="Rename it so that it ends in .toml, or move it elsewhere.",
            )


def _together(wrong: list[UsageError], folder: Path) -> UsageError:
    """Return one error that lists all errors in `wrong`; a single error is returned unchanged."""
    if len(wrong) == 1:
        return wrong[0]
    listed = "".join(f"\n- {error.what} ({' '.join(error.where.split())})" for error in wrong)
    return UsageError(
        f"{len(wrong)} faults in the source mappings:{listed}",
        where=str(folder),
        do="Correct each. If only one is left, its message has the advice.",
    )


def _in_each_folder(path: str) -> list[str]:
    """Return for each folder above a file, outer folders first, a path in which `-` replaces the file's name, such as
    `folder/-.log`. A pattern matches such a path only by the folder's name or the file's suffix.
    """
    archive, member = parts_of(path)
    folders = [*archive.split("/")[:-1], *member.split("/")[:-1]]
    _, dot, suffix = name_of(path).partition(".")
    return [f"{folder}/-{dot}{suffix}" for folder in folders]
