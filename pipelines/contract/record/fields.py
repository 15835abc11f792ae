"""THE RECORD: the fields of a log record, their allowed values, and the reasons of rejection.

Change it when the log contract changes. What a good value is, is in `field_rules.py`; what the numbers mean is in
`metrics.py`.
"""

from collections.abc import Iterator
from typing import Final

from pipelines.contract.record.channels import channel_macros
from pipelines.contract.record.dimensions import CARRIER, PLATFORM

ALL_APPS: Final = "*"
"""The app key of what is said of all apps together."""
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

# ATAuth's words name the carrier by their prefix; Jiguang writes the two letters alone.
CARRIER_PREFIXES: Final = {"CM": "CMCC", "CU": "CUCC", "CT": "CTCC"}

MALFORMED: Final = "malformed"
TOO_OLD: Final = "too_old:event_time"


# The order is the contract's: the first broken field names the reason, and copies of one id compare by it.
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
# The fields by whose words records are counted together.
COUNTED_FIELDS: Final = (
    "app_key", "channel", "stage", "outcome", "result_code", "vendor", "platform", "carrier", "scheme_id",
    "package_name", "sdk_version",
)  # fmt: skip
# Those of them that a counted record may lack.
ABSENT_FIELDS: Final = ("result_code", "scheme_id", "package_name", "sdk_version")
# Of these a broken value becomes null; the ones before name the reason of a rejected record.
OPTIONAL_FIELDS: Final = FIELD_NAMES[7:]
# What these hold is stored as a keyed hash only.
PERSONAL_FIELDS: Final = ("device_id", "phone")
# What these hold is not shown of a rejected record.
HIDDEN_FIELDS: Final = (*PERSONAL_FIELDS, "attempt_id", "account_id")
# Fetching and masking a text costs ten times what reading an accepted record does.
KEPT_REJECTS: Final = 1000
"""How many rejected records of each file and reason are kept: the first ones. The books count all."""


def record_macros() -> Iterator[str]:
    """Statements that make the SQL macros of a record's words: those about channels, and `carrier_of(word)`, which is
    the carrier for a whole column.
    """
    yield from channel_macros()
    prefixes = " ".join(f"WHEN '{prefix}' THEN '{carrier}'" for prefix, carrier in CARRIER_PREFIXES.items())
    yield (
        "CREATE TEMP MACRO carrier_of(word) AS "
        f"CASE WHEN upper(word) IN {CARRIERS} THEN upper(word) "
        f"ELSE CASE split_part(upper(word), '_', 1) {prefixes} ELSE 'unknown' END END"
    )
