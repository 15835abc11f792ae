"""Source mappings, one TOML file each, which turn the raw records of a file into log records.

Shipped mappings are in the folder `mappings`, a user's own in `<data>/sources/`. A user's mapping replaces the shipped
one of the same name.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, cached_property
from itertools import chain, pairwise, product
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator

from pipelines.common.errors import UsageError
from pipelines.common.near_names import names_in
from pipelines.common.toml_files import MEND_TOML, findings, read_toml
from pipelines.contract.record.fields import FIELD_NAMES, HIDDEN_FIELDS, OPTIONAL_FIELDS
from pipelines.contract.settings.settings import Zone
from pipelines.reading.files.first_bytes import begins_as_json
from pipelines.reading.files.landing import (
    TEXT_SUFFIXES,
    LandedFile,
    bare_name,
    compression_of,
    has_suffix,
    name_of,
    names_before_rotation,
    parts_of,
)
from pipelines.reading.sources.expressions import columns_of, faulty_expressions, stand_ins_of

Format = Literal["ndjson", "csv", "parquet", "lines"]
SHIPPED = Path(__file__).parent / "mappings"
CANONICAL = "canonical"
WITHIN = ("record", "line", "envelope")
"""The columns that expressions of a mapping with `[unwrap]` can read besides those of the inner record."""

_REQUIRED = [name for name in FIELD_NAMES if name not in OPTIONAL_FIELDS]
_NAMES = "|".join(name for name in _REQUIRED if "_" in name)
# Selects records among an application's other lines: they have a required field, or are an object that was cut off or
# printed wrongly, which begins with a key or names a field. Words such as `channel` are keys and words of other logs,
# too. `{} users` is the pattern of a message, and `{id=5}` a map that Java printed.
_HOLDS_RECORD = f"""
CASE WHEN coalesce({", ".join(name for name in _REQUIRED if "_" in name)}, channel || stage) IS NOT NULL THEN true
    ELSE regexp_matches(line, '^\\{{\\s*("|$|.*({_NAMES}))') AND NOT json_valid(line)
END
"""


class Unwrap(BaseModel):
    """How a log record is extracted from a shipper's line: an SQL expression that returns its text, and the text's
    format.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    record: str
    format: Literal["ndjson", "lines"] = "ndjson"


