"""A source mapping: which files it reads, and how it turns their raw records into log records."""

import hashlib
import json
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator

from pipelines.common.errors import UsageError
from pipelines.common.files.toml_files import MEND_TOML, findings, read_toml
from pipelines.contract.record.fields import FIELD_NAMES, HIDDEN_FIELDS, OPTIONAL_FIELDS
from pipelines.contract.settings.settings import Zone
from pipelines.reading.files.landing import (
    TEXT_SUFFIXES,
    bare_name,
    compression_of,
    has_suffix,
    name_of,
    names_before_rotation,
    parts_of,
)
from pipelines.reading.sources.expressions import columns_of, stand_ins_of

Format = Literal["ndjson", "csv", "parquet", "lines"]
SHIPPED = Path(__file__).parent / "mappings"
WITHIN = ("record", "line", "envelope")
"""The columns that expressions of a mapping with `[unwrap]` can read besides those of the inner record."""

# Required fields whose names are rare in other logs, in which `channel` and `stage` are common keys and words.
OWN_NAMES = [name for name in FIELD_NAMES if name not in OPTIONAL_FIELDS and "_" in name]
# Selects log records among the other lines of an application: objects with such a field, or with `channel` and `stage`.
# Also selects invalid JSON that ends after its brace, begins with a key or contains the name of such a field, as a
# record that was cut off or printed wrongly. Other lines can begin with a brace, too: `{} users` is the pattern of a
# message, and `{id=5}` a map that Java printed.
_HOLDS_RECORD = f"""
CASE WHEN coalesce({", ".join(OWN_NAMES)}, channel || stage) IS NOT NULL THEN true
    ELSE regexp_matches(line, '^\\{{\\s*("|$|.*({"|".join(OWN_NAMES)}))') AND NOT json_valid(line)
END
"""


def has_record_keys(keys: Collection[str]) -> bool:
    """Whether an object with these keys is a log record, valid or not, by the rule of `_HOLDS_RECORD`."""
    return not set(OWN_NAMES).isdisjoint(keys) or {"channel", "stage"} <= set(keys)


class Unwrap(BaseModel):
    """How a log record is extracted from a shipper's line: `record` is an SQL expression that returns the text of the
    log record, `format` is the format of this text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    record: str
    format: Literal["ndjson", "lines"] = "ndjson"


class Doubt(BaseModel):
    """A suspected fault of a file: reported if the SQL condition `where` is true for a record and `unless` for none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    where: str
    unless: str


class SourceMapping(BaseModel):
    """One source: patterns of its files, and an SQL expression over the raw record for each field.

    Without `fields` the raw record is the log record itself. With `unwrap` the raw record is extracted from a line or
    row that a log shipper wrote.
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
        """Whether a pattern matches the path or name of a landed file, with or without marks of log rotation, and the
        format of the file is known. If several mappings match, `Sources` decides which one reads the file.
        """
        return any(self.matches_as(name, path) for name in (path, *names_before_rotation(path)))

    def matches_as(self, named: str, path: str) -> bool:
        """Whether a pattern matches the path `named`, and the format of the landed file `path` is known. `named` is
        another path for the same file, for example the path that it had before log rotation.
        """
        return fits_any(named, self.files) and (self.format is not None or format_of(path) is not None)

    def format_for(self, path: str) -> Format:
        """Return the format of a matched file: the format that the mapping names, else the format of the file's suffix.

        Raises:
            UsageError: neither the mapping nor the suffix shows a format.
        """
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
        """The condition that selects log records: `where`, else `_HOLDS_RECORD` if the mapping has `[unwrap]` and no
        expressions for fields, else None, which selects all records.
        """
        return self.where or (_HOLDS_RECORD if self.unwrap and not self.fields else None)

    @property
    def is_of_objects(self) -> bool:
        """Whether the records (with `unwrap` the inner records) have named keys or columns and are not plain lines."""
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
        """For each `coalesce` in an expression, the raw columns that it reads; see `stand_ins_of`."""
        return tuple(names for text in self.expressions.values() for names in stand_ins_of(text, self.name))

    @property
    def doubted(self) -> dict[str, str]:
        """The SQL conditions of `doubts` by key: `doubt <name>` for its `where`, `no doubt <name>` for its `unless`."""
        conditions: dict[str, str] = {}
        for name, doubt in self.doubts.items():
            conditions |= {f"doubt {name}": doubt.where, f"no doubt {name}": doubt.unless}
        return conditions

    @property
    def expressions(self) -> dict[str, str]:
        """The SQL expressions without `unwrap`, by name: the name of a field, `where`, or a key of `doubted`."""
        return self.fields | ({"where": self.kept} if self.kept else {}) | self.doubted


def fits_any(path: str, patterns: Sequence[str]) -> bool:
    """Whether a pattern matches a path under landing, its file name, or a member's path within the archive."""
    names = dict.fromkeys((path, parts_of(path)[1], name_of(path)))
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def format_of(path: str) -> Format | None:
    """Return the format that a file's suffix shows; suffixes of compression and marks of log rotation are ignored.

    Return `ndjson` for a file without a suffix, unless it is a member of an archive. Return None for other suffixes and
    for compressed Parquet.
    """
    name = bare_name(path).lower()
    if name.endswith(".csv"):
        return "csv"
    if name.endswith(TEXT_SUFFIXES) or not has_suffix(path):
        return "ndjson"
    return "parquet" if name.endswith(".parquet") and not compression_of(path) else None


def load_mapping(file: Path) -> SourceMapping:
    """Load the mapping of a file.

    Raises:
        UsageError: the file cannot be read or is no TOML, or the mapping is invalid, for example because of an unknown
            key or field.
    """
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
