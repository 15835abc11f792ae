"""The bare job: the work of every peer on the same NDJSON files, and the form of its answer.

One read with the contract's types, one group by business day, app and channel: records, records whose `outcome` is
`success`, distinct devices. No rejects, no books, no hashes, no reports: the least that any tool must do.
"""

import json
import sys

ZONE = "Asia/Shanghai"
TEXT_FIELDS = (
    "event_id", "app_key", "channel", "stage", "outcome", "result_code", "vendor", "platform", "carrier",
    "scheme_id", "package_name", "device_id", "phone", "sdk_version", "os_version", "attempt_id", "account_id",
)  # fmt: skip


def files() -> list[str]:
    """The NDJSON files, from the command line."""
    return sys.argv[1:]


def answer(groups: int, records: int, successes: int, devices: int) -> None:
    """Print the sums over the groups; the benchmark compares the answers of all peers."""
    print(json.dumps({"groups": groups, "records": records, "successes": successes, "devices": devices}))