class Doubt(BaseModel):
    """A doubt about a file, which applies if the SQL condition `where` is true for any record and `unless` for none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    where: str
    unless: str


class SourceMapping(BaseModel):
    """One source: patterns of its files, and an SQL expression over the raw record for each field.

    Without `fields` the raw record is the log record itself. With `unwrap` the raw record is extracted from the file's
    records.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9_]{1,64}$")
    files: tuple[str, ...] = Field(min_length=1)
    format: Format | None = None
    timezone: Zone | None = None
    where: str | None = None
    unwrap: Unwrap | None = None
    fields: dict[str, str] = {}
    doubts: dict[Literal["authorizations"], Doubt] = {}
    _is_shipped: bool = PrivateAttr(False)

    @property
    def is_shipped(self) -> bool:
        """Whether the mapping comes with the project."""
        return self._is_shipped

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, fields: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(fields) - set(FIELD_NAMES))
        if unknown:
            raise ValueError(f"unknown field {', '.join(unknown)}; a log record has {', '.join(FIELD_NAMES)}")
        return fields

    def matches(self, path: str) -> bool:
        """Whether the mapping reads a landed file: a pattern matches its path under landing or its name, as it is or
        without marks of log rotation.
        """
        return any(self.matches_as(name, path) for name in (path, *names_before_rotation(path)))

    def matches_as(self, named: str, path: str) -> bool:
        """Whether the mapping would read the landed file `path` if its path were `named`."""
        return fits_any(named, self.files) and (self.format is not None or format_of(path) is not None)

    def format_for(self, path: str) -> Format:
        """Return the format of a matched file: the mapping's, else that of the file's suffix."""
        found = self.format or format_of(path)
        if found is None:
            raise UsageError(
                "The name of the file does not show its format.",
                where=path,
                do=f"Name it .ndjson, .csv or .parquet, or give `format` in the source mapping {self.name}.",
            )
        return found

    @cached_property
    def fingerprint(self) -> str:
        """A digest that changes whenever the mapping would read a file differently."""
        # Unused keys are left out, so that digests from versions before these keys stay valid.
        left_out = {"files", *(name for name in ("unwrap", "doubts") if not getattr(self, name))}
        return hashlib.sha256(json.dumps(self.model_dump(exclude=left_out), sort_keys=True).encode()).hexdigest()[:16]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of the record that the expressions read, sorted."""
        return tuple(sorted({name for text in self.expressions.values() for name in columns_of(text, self.name)}))

    @cached_property
    def unwrap_columns(self) -> tuple[str, ...]:
        """The columns of the envelope that `unwrap` reads, sorted."""
        return tuple(sorted(columns_of(self.unwrap.record, self.name))) if self.unwrap else ()

    @property
    def kept(self) -> str | None:
        """The condition that selects log records: `where`, or `_HOLDS_RECORD` for log records within envelopes. None
        selects all records.
        """
        return self.where or (_HOLDS_RECORD if self.unwrap and not self.fields else None)

    @property
    def is_of_objects(self) -> bool:
        """Whether the records are JSON objects; with `unwrap`, the inner records."""
        return (self.unwrap.format if self.unwrap else self.format) != "lines"

    @cached_property
    def hidden_columns(self) -> frozenset[str]:
        """The raw columns that hidden fields are made of, which are masked in rejected records."""
        if not self.fields:
            return frozenset(HIDDEN_FIELDS)
        made = [columns_of(self.fields[name], self.name) for name in HIDDEN_FIELDS if name in self.fields]
        return frozenset().union(*made).difference(WITHIN if self.unwrap else ("record", "line"))

    @cached_property
    def stand_ins(self) -> tuple[frozenset[str], ...]:
        """The raw columns of each `coalesce`, which can replace each other."""
        return tuple(names for text in self.expressions.values() for names in stand_ins_of(text, self.name))

    @property
    def doubted(self) -> dict[str, str]:
        """The conditions of `doubts`, as `doubt <name>` (`where`) and `no doubt <name>` (`unless`)."""
        conditions: dict[str, str] = {}
        for name, doubt in self.doubts.items():
            conditions |= {f"doubt {name}": doubt.where, f"no doubt {name}": doubt.unless}
        return conditions

    @property
    def expressions(self) -> dict[str, str]:
        """All expressions, by the name of their field, `where`, or a key of `doubted`."""
        return self.fields | ({"where": self.kept} if self.kept else {}) | self.doubted


def fits_any(path: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns matches a path under landing or its file name; for a member also its path within the
    archive.
    """
    names = dict.fromkeys((path, parts_of(path)[1], name_of(path)))
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _in_each_folder(path: str) -> list[str]:
    """Return paths of a file with that suffix and no name of its own, in each folder alone, the outer ones first."""
    archive, member = parts_of(path)
    folders = [*archive.split("/")[:-1], *member.split("/")[:-1]]
    _, dot, suffix = name_of(path).partition(".")
    return [f"{folder}/-{dot}{suffix}" for folder in folders]


def format_of(path: str) -> Format | None:
    """Return the format by a file's suffix, without compression and log rotation; `ndjson` if there is no suffix, None
    if it is not that of a log.
    """
    name = bare_name(path).lower()
    if name.endswith(".csv"):
        return "csv"
    if name.endswith(TEXT_SUFFIXES) or not has_suffix(path):
        return "ndjson"
    return "parquet" if name.endswith(".parquet") and not compression_of(path) else None


