"""`authmeter alert`: reports late days, or sends a test message."""

from datetime import UTC, datetime
from pathlib import Path

from pipelines.alerts.due import alert_if_late, alert_test, result_of_late_alert
from pipelines.alerts.sent import undelivered
from pipelines.common.errors import WARNED


def run_alert(data: Path, test: bool) -> int:
    """Report late days or, with `test`, send a test message. Return the exit code: 3 if a message was not delivered,
    else 0. Without `test`, messages of earlier runs that are still not delivered count, too.
    """
    now = datetime.now(UTC)
    if not test:
        print(result_of_late_alert(data, is_sent=alert_if_late(data, now)))
        return WARNED if undelivered(data) else 0
    if finding := alert_test(data, now):
        print(f"not all receivers accepted the test message: {finding}")
        return WARNED
    print("all receivers accepted the test message")
    return 0
