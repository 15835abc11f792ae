"""The text of a rejected record shows its fault, but no phone and no device, whatever the record is wrapped in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contract.record.fields import FIELD_NAMES, HIDDEN_FIELDS
from tests.reading_bench import ReadingBench
from tests.support import as_parquet, lines, record

VISIBLE = {name: text for name, text in record("e1", channel="fax", vendor="umeng").items() if name != "event_time"}
PHONES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
IMEIS = st.from_regex(r"[1-9][0-9]{14}", fullmatch=True)
# An Android id, an IDFA, an id in capitals.
DEVICES = st.from_regex(
    r"[0-9a-f]{7}7[0-9a-f]{8}|[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}|[A-Z]{5}[0-9][A-Z0-9]{10}", fullmatch=True
)
NUMBERS = st.one_of(PHONES, IMEIS)
SECRETS = st.one_of(NUMBERS, DEVICES)
NAMES = st.one_of(
    st.sampled_from([*HIDDEN_FIELDS, "meid", "sn", "终端", "联系方式", "openid", "Event_Id", "channel ", "a.b"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9),
).filter(lambda name: name not in FIELD_NAMES or name in HIDDEN_FIELDS)
WRAPPED: list[Any] = [
    lambda secret: secret,
    lambda secret: int(secret) if secret.isdigit() else [secret],
    lambda secret: f"number {secret}, as given",
    lambda secret: {"of": [{"event_id": secret}]},
    lambda secret: {secret: True},
    lambda secret: json.dumps({"event_id": secret}),
    lambda secret: json.dumps({"stage": json.dumps([secret])}),
]


def is_hidden(secret: str, text: str) -> bool:
    """Return whether a text contains no six consecutive letters or digits of a secret, ignoring other characters."""
    bare = "".join(letter for letter in text if letter.isalnum()).lower()
    alone = "".join(letter for letter in secret if letter.isalnum()).lower()
    return not any(alone[first : first + 6] in bare for first in range(len(alone) - 5))


@given(st.data())
@settings(max_examples=30)
def test_a_json_record_shows_the_fields_that_may_be_seen_and_no_other_value(
    bench: ReadingBench, data: st.DataObject
) -> None:
    secret = data.draw(SECRETS)
    planted = {data.draw(NAMES): data.draw(st.sampled_from(WRAPPED))(secret)}
    ((_, reason, text),) = bench.read(lines([VISIBLE | planted])).rejects
    assert reason == "missing:event_time"
    assert is_hidden(secret, text)
    seen = json.loads(text)
    assert {name: seen.pop(name) for name in VISIBLE} == VISIBLE
    assert list(seen.values()) == ["***"]


@given(NUMBERS)
@settings(max_examples=20)
def test_a_number_under_a_visible_field_is_hidden(bench: ReadingBench, secret: str) -> None:
    fields = [{name: wrapped(secret)} for name in ("event_id", "result_code", "os_version") for wrapped in WRAPPED]
    found = bench.read(lines([VISIBLE | field for field in fields])).rejects
    assert len(found) == len(fields)
    for _, _, text in found:
        assert is_hidden(secret, text)
        assert json.loads(text)["stage"] == VISIBLE["stage"]


@given(st.data())
@settings(max_examples=30)
def test_a_csv_row_shows_the_cells_of_these_fields_and_no_other(bench: ReadingBench, data: st.DataObject) -> None:
    secret = data.draw(SECRETS)
    # Names with a line end or a quote are tested with CSV.
    name = data.draw(NAMES.filter(lambda name: not set(name) & set('"\r\n,;\t\x85\u2028\u2029')))
    content = ",".join([*VISIBLE, name]) + "\n" + ",".join([*VISIBLE.values(), secret]) + "\n"
    ((_, _, text),) = bench.read(content.encode(), "a.csv").rejects
    assert text == ",".join([*VISIBLE.values(), "***"])


@given(SECRETS, st.sampled_from(["event_id", "device_id", "phone", "vendor"]))
@settings(max_examples=20)
def test_a_parquet_row_shows_the_same_fields(bench: ReadingBench, secret: str, name: str) -> None:
    columns = {field: [text] for field, text in VISIBLE.items()} | {"openid": [secret]}
    if name in HIDDEN_FIELDS:
        columns[name] = [secret]
    ((_, _, text),) = bench.read(as_parquet(columns), "a.parquet").rejects
    assert is_hidden(secret, text)
    assert {field: value for field, value in json.loads(text).items() if field not in HIDDEN_FIELDS} == VISIBLE


BROKEN: list[Any] = [
    lambda secret: f'{{"event_id":"e1","openid":"{secret}"',
    lambda secret: f'["{secret}"]',
    lambda secret: f"login by {secret} failed",
    lambda secret: f'{{"event_id":"e1","vendor":"{secret}"}} more',
    lambda secret: "\0".join(f'{{"event_id":"{secret}"}}'),
    lambda secret: "\0\0\0".join(f'{{"event_id":"{secret}"}}'),
    lambda secret: f"{' '.join(secret) if secret.isdigit() else secret} failed",
    lambda secret: "".join(f"\\u{ord(letter):04x}" for letter in secret),
]


@given(SECRETS, st.sampled_from(BROKEN))
@settings(max_examples=30)
def test_a_line_that_cannot_be_taken_apart_shows_no_number(bench: ReadingBench, secret: str, broken: Any) -> None:
    ((_, reason, text),) = bench.read(broken(secret).encode() + b"\n").rejects
    assert reason == "malformed"
    assert is_hidden(secret, text)


@given(SECRETS, st.sampled_from(["utf-16-le", "utf-16-be", "utf-32-le"]))
@settings(max_examples=20)
def test_utf_16_without_a_mark_shows_no_number(bench: ReadingBench, secret: str, encoding: str) -> None:
    text = "".join(f'{{"event_id":"e{n}","phone":"{secret}"}}\n' for n in range(3))
    for name, content in (("a.ndjson", text), ("a.csv", f"event_id,phone\ne1,{secret}\ne2,{secret}\n")):
        seen = bench.read(content.encode(encoding), name).rejects
        assert seen
        assert all(is_hidden(secret, row) for _, _, row in seen)


@pytest.mark.parametrize("header", ["{secret},e1,qq,login", "单号,标识,渠道,动作", "id,openid,way,step"])
@given(secret=SECRETS)
@settings(max_examples=20)
def test_a_csv_whose_header_names_no_field_shows_no_number(bench: ReadingBench, header: str, secret: str) -> None:
    content = f"{header.format(secret=secret)}\n1,{secret},qq,login\n{secret},1\n"
    found = bench.read(content.encode(), "a.csv").rejects
    assert [(line, text) for line, _, text in found] == [(2, "1,***,qq,login"), (3, "***,1")]
