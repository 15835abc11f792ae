"""Words for the fixed values of the tables: channels, states, statuses, platforms.

The words of channels, platforms and carriers are declared in `pipelines/contract/record/`. Add a value here if a page
shows it and readers need a word for it. Values without a word (a vendor, a file name) are shown unchanged.
"""

from pipelines.common.text import Bilingual, same
from pipelines.contract.record.dimensions import DIMENSIONS
from pipelines.contract.registry.statements import CHANNEL_WORDS
from reports.content.wording.language import t

# Words of channels, platforms and carriers, from their declarations.
DECLARED_WORDS: dict[str, Bilingual] = {
    **CHANNEL_WORDS,
    **{value: words for one in DIMENSIONS for value, words in one.values.items()},
}
WORDS: dict[str, str] = {
    # state of a day, and the flags beside it
    "complete": "Complete",
    "missing": "No data",
    "short": "Short",
    "late": "Late records",
    "restated": "Restated",
    # status of an app
    "enabled": "Enabled",
    "disabled": "Not enabled",
    "disabled_active": "Not enabled, but in use",
    "unregistered": "Unregistered",
    "unknown": "Unknown",
    # status of an input file
    "read": "Read",
    "damaged": "Damaged",
    "held": "Held",
    "replaced": "Replaced",
    "unread": "Not read",
    # results of checks
    "passed": "Passed",
    "warn": "Warning",
    "notice": "Note",
    "error": "Error",
    # state of an incident
    "open": "Open",
    "recovered": "Recovered",
    "settled": "Settled",
    # state of a resource package
    "active": "Active",
    "future": "Not valid yet",
    "used_up": "Used up",
    "expired": "Expired",
    # units
    "records": "records",
    "sessions": "sessions",
    "share": "share",
    "devices": "devices",
    "ms": "ms",
    "apps": "apps",
    # outcomes of a record
    "success": "Success",
    "mismatch": "Mismatch",
    "cancelled": "Cancelled by user",
    "switched": "Switched to another way",
    "unsupported": "Not supported on the device",
    "carrier_error": "Carrier error",
    "config_error": "Configuration error",
    "timeout": "Timed out",
    "limited": "Rate limited",
    "quota_exhausted": "Quota exhausted",
    "unchecked": "Terms not accepted",
    # the four channels together
    "*": "All four channels",
    "all_channels": "All channels",
}

# Subject of each check, by the check's name.
CHECK_WORDS: dict[str, Bilingual] = {
    "damaged_files": t("Damaged files"),
    "held_files": t("Held files"),
    "unread_files": t("Files that no source reads"),
    "unreadable_folders": t("Unreadable folders"),
    "source_mappings": t("Source mappings"),
    "registry_rows": t("Bad rows of the registry"),
    "rejected_share": t("Share of rejected records"),
    "nothing_accepted": t("Files without a valid record"),
    "mostly_rejected": t("Files with more rejected than accepted records"),
    "day_is_there": t("Records of the day"),
    "unmapped_share": t("Share of unmapped codes"),
    "package_low": t("Little left of resource packages"),
    "package_run_out": t("Resource packages that run out"),
    "package_unused": t("Resource packages that lapse"),
    "package_overflow": t("Uses of the data day that no resource package covered"),
    "package_drift": t("Readings of resource packages that differ"),
    "reconciliation": t("Unexplained differences of consoles and bills"),
    "unknown_accounts": t("Accounts without apps"),
    "early_consoles": t("Console rows of future days"),
    "early_bills": t("Bills of unfinished months"),
}

# Pages with more details about a finding, by the check's name; the default is the quality page.
CHECK_PAGES: dict[str, str] = {
    "package_low": "packages.html",
    "package_run_out": "packages.html",
    "package_unused": "packages.html",
    "package_overflow": "packages.html",
    "package_drift": "packages.html",
    "reconciliation": "reconciliation.html",
    "early_consoles": "reconciliation.html",
    "early_bills": "reconciliation.html",
}

# Reasons why a record or row does not count, or faults of a registry file, by the part of the reason before the colon.
REASON_WORDS: dict[str, Bilingual] = {
    "missing": t("a required field is missing"),
    "invalid": t("a field breaks its rule"),
    "malformed": t("cannot be read"),
    "repeated": t("a key appears twice"),
    "duplicate": t("a key appears twice"),
    "unknown": t("refers to something that does not exist"),
    "too_old": t("too long ago"),
    "secret": t("a column that looks like a secret: remove it"),
    "repeated_column": t("a column appears twice: the first one counts"),
    "unread": t("not read: only *.csv files are read"),
    "unreadable": t("a folder without the right to read it: grant it"),
    "not_utf_8": t("not UTF-8: save the file as CSV UTF-8"),
    "no_column": t("a column is missing: the first line names them, separated by commas"),
}


def word(value: str | None) -> Bilingual:
    """Return the word for a value of a table: the value itself if it has no word, a dash for None."""
    if value is None:
        return same("—")
    if value in DECLARED_WORDS:
        return DECLARED_WORDS[value]
    return t(WORDS[value]) if value in WORDS else same(value)