@dataclass(frozen=True)
class Sources:
    """All mappings of a data folder, in order of precedence."""

    mappings: Sequence[SourceMapping] = field(default_factory=tuple)

    def for_file(self, path: str) -> SourceMapping | None:
        """Return the first mapping that matches: a user's, then a shipped one, each by its name; `canonical` is last.

        Of a user's mappings, one that matches the name as it is precedes one that matches without marks of log
        rotation. Of the shipped ones, one that matches a folder precedes one that matches the file's name, which may be
        that of another shipper; an outer folder precedes an inner one.
        """
        names = (path, *names_before_rotation(path))
        named = [mapping for mapping in self.mappings if mapping.name != CANONICAL]
        own = [mapping for mapping in named if not mapping.is_shipped]
        shipped = [mapping for mapping in named if mapping.is_shipped]
        asked = chain(product(names, own), product((*_in_each_folder(path), *names), shipped))
        if found := next((mapping for name, mapping in asked if mapping.matches_as(name, path)), None):
            return found
        return next((mapping for mapping in self.mappings if mapping.matches(path)), None)

    def for_landed(self, file: LandedFile) -> SourceMapping | None:
        """Return the mapping of a file in landing. A file without suffix is a log if the mapping has a format or the
        file begins with JSON.
        """
        mapping = self.for_file(file.path)
        if mapping is None or mapping.format is not None or has_suffix(file.path):
            return mapping
        return mapping if begins_as_json(file) else None

    def idle(self, paths: Collection[str]) -> list[str]:
        """Return the names of a user's mappings that read none of these files: no pattern matches, or others have
        precedence.
        """
        idle = [mapping.name for mapping in self.mappings if not mapping.is_shipped]
        for path in paths:
            if not idle:
                break
            if (mapping := self.for_file(path)) and mapping.name in idle:
                idle.remove(mapping.name)
        return idle

    def named(self, name: str) -> SourceMapping:
        """Return the mapping of that name.

        Raises:
            UsageError: there is none; the known ones are listed.
        """
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
        UsageError: a mapping is no TOML, contains an unknown key or field, or an invalid SQL expression; or the folder
            contains another file. One error lists the faults of all mappings.
    """
    _require_mappings_only(data / "sources")
    own: list[SourceMapping] = []
    wrong: list[UsageError] = []
    for file in sorted((data / "sources").glob("*.toml")):
        try:
            own.append(mapping := _load(file))
            unwrap = {"unwrap": mapping.unwrap.record} if mapping.unwrap else {}
            wrong += faulty_expressions(mapping.expressions | unwrap, mapping.name, str(file))
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
    return tuple(_load(file) for file in sorted(SHIPPED.glob("*.toml")))


def _require_mappings_only(folder: Path) -> None:
    for name in names_in(folder):
        if not name.endswith(".toml") and not (folder / name).is_dir():
            raise UsageError(
                f"{name} is not a source mapping: its name does not end in .toml.",
                where=str(folder / name),
                why="It would be ignored, and its logs would be read by another mapping or not at all.",
                do="Rename it so that it ends in .toml, or move it elsewhere.",
            )


def _load(file: Path) -> SourceMapping:
    try:
        mapping = SourceMapping.model_validate(read_toml(file))
    except ValidationError as error:
        raise UsageError(
            "The source mapping is wrong: " + findings(error, {"name": "1 to 64 lower-case letters, digits and _"}),
            where=str(file),
            do="A mapping has name, files, format (ndjson, csv, parquet, lines), timezone, where, "
            "[unwrap] and [fields].",
        ) from None
    except ValueError as error:
        raise UsageError(f"The source mapping is not valid TOML: {error}", where=str(file), do=MEND_TOML) from None
    if not mapping.is_of_objects and not mapping.fields:
        raise UsageError(
            "A source of format lines needs [fields].",
            where=str(file),
            do="Write for each field an expression over the column `line`.",
        )
    mapping._is_shipped = file.parent == SHIPPED
    return mapping


def _together(wrong: list[UsageError], folder: Path) -> UsageError:
    """Return one error that lists all; a single error as it is."""
    if len(wrong) == 1:
        return wrong[0]
    listed = "".join(f"\n- {error.what} ({' '.join(error.where.split())})" for error in wrong)
    return UsageError(
        f"{len(wrong)} faults in the source mappings:{listed}",
        where=str(folder),
        do="Correct each. If only one is left, its message has the advice.",
    )
