"""`authmeter status`: prints published and overdue days, failures with their causes, and what to do.

It only reads, also while a run is active. `run/status.py` computes the state, for programs as well.
"""

from datetime import UTC, datetime
from pathlib import Path

from pipelines.common.errors import WARNED
from pipelines.common.text import counted, printable
from pipelines.contract.status import Published, Status
from pipelines.incidents.words import problem_words
from pipelines.run.status import status_of


def print_status(data: Path, as_json: bool = False) -> int:
    """Print the state of a data folder. Return the exit code: 0 if the state is `ok`, else 3."""
    status = status_of(data, datetime.now(UTC))
    if as_json:
        print(status.as_json(), end="")
    else:
        print(f"data folder   {data}")
        for label, text in _lines(status):
            print(f"{label:<13} {text}")
    return 0 if status.state == "ok" else WARNED


def _missing(published: Published) -> str:
    count, named = published.missing_days, ", ".join(map(str, published.newest_missing_days))
    if not count:
        return "0 missing"
    return f"{count:,} missing ({'the newest ' if count > len(published.newest_missing_days) else ''}{named})"


def _lines(status: Status) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    if published := status.published:
        lines += [
            ("published", f"as of {published.as_of}, generated at {published.generated_at} (run {published.run})"),
            (
                "overdue",
                f"{counted(status.overdue.days, 'day')}, up to {status.overdue.last}"
                if status.overdue.days
                else "nothing",
            ),
            ("late records", f"{published.late_records:,}"),
            (
                "days",
                f"{published.days:,} with records, {_missing(published)}, "
                f"{'?' if published.restated_days is None else published.restated_days} restated",
            ),
        ]
    else:
        lines.append(("published", "nothing yet: run `authmeter run`"))
    if status.kept.events_from:
        published_from = f", days from {status.kept.days_from}" if status.kept.days_from else ""
        lines.append(("kept", f"events from {status.kept.events_from}{published_from}"))
    if last := status.last_run:
        why = f": {last.error.what}" if last.error else ""
        lines.append(("last run", f"{last.result} at {last.ended_at}{why}"))
    for label, work in (("running", status.running), ("killed", status.interrupted)):
        if work:
            lines.append((label, f"`{work.doing}`, process {work.process}, since {work.since}"))
    if status.published:
        found = status.problems
        lines.append(("problems", problem_words(found.open, found.to_look_at, found.warnings).en))
    lines += [("warning", f"{warning.check}: {warning.detail.en}") for warning in status.warnings]
    lines += [("notice", f"{notice.check}: {notice.detail.en}") for notice in status.notices]
    for one in status.incidents:
        lines.append(("incident", one.text_en))
        lines += [("note", printable(text)) for text in one.notes]
    return lines + [("to do", text) for text in status.to_do]
