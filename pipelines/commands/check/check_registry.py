"""Checks the registry for `authmeter check`: rows of each kind, rows that do not count, and how to correct them."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from pipelines.common.errors import UsageError
from pipelines.common.text import counted
from pipelines.contract.record.channels import METHODS, NUMBER_CHANNELS
from pipelines.contract.record.fields import LAYERS, MALFORMED, OUTCOMES, PLATFORMS, STAGES
from pipelines.contract.registry.limits import DEFAULTS, KEYS
from pipelines.contract.registry.registry import Registry
from pipelines.contract.registry.row_files import NO_COLUMN, NOT_UTF_8, UNREADABLE
from pipelines.incidents.acknowledging import HOW_TO_MEND, unknown_incidents, unknown_words
from pipelines.store.published_file import published_tables
from pipelines.store.store import Store

_LISTED: Final = 20
_DIGITS: Final = "write digits only, without separators, units or a fraction"
_TIME: Final = "write it as 2026-11-23, or as 2026-11-23 09:30:00"
_TEXT: Final = "write 128 characters at most"
_CHANNELS: Final = f"write {' or '.join(NUMBER_CHANNELS)}; for both, number in consoles and bills, * in limits.csv"
# How to write a good value, by the columns of the registry's files that can have a bad one.
_FORMS: Final = {
    "app_key": "write letters, digits, dots, - and _, 64 at most, no dot first",
    "platform": f"write {', '.join(PLATFORMS)}; for any, nothing in apps.csv, * in result_codes.csv",
    "status": "write enabled, disabled, or nothing",
    "created_at": "write it as 2026-01-02, or as 2026-01-02 10:00",
    "methods": f"write its methods, separated by semicolons, from {', '.join(METHODS)}",
    "package_name": "write letters, digits, dots, - and _, 128 at most",
    "layer": f"write one of {', '.join(LAYERS)}",
    "outcome": f"write {', '.join(OUTCOMES)}, or nothing if a stage is given",
    "stage": f"write {', '.join(STAGES)} or none",
    "day": "write it as 2026-11-23",
    "incident_id": "write the 16 characters shown on its card; in a spreadsheet, format the cell as text",
    "month": "write it as 2026-11",
    "purchased_at": _TIME,
    "expires_at": f"{_TIME}, after purchased_at",
    "read_at": f"{_TIME}, while the package is valid",
    "quantity": f"{_DIGITS}; of a package, at least 1",
    "remaining": f"{_DIGITS}, no more than the quantity of the package",
    "max_requests": f"{_DIGITS}, at least 1",
    "amount": "write yuan as 703.00, without separators or a sign",
    "price": "write yuan as 703.00, without separators or a sign",
    "channel": _CHANNELS,
    "key": f"write one of {', '.join(KEYS)}",
    "window": "write day, or seconds from 1 to 86400",
    **dict.fromkeys(("total", "success", "failed", "unknown", "billed", "overflow_quantity"), _DIGITS),
    **dict.fromkeys(("account_id", "resource_package_id", "limit_id", "vendor"), _TEXT),
}
_BY_KIND: Final = {
    MALFORMED: "write as many cells as in the first line, close the quotes, and save the file as CSV UTF-8",
    "missing": "write a value: every row needs it",
    "unknown": "write the id of a package of resource_packages.csv",
    "duplicate": "an earlier row has the same key: remove one of them",
    "repeated": "an earlier row has the same key: remove one of them",
    "secret": "remove the column from the file and keep secrets elsewhere",
    "repeated_column": "the first one counts: remove the others",
    NOT_UTF_8: "save the file as CSV UTF-8",
    NO_COLUMN: "write the names of the columns into the first line, separated by commas",
    UNREADABLE: "give the user that runs authmeter the right to read the folder",
    "unread": "only .csv files are read there: save it as CSV UTF-8, or move it elsewhere",
}


def print_registry(registry: Registry) -> None:
    """Print the number of valid rows of each kind."""
    always = ((registry.apps, "app"), (registry.schemes, "scheme package"), (registry.codes, "code"))
    written = (
        (registry.notes, "note"),
        (registry.accounts, "account row"),
        (registry.limits if registry.limits != DEFAULTS else (), "limit"),
        (registry.bought.packages, "resource package"),
        (registry.bought.readings, "reading"),
        (registry.statements.console, "console row"),
        (registry.statements.bills, "bill row"),
    )
    said = [counted(len(rows), noun) for rows, noun in always]
    said += [counted(len(rows), noun) for rows, noun in written if rows]
    print(f"registry   {', '.join(said)}")


def print_bad_rows(registry: Registry) -> None:
    """Print the first invalid rows, each with file, line and reason. For each reason, print once how to correct it."""
    for problem in registry.problems[:_LISTED]:
        print(f"bad row    {problem.path}, line {problem.line}: {problem.reason}: {problem.record}")
    if (more := len(registry.problems) - _LISTED) > 0:
        print(f"bad row    … and {more:,} more")
    for line in _what_to_do(registry):
        print(f"to do      {line}")


def has_unknown_incidents(store: Store, registry: Registry) -> bool:
    """Print the incident ids in notes that no published incident has; return whether there is such an id.

    Nothing is printed if the published file is missing or of an older version: the next run makes it.
    """
    named = [(note["incident_id"], date.fromisoformat(note["day"] or "")) for note in registry.notes]
    named_ids = [(key, day) for key, day in named if key]
    if not named_ids:
        return False
    try:
        with published_tables(store.database) as connection:
            ids = unknown_incidents(connection, named_ids, store.read_state().days_from)
    except UsageError:
        return False
    if ids:
        print(f"warning    {unknown_words(ids).en}")
        print(f"to do      {HOW_TO_MEND}")
    return bool(ids)


def _what_to_do(registry: Registry) -> Iterator[str]:
    for reason in sorted({problem.reason for problem in registry.problems}):
        kind, _, column = reason.partition(":")
        if words := _FORMS.get(column) if kind == "invalid" else _BY_KIND.get(kind):
            yield f"{reason}: {words}"
