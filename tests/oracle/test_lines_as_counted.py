"""Every line of JSON, good, odd or broken, gives the same record or the same reason as the independent count."""

from __future__ import annotations

from collections import Counter
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.oracle.raw_rows import utc_time
from lab.oracle.records import Landing, Limits, Record, read_landing, unix_ms
from pipelines.contract.record.fields import FIELD_NAMES
from tests.property.test_one_record_either_way import GOOD, ODD_TOKENS, OWN_TOKENS, ZONES, json_lines, record_of
from tests.reading_bench import ReadingBench, limits
from tests.support import KEY, Row

# Columns of a part with another name, or in another form.
STORED = {"event_ms": "event_time", "device_id": "device_hash", "phone": "phone_hash"}


def counted(content: bytes, zone: str) -> Landing:
    """Return the independent count of a file whose times without offset are in `zone`."""
    reading = limits(source_zone=zone)
    bounds = Limits(ZoneInfo(zone), unix_ms(reading.oldest), unix_ms(reading.newest), KEY)
    with TemporaryDirectory() as folder:
        (Path(folder) / "a.ndjson").write_bytes(content)
        return read_landing(Path(folder), bounds)


def as_event(record: Record) -> tuple[str, ...]:
    """Return the values of a counted record for comparison: times in UTC, and the first 128 bits of the hashes."""
    hashes = {name: hashed[:32] for name in ("device_id", "phone") if (hashed := getattr(record, name))}
    values = record._replace(**hashes)._asdict() | {"event_ms": utc_time(record.event_ms).isoformat()}
    return tuple(str(value) for value in values.values())


def as_record(event: Row) -> tuple[str, ...]:
    """Return the values of a stored event in the form of `as_event`."""
    values = {name: event[STORED.get(name, name)] for name in Record._fields}
    values["event_ms"] = values["event_ms"].replace(tzinfo=UTC).isoformat()
    hashes = {name: values[name].hex for name in ("device_id", "phone") if values[name]}
    return tuple(str(value) for value in (values | hashes).values())


def assert_as_counted(bench: ReadingBench, content: bytes, zone: str) -> Landing:
    """Compare the reading of a file with its independent count, and return the count."""
    found = counted(content, zone)
    read = bench.read(content, reading=limits(source_zone=zone))
    assert read.reasons == [(reject.line, reject.reason) for reject in found.rejects]
    assert Counter(map(as_record, read.events)) == Counter(map(as_event, found.records))
    assert read.books.nulled == Counter(name for _, name in found.nulled.elements())
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_every_value_in_every_field_is_read_as_it_is_counted(bench: ReadingBench, zone: str) -> None:
    changed = [{name: token} for name in FIELD_NAMES for token in (*OWN_TOKENS[name], *ODD_TOKENS)]
    found = assert_as_counted(bench, "\n".join(record_of(GOOD | change, "") for change in changed).encode(), zone)
    assert len(found.records) > 500
    assert len(found.rejects) > 200


# Trial 04 of the laboratory has a million lines.
@settings(max_examples=15)
@given(
    written=st.lists(json_lines(), min_size=1, max_size=60),
    zone=st.sampled_from(ZONES),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    end=st.sampled_from([b"\n", b"\r\n"]),
)
def test_lines_are_read_as_they_are_counted(
    bench: ReadingBench, written: list[bytes], zone: str, mark: bytes, end: bytes
) -> None:
    assert_as_counted(bench, mark + end.join(written), zone)
