"""The text of a rejected record shows its fault, but no phone and no device, whatever the record is wrapped in."""

from __future__ import annotations

import json
from collections.abc import Callable
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


def several(cases: st.SearchStrategy[Any], **unique: Any) -> st.SearchStrategy[list[Any]]:
    """Generate six cases for one file, because reading a file takes as long as reading many lines."""
    return st.lists(cases, min_size=6, max_size=6, **unique)


def is_hidden(secret: str, text: str) -> bool:
    """Return whether a text contains no six consecutive letters or digits of a secret, ignoring other characters."""
    bare = "".join(letter for letter in text if letter.isalnum()).lower()
    alone = "".join(letter for letter in secret if letter.isalnum()).lower()
    return not any(alone[first : first + 6] in bare for first in range(len(alone) - 5))


@given(several(st.tuples(SECRETS, NAMES, st.sampled_from(WRAPPED))))
@settings(max_examples=6)
def test_a_json_record_shows_the_fields_that_may_be_seen_and_no_other_value(
    bench: ReadingBench, planted: list[tuple[str, str, Any]]
) -> None:
    found = bench.read(lines([VISIBLE | {name: wrapped(secret)} for secret, name, wrapped in planted])).rejects
    for (secret, _, _), (_, reason, text) in zip(planted, found, strict=True):
        assert reason == "missing:event_time"
        assert is_hidden(secret, text)
        seen = json.loads(text)
        assert {name: seen.pop(name) for name in VISIBLE} == VISIBLE
        assert list(seen.values()) == ["***"]


@given(several(NUMBERS))
@settings(max_examples=4)
def test_a_number_under_a_visible_field_is_hidden(bench: ReadingBench, secrets: list[str]) -> None:
    fields = [
        (secret, {name: wrapped(secret)})
        for secret in secrets for name in ("event_id", "result_code", "os_version") for wrapped in WRAPPED
    ]  # fmt: skip
    found = bench.read(lines([VISIBLE | field for _, field in fields])).rejects
    for (secret, _), (_, _, text) in zip(fields, found, strict=True):
        assert is_hidden(secret, text)
        assert json.loads(text)["stage"] == VISIBLE["stage"]


# Names with a line end or a quote are tested with CSV.
COLUMNS = NAMES.filter(lambda name: not set(name) & set('"\r\n,;\t\x85\u2028\u2029'))


@given(several(st.tuples(COLUMNS, SECRETS), unique_by=lambda cell: cell[0].strip().lower()))
@settings(max_examples=6)
def test_a_csv_row_shows_the_cells_of_these_fields_and_no_other(
    bench: ReadingBench, cells: list[tuple[str, str]]
) -> None:
    names, secrets = zip(*cells, strict=True)
    content = ",".join([*VISIBLE, *names]) + "\n" + ",".join([*VISIBLE.values(), *secrets]) + "\n"
    ((_, _, text),) = bench.read(content.encode(), "a.csv").rejects
    assert text == ",".join([*VISIBLE.values(), *["***"] * len(cells)])


@pytest.mark.parametrize("hidden", [None, "device_id", "phone"])
@given(secrets=several(SECRETS))
@settings(max_examples=2)
def test_a_parquet_row_shows_the_same_fields(bench: ReadingBench, secrets: list[str], hidden: str | None) -> None:
    columns = {field: [text] * len(secrets) for field, text in VISIBLE.items()} | {"openid": secrets}
    if hidden:
        columns[hidden] = secrets
    found = bench.read(as_parquet(columns), "a.parquet").rejects
    for secret, (_, _, text) in zip(secrets, found, strict=True):
        assert is_hidden(secret, text)
        assert {field: value for field, value in json.loads(text).items() if field not in HIDDEN_FIELDS} == VISIBLE


BROKEN: list[Callable[[str], str]] = [
    lambda secret: f'{{"event_id":"e1","openid":"{secret}"',
    lambda secret: f'["{secret}"]',
    lambda secret: f"login by {secret} failed",
    lambda secret: f'{{"event_id":"e1","vendor":"{secret}"}} more',
    lambda secret: "\0".join(f'{{"event_id":"{secret}"}}'),
    lambda secret: "\0\0\0".join(f'{{"event_id":"{secret}"}}'),
    lambda secret: f"{' '.join(secret) if secret.isdigit() else secret} failed",
    lambda secret: "".join(f"\\u{ord(letter):04x}" for letter in secret),
]


@pytest.mark.parametrize("broken", BROKEN)
@given(secrets=several(SECRETS))
@settings(max_examples=2)
def test_a_line_that_cannot_be_taken_apart_shows_no_number(
    bench: ReadingBench, secrets: list[str], broken: Callable[[str], str]
) -> None:
    found = bench.read("".join(f"{broken(secret)}\n" for secret in secrets).encode()).rejects
    for secret, (_, reason, text) in zip(secrets, found, strict=True):
        assert reason == "malformed"
        assert is_hidden(secret, text)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
@given(secrets=several(SECRETS))
@settings(max_examples=2)
def test_utf_16_without_a_mark_shows_no_number(bench: ReadingBench, secrets: list[str], encoding: str) -> None:
    text = "".join(f'{{"event_id":"e{n}","phone":"{secret}"}}\n' for n, secret in enumerate(secrets))
    rows = "".join(f"e{n},{secret}\n" for n, secret in enumerate(secrets))
    for name, content in (("a.ndjson", text), ("a.csv", f"event_id,phone\n{rows}")):
        seen = bench.read(content.encode(encoding), name).rejects
        assert seen
        assert all(is_hidden(secret, row) for _, _, row in seen for secret in secrets)


@pytest.mark.parametrize("header", ["{secret},e1,qq,login", "单号,标识,渠道,动作", "id,openid,way,step"])
@given(secrets=several(SECRETS))
@settings(max_examples=4)
def test_a_csv_whose_header_names_no_field_shows_no_number(
    bench: ReadingBench, header: str, secrets: list[str]
) -> None:
    rows = "".join(f"1,{secret},qq,login\n{secret},1\n" for secret in secrets)
    found = bench.read(f"{header.format(secret=secrets[0])}\n{rows}".encode(), "a.csv").rejects
    expected = ["1,***,qq,login", "***,1"] * len(secrets)
    assert [(line, text) for line, _, text in found] == list(enumerate(expected, 2))
