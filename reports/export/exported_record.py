"""The columns of an exported record: the fields of the log, phones and devices as hashes and masks, times in UTC."""

from typing import Final

from pipelines.contract.record.fields import FIELD_NAMES

# Columns that replace a field; all other fields are exported as stored.
_COLUMNS: Final = {
    "event_time": {"event_time": "strftime(row.event_time, '%Y-%m-%dT%H:%M:%S.%gZ')", "day": "row.day"},
    "carrier": {"carrier": "carrier_of(row.carrier)"},
    "device_id": {"device_hash": "hash_text(row.device_high, row.device_low)"},
    "phone": {"phone_hash": "hash_text(row.phone_high, row.phone_low)", "phone_mask": "row.phone_mask"},
}
EXPORTED: Final = {
    column: expression
    for field in FIELD_NAMES
    for column, expression in _COLUMNS.get(field, {field: f"row.{field}"}).items()
}
"""The SQL of each column, in order; `row` is a stored record."""


def record_macro() -> str:
    """Return the statement for the SQL macro `exported_record(row)`, a struct of the columns in `EXPORTED`."""
    columns = ", ".join(f"'{column}': {expression}" for column, expression in EXPORTED.items())
    return f"CREATE TEMP MACRO exported_record(row) AS {{{columns}}}"
