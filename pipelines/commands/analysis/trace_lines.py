"""The text of a trace: a line for each record, under its session and subject."""

from collections.abc import Iterator, Sequence
from datetime import date

from pipelines.common.text import counted, listed, printable
from pipelines.tracing.trace import MOST_SUBJECTS
from pipelines.tracing.traced import Traced, TracedRecord, TracedSession, TracedSubject
from pipelines.tracing.wanted import Wanted

_NOTHING = "—"
_OF_ONE_USER = {"event": "--event ID", "device": "--device ID", "phone": "--phone NUMBER"}


def trace_lines(found: Traced, wanted: Wanted, changed: Sequence[date]) -> Iterator[str]:
    """Yield a summary, the sessions of each subject with their records, and the records that are in no session.

    `changed` are the days that differ from the published tables; the next run publishes them.
    """
    records_left_out = sum(session.records_left_out for session in found.sessions) + found.apart_left_out
    records = sum(len(session.records) for session in found.sessions) + len(found.apart) + records_left_out
    yield (
        f"{found.app_key}, {found.span.first} to {found.span.last}, {counted(found.days, 'day')} with stored records: "
        f"{counted(len(found.subjects), 'subject')}, {counted(len(found.sessions), 'session')}, "
        f"{counted(records, 'record')}"
    )
    if changed:
        days = listed([str(day) for day in changed])
        yield f"not published yet: files or settings changed, and the next run counts these days as shown here: {days}"
    if not records:
        yield f"no record has this {wanted.kind}; write it as in the log, with the same case and prefix"
    for subject in found.subjects:
        yield from _subject_lines(subject)
    if found.apart:
        yield ""
        yield f"no session: {counted(len(found.apart) + found.apart_left_out, 'record')}"
        yield from _record_lines(found.apart, with_day=True)
        if found.apart_left_out:
            yield f"    … and {counted(found.apart_left_out, 'more record')} in no session"
    if found.left_out:
        yield ""
        yield f"… and {counted(found.left_out, 'more subject')}: the first {MOST_SUBJECTS} of each day are listed"
    if found.left_out or records_left_out:
        yield ""
        *some, last = (option for kind, option in _OF_ONE_USER.items() if kind != wanted.kind)
        yield (
            f"an id that never changes belongs to many users; for one of them use {', '.join(some)} or {last}, "
            "for fewer days --from and --to"
        )


def _subject_lines(subject: TracedSubject) -> Iterator[str]:
    yield ""
    yield f"device {subject.device_hash}" if subject.device_hash else "an attempt without a device"
    for session in subject.sessions:
        yield f"  {_session_words(session)}"
        yield from _record_lines(session.records)
        if session.records_left_out:
            yield f"    … and {counted(session.records_left_out, 'more record')} of this session"


def _session_words(session: TracedSession) -> str:
    server = "the server's records sign in" if session.by_server else "the SDK's records sign in"
    by = f" by {session.signed_in_by}" if session.signed_in_by else ""
    return (
        f"session {session.number}, {session.day}, entry {session.entry_channel}, way {session.way}{by}; "
        f"by_server {str(session.by_server).lower()}: {server}"
    )


def _record_lines(records: Sequence[TracedRecord], *, with_day: bool = False) -> Iterator[str]:
    rows = [[*_cells(record, with_day=with_day), counted_as(record)] for record in records]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "    " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cells(record: TracedRecord, *, with_day: bool) -> list[str]:
    time = record.time.isoformat(" ", "milliseconds") if with_day else record.time.strftime("%H:%M:%S.%f")[:-3]
    said = (record.channel, record.stage, record.outcome, record.result_code, record.platform, record.carrier)
    return [time, *(printable(word or _NOTHING) for word in (*said, record.sdk_version))]


def counted_as(record: TracedRecord) -> str:
    """Return how a record was counted, as words such as `counted, billed` or `duplicate of … in …`."""
    if record.copy_of is not None:
        words = [f"duplicate of {printable(record.event_id or '')} in {printable(record.copy_of)}"]
    else:
        flags = {"billed": record.is_billed, "completing record": record.is_completing, "failure": record.is_failure}
        words = ["counted", *(word for word, is_set in flags.items() if is_set)]
    return ", ".join([*words, "late"] if record.is_late else words)
