"""Checks source mappings against the files that they read, and reports columns, conditions and fields that never have a
value.

A *use* of a mapping is a condition on a record, such as: the record has a column, is kept by `where`, or gets a value
for a field. The file's `PartBooks` contain the uses that are true for at least one record.

The name of a *fault* is stored with the file. The faults are:
- no record has a column, is kept by `where`, or gets a value for a field.
- an expression fails on many records.
- a `Doubt` applies, a suspicion that the mapping declares.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from pipelines.common.sql import quoted
from pipelines.common.text import Bilingual, printable
from pipelines.contract.record.field_rules import FAILED
from pipelines.reading.sources.mapping import SourceMapping

if TYPE_CHECKING:
    from pipelines.contract.record.parts import PartBooks

# `KEEPS` and `UNWRAPS` are uses, and so also the names of their faults. `WHERE_FAILS` is only a fault.
KEEPS, WHERE_FAILS, UNWRAPS = "where", "where_fails", "unwrap"
# An expression that fails on at least one record in this many is a fault; rarer failures are only counted.
_OFTEN = 10
IDLE_WORDS = Bilingual(
    "没有文件归它：`files` 无匹配，被其他映射先取，或文件名看不出格式而映射未写 `format`",
    "it reads no file: `files` matches none, another mapping comes first, or their names show no format and it has no "
    "`format`",
)
"""Words for a mapping without any file."""
_FAULTS: Final = {
    "column": Bilingual("没有记录含有列 {name}", "no record has the column {name}"),
    "empty": Bilingual("{name} 在每条记录中都为空", "{name} is empty in every record"),
    "failed": Bilingual(
        "{name} 的表达式出错或结果为空文本，没有记录得到值",
        "the expression of {name} gives no record a value: it fails, or its text is empty",
    ),
    "often": Bilingual("{name} 的表达式在许多记录上出错", "the expression of {name} fails on many records"),
    "doubt": Bilingual(
        "无法区分授权与环境检查、预取号：600000 均无 token；请随每次回调记录 `method`"
        "（如 getLoginTokenWithTimeout）或 `stage`",
        "its authorizations cannot be distinguished from environment checks and pre-fetches: 600000 without a token; "
        "log `method` (getLoginTokenWithTimeout, …) or `stage` with each callback",
    ),
    WHERE_FAILS: Bilingual("`where` 在每条记录上都出错", "`where` fails on every record"),
    UNWRAPS: Bilingual("`[unwrap]` 没有在任何记录中找到文本", "`[unwrap]` finds a text in no record"),
    KEEPS: Bilingual("`where` 没有留下任何记录", "`where` keeps no record"),
}
# The longest name in a message; names are cut to this length.
_MAX_NAME = 64


def uses_of(mapping: SourceMapping) -> tuple[str, ...]:
    """Return the names of a mapping's uses; none if it neither maps fields nor selects records.

    A shipped mapping has only the uses that its doubts declare: a vendor's log may lack any column of its mapping.
    """
    if not (mapping.fields or mapping.kept):
        return ()
    doubts = tuple(mapping.doubted)
    if mapping.is_shipped:
        return doubts
    names = mapping.columns if mapping.fields or mapping.where else ()
    columns = [f"column {name}" for name in names if name != "record"]
    within = [UNWRAPS] if mapping.unwrap else []
    fields = (f"{kind} {name}" for name in mapping.fields for kind in ("field", "failed"))
    return (*within, *columns, KEEPS, *fields, *doubts)


def use_conditions(mapping: SourceMapping) -> str:
    """Return SELECT items with the condition of each use, called `use 0` and so on. The conditions read the raw
    columns, the column `mapped state`, and the text of each field, which is `FAILED` if the expression of the field
    failed.
    """
    return "".join(f", {_condition(use)} AS {quoted(f'use {place}')}" for place, use in enumerate(uses_of(mapping)))


def _condition(use: str) -> str:
    kind, _, name = use.partition(" ")
    if kind in ("doubt", "no"):
        return quoted(use)
    if kind == "column":
        return f"{quoted(f'raw {name}')} IS NOT NULL"
    if use == UNWRAPS:
        return '"row is within"'
    is_kept = '"mapped state" IS NULL'
    if use == KEEPS:
        return is_kept
    return f"{is_kept} AND {quoted(f'field {name}')} {'NOT IN' if kind == 'field' else 'IN'} ('', {FAILED})"


def mapping_faults(mapping: SourceMapping, books: "PartBooks") -> list[str]:
    """Return the faults of a mapping in a file that it read; none if no record could be parsed.

    If one column of a `coalesce` has a value, its other columns are not reported.
    """
    uses = uses_of(mapping)
    if not uses or not (books.uses or books.skipped):
        return []
    seen = books.uses
    doubts = [f"doubt {name}" for name in mapping.doubts if f"doubt {name}" in seen and f"no doubt {name}" not in seen]
    return doubts if mapping.is_shipped else doubts + _faults_of_own(mapping, books)


def _faults_of_own(mapping: SourceMapping, books: "PartBooks") -> list[str]:
    """Return the faults of a user's mapping, without its doubts."""
    uses = uses_of(mapping)
    missing = {use.removeprefix("column ") for use in uses if use.startswith("column ") and use not in books.uses}
    faults = [UNWRAPS] if mapping.unwrap and UNWRAPS not in books.uses else []
    faults += [f"column {name}" for name in sorted(missing) if not _has_stand_in(name, missing, mapping)]
    if KEEPS not in books.uses:
        rejected = books.reasons.get("invalid:where", 0)
        return [*faults, KEEPS] if books.skipped else [*faults, *([WHERE_FAILS] if rejected else [])]
    for name in mapping.fields:
        has_failed = f"failed {name}" in books.uses
        if f"field {name}" not in books.uses:
            faults.append(f"{'failed' if has_failed else 'empty'} {name}")
        elif has_failed and _is_often(name, books):
            faults.append(f"often {name}")
    return [*faults, "often where"] if _is_often("where", books) else faults


def _is_often(name: str, books: "PartBooks") -> bool:
    """Whether the expression of the field `name`, or `where`, failed on at least one record in ten (`_OFTEN`)."""
    return (books.nulled.get(name, 0) + books.reasons.get(f"invalid:{name}", 0)) * _OFTEN >= books.records_read


def _has_stand_in(name: str, missing: Collection[str], mapping: SourceMapping) -> bool:
    return any(name in columns and columns.difference(missing) for columns in mapping.stand_ins)


def fault_words(fault: str) -> Bilingual:
    """Return the text for a fault, given by its name."""
    kind, _, name = fault.partition(" ")
    return _FAULTS[kind].format(name=printable(name[:_MAX_NAME]))
