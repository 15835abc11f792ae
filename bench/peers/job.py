"""The bare job, which every peer does on the same NDJSON files, and the form of its answer.

Each peer reads the files once with the contract's types and groups them once by business day, app and channel. It
counts records, records whose `outcome` is `success`, and distinct devices. Without rejects, books, hashes and reports,
this is the least that any tool must do.
"""

import json
import sys

ZONE = "Asia/Shanghai"
TEXT_FIELDS = (
    "event_id", "app_key", "channel", "stage", "outcome", "result_code", "vendor", "platform", "carrier",
    "scheme_id", "package_name", "device_id", "phone", "sdk_version", "os_version", "attempt_id", "account_id",
)  # fmt: skip


def files() -> list[str]:
    """Return the NDJSON files of the command line."""
    return sys.argv[1:]


def answer(groups: int, records: int, successes: int, devices: int) -> None:
    """Print the sums over the groups; the benchmark compares the answers of all peers."""
    print(json.dumps({"groups": groups, "records": records, "successes": successes, "devices": devices}))
