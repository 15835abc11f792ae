"""THE RECORD: the fields of a log record, their allowed values, and the reasons of rejection.

Change this module when the log contract changes. The rules of valid values are in `field_rules.py`, the metrics in
`metrics.py`.
"""

from collections.abc import Iterator
from typing import Final

from pipelines.contract.record.channels import channel_macros
from pipelines.contract.record.dimensions import CARRIER, PLATFORM

ALL_APPS: Final = "*"
"""The app key of figures for all apps together."""
STAGES: Final = ("prefetch", "page", "click", "authorize", "verify", "login")
OUTCOMES: Final = (
    "success", "mismatch", "unknown", "cancelled", "switched", "unsupported",
    "carrier_error", "config_error", "timeout", "limited", "quota_exhausted", "error", "unchecked",
)  # fmt: skip
PLATFORMS: Final = tuple(PLATFORM.values)
CARRIERS: Final = tuple(CARRIER.values)
LAYERS: Final = ("sdk", "server", "carrier", "oauth")

APP_KEY_PATTERN: Final = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}"
PACKAGE_PATTERN: Final = r"[A-Za-z0-9._-]{1,128}"
MAX_TEXT: Final = 128
MAX_LATENCY_MS: Final = 600_000
FUTURE_DAYS: Final = 2

# ATAuth's words begin with these letters; Jiguang writes only the letters.
CARRIER_PREFIXES: Final = {"CM": "CMCC", "CU": "CUCC", "CT": "CTCC"}

MALFORMED: Final = "malformed"
TOO_OLD: Final = "too_old:event_time"


# In the order of the contract: the first broken field is the reason for rejecting a record, and copies of a record are
# compared in this order.
FIELD_NAMES: Final = (
    "event_id",
    "event_time",
    "app_key",
    "channel",
    "stage",
    "outcome",
    "result_code",
    "vendor",
    "platform",
    "carrier",
    "scheme_id",
    "package_name",
    "device_id",
    "phone",
    "latency_ms",
    "sdk_version",
    "os_version",
    "attempt_id",
    "account_id",
)
# The fields by which records are grouped and counted.
COUNTED_FIELDS: Final = (
    "app_key", "channel", "stage", "outcome", "result_code", "vendor", "platform", "carrier", "scheme_id",
    "package_name", "sdk_version",
)  # fmt: skip
# The counted fields that a record may lack. If far fewer records than usual have such a field, that is an incident of
# the data.
# `profile_daily.sql` lists the other fields that a record may lack.
ABSENT_FIELDS: Final = ("result_code", "scheme_id", "package_name", "sdk_version")
# A broken value of these fields becomes null; a broken one of the fields before rejects the record.
OPTIONAL_FIELDS: Final = FIELD_NAMES[7:]
# These fields are stored only as a keyed hash.
PERSONAL_FIELDS: Final = ("device_id", "phone")
# Rejected records are shown without these fields.
HIDDEN_FIELDS: Final = (*PERSONAL_FIELDS, "attempt_id", "account_id")
# Fetching and masking a text takes ten times as long as reading an accepted record.
KEPT_REJECTS: Final = 1000
"""Most rejected records that are kept of each file and reason: the first ones. The books count all."""


def record_macros() -> Iterator[str]:
    """Yield the statements that create the SQL macros about channels, and `carrier_of(word)`.

    `carrier_of(word)` is the carrier that a word in a log means; `unknown` for any other word.
    """
    yield from channel_macros()
    prefixes = " ".join(f"WHEN '{prefix}' THEN '{carrier}'" for prefix, carrier in CARRIER_PREFIXES.items())
    yield (
        "CREATE TEMP MACRO carrier_of(word) AS "
        f"CASE WHEN upper(word) IN {CARRIERS} THEN upper(word) "
        f"ELSE CASE split_part(upper(word), '_', 1) {prefixes} ELSE 'unknown' END END"
    )
