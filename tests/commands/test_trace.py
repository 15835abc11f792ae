"""`authmeter trace` prints the records of one user by session, with how each was counted, and never prints the user's
id.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.common.project import PROJECT
from tests.published_folder import MARKED_DEVICE, MARKED_PHONE, Call
from tests.support import DAY, CopyOf, DataFolder, Row, days_before, keyed_hash, record, tree

DEVICE, OTHER_DEVICE, PHONE, ATTEMPT, LONE = "Trace-Device-5b1e", "Trace-Other-77c0", "16600001111", "try-1", "try-9"
BEFORE = days_before(DAY, 1)


def at(time: str, event_id: str, **changes: object) -> Row:
    """Return a record of the app `shop`. `time` is a clock time on `DAY`, or a day and a clock time."""
    day, _, clock = time.rpartition(" ")
    return record(event_id, event_time=f"{day or DAY}T{clock}+08:00", **changes)


def a_user(folder: DataFolder) -> None:
    """Publish the records of one user who fails, retries, signs in and later signs in by WeChat, and of other users."""
    mine = {"device_id": DEVICE, "attempt_id": ATTEMPT, "platform": "ios", "carrier": "CM", "sdk_version": "2.1"}
    sdk = [
        at("09:59:58", "prefetch", stage="prefetch", **mine),
        at("10:00:00", "page", stage="page", **mine),
        at("10:00:03", "click", stage="click", **mine),
        at("10:00:04", "failed", outcome="timeout", **mine),
        at("10:00:09", "authorized", **mine),
        at("10:30:00", "wechat", channel="wechat", device_id=DEVICE),
        at(f"{BEFORE} 23:59:50", "evening", stage="page", device_id=DEVICE),
        at("00:00:10", "morning", device_id=DEVICE),
        at("12:00:00", "other page", stage="page", device_id=OTHER_DEVICE),
        at("12:00:05", "other login", stage="login", device_id=OTHER_DEVICE, phone=PHONE),
        at("13:00:00", "lone", stage="page", attempt_id=LONE),
        at("10:00:05", "game", app_key="game", device_id=DEVICE, attempt_id=ATTEMPT),
    ]
    login = at("10:00:10", "login", stage="login", attempt_id=ATTEMPT, phone=PHONE)
    server = [
        login,
        at("11:00:00", "checked", channel="local_verify", stage="verify", outcome="mismatch", phone=PHONE),
        at("11:10:00", "nobody", stage="login", outcome="error", phone=PHONE),
    ]
    folder.land("sdk.ndjson", sdk)
    folder.land("server/a.ndjson", server)
    folder.land("server/again.ndjson", [login])
    folder.roll_up()
    folder.land("late.ndjson", [at(f"{BEFORE} 23:59:55", "late", stage="click", device_id=DEVICE)])
    folder.tables(days_before(DAY, -1))


@pytest.fixture
def user(made_once: CopyOf) -> DataFolder:
    """Return the folder that `a_user` publishes; no test may change it."""
    return made_once(a_user)


@pytest.fixture
def own_user(copy_of: CopyOf) -> DataFolder:
    """Return a copy of the folder that `a_user` publishes, which a test may change."""
    return copy_of(a_user)


def found(call: Call, folder: DataFolder, *arguments: object) -> dict[str, Any]:
    """Return the parsed output of `trace --json`."""
    ended = call("trace", "--app", "shop", *arguments, "--json", data=folder.root)
    assert ended.code == 0, ended
    printed: dict[str, Any] = json.loads(ended.out)
    return printed


def ids(records: list[dict[str, Any]]) -> list[str]:
    return [one["event_id"] for one in records]


def sessions(printed: dict[str, Any]) -> list[list[str]]:
    return [ids(session["records"]) for subject in printed["subjects"] for session in subject["sessions"]]


MINE = [
    ["evening", "late"],
    ["morning"],
    ["page", "click", "failed", "authorized", "login", "login"],
    ["wechat"],
]


def test_a_device_has_its_records_by_session_and_those_of_its_attempts(call: Call, user: DataFolder) -> None:
    printed = found(call, user, "--device", DEVICE)
    assert sessions(printed) == MINE
    (subject,) = printed["subjects"]
    assert subject["device_hash"] == keyed_hash(DEVICE).hex[:16]
    said = [(s["number"], s["day"], s["entry_channel"], s["way"], s["by_server"]) for s in subject["sessions"]]
    assert said == [
        (1, str(BEFORE), "one_click", "cut", False),
        (2, str(DAY), "one_click", "lost", True),
        (3, str(DAY), "one_click", "retry", True),
        (4, str(DAY), "wechat", "direct", True),
    ]
    assert (ids(printed["apart"]), printed["changed_days"]) == (["prefetch"], [])


def test_each_record_says_what_it_counted_as(call: Call, user: DataFolder) -> None:
    (subject,) = found(call, user, "--device", DEVICE)["subjects"]
    retried = subject["sessions"][2]["records"]
    flags = [(one["is_failure"], one["is_completing"], one["is_billed"], one["copy_of"] is None) for one in retried]
    assert flags == [
        (False, False, False, True), (False, False, False, True), (True, False, False, True),
        (False, False, False, True), (False, True, True, True), (False, False, False, False),
    ]  # fmt: skip
    files = {one["file"] for one in retried[4:]}
    assert files == {"server/a.ndjson", "server/again.ndjson"}
    assert retried[5]["copy_of"] == retried[4]["file"]
    assert [one["is_late"] for one in subject["sessions"][0]["records"]] == [False, True]
    first = retried[0]
    assert first["time"] == f"{DAY}T10:00:00.000+08:00"
    words = ("channel", "stage", "outcome", "result_code", "platform", "carrier", "sdk_version")
    assert [first[name] for name in words] == ["one_click", "page", "success", None, "ios", "CMCC", "2.1"]


def test_a_phone_gives_all_its_records_and_the_sessions_of_their_subjects(call: Call, user: DataFolder) -> None:
    printed = found(call, user, "--phone", PHONE)
    assert sessions(printed) == [*MINE[1:], ["other page", "other login"]]
    assert len(printed["subjects"]) == 2
    assert ids(printed["apart"]) == ["prefetch", "checked", "nobody"]


def without(event_id: str) -> list[list[str]]:
    """Return the sessions of `MINE` on `DAY` with this id masked, as the id of the command is."""
    return [["***" if one == event_id else one for one in of_session] for of_session in MINE[1:]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        # An attempt or event leads to the subject of its day; an attempt without a device is a subject.
        (("--attempt", ATTEMPT), MINE[1:]), (("--event", "login"), without("login")),
        (("--event", "failed"), without("failed")), (("--attempt", LONE), [["lone"]]),
        # A span bounds the days.
        (("--device", DEVICE, "--to", BEFORE), MINE[:1]), (("--device", DEVICE, "--from", DAY), MINE[1:]),
    ],
)  # fmt: skip
def test_an_id_gives_the_sessions_of_its_subject(
    call: Call, user: DataFolder, arguments: tuple[object, ...], expected: list[list[str]]
) -> None:
    printed = found(call, user, *arguments)
    assert sessions(printed) == expected
    assert (printed["subjects"][0]["device_hash"] is None) == (LONE in arguments)


def test_a_record_without_a_subject_stands_apart(call: Call, user: DataFolder) -> None:
    printed = found(call, user, "--event", "nobody")
    assert (printed["subjects"], ids(printed["apart"])) == ([], ["***"])


def test_records_of_another_app_are_never_printed(call: Call, user: DataFolder) -> None:
    # The test of a device of `shop` expects all of its sessions, and so not this one.
    ended = call("trace", "--app", "game", "--device", DEVICE, "--json", data=user.root)
    assert sessions(json.loads(ended.out)) == [["game"]]


def test_a_copy_whose_other_app_counts_says_so_and_no_more(call: Call, own_user: DataFolder) -> None:
    own_user.land("both.ndjson", [record("both", DAY, app_key=app, device_id="Both-5b1e") for app in ("shop", "bank")])
    own_user.ingest(days_before(DAY, -1))
    printed = found(call, own_user, "--device", "Both-5b1e")
    assert printed["subjects"] == []
    assert [(one["event_id"], one["copy_of"]) for one in printed["apart"]] == [("both", "other app")]


def test_the_text_says_the_same(call: Call, user: DataFolder) -> None:
    ended = call("trace", "--app", "shop", "--device", DEVICE, "--from", DAY, data=user.root)
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert (
        lines[0]
        == f"shop, {DAY} to {days_before(DAY, -1)}, 1 day with stored records: 1 subject, 3 sessions, 9 records"
    )
    assert f"device {keyed_hash(DEVICE).hex[:16]}" in lines
    assert (
        f"  session 2, {DAY}, entry one_click, way retry by one_click; by_server true: the server's records sign in"
        in lines
    )
    (login,) = [line for line in lines if "counted, billed, completing record" in line]
    assert login.split()[:4] == ["10:00:10.000", "one_click", "login", "success"]
    assert any("duplicate of login in server/" in line for line in lines)
    assert any(line.endswith("counted, failure") for line in lines)


def test_days_that_changed_since_the_last_publication_are_named(call: Call, own_user: DataFolder) -> None:
    """Runs that read a late record are killed: the first before it commits its days, the second before it publishes."""
    next_day = days_before(DAY, -2)

    def changed(*more: object) -> tuple[list[str], str]:
        printed = found(call, own_user, "--device", DEVICE, *more)
        return printed["changed_days"], printed["to"]

    own_user.land("later.ndjson", [at("10:40:00", "later", channel="wechat", device_id=DEVICE)])
    own_user.ingest(days_before(DAY, -1))
    assert changed() == ([str(DAY)], str(days_before(DAY, -1)))
    own_user.land("next.ndjson", [at(f"{next_day} 10:00:00", "next", device_id=DEVICE)])
    own_user.roll_up(next_day)
    assert changed() == ([str(DAY)], str(days_before(DAY, -1)))
    assert changed("--to", next_day) == ([str(DAY), str(next_day)], str(next_day))
    own_user.tables(next_day)
    assert changed() == ([], str(next_day))
    own_user.write("authmeter.toml", "session_minutes = 1\n")
    ended = call("trace", "--app", "shop", "--device", DEVICE, data=own_user.root)
    assert f"shown here: {BEFORE}, {DAY}, {next_day}\n" in ended.out


def test_which_records_sign_in_on_a_changed_day_is_as_the_next_run_counts_it(call: Call, folder: DataFolder) -> None:
    """A late verification of another user shows that the server logs sign-ins. Authorizations then no longer sign
    anybody in.
    """
    rows = [at("10:00:00", device, device_id=device) for device in (DEVICE, OTHER_DEVICE)]
    evening = at(f"{BEFORE} 20:00:00", "evening", device_id=DEVICE)
    folder.land("sdk.ndjson", [*rows, evening])
    folder.tables(DAY)
    folder.land("server.ndjson", [at("10:20:00", "verified", stage="verify", device_id=OTHER_DEVICE)])

    def ways() -> list[tuple[str, bool, list[bool]]]:
        (subject,) = found(call, folder, "--device", DEVICE)["subjects"]
        return [
            (one["way"], one["by_server"], [of["is_completing"] for of in one["records"]])
            for one in subject["sessions"]
        ]

    signed_in, lost = ("direct", False, [True]), ("lost", True, [False])
    folder.ingest(DAY)
    assert ways() == [signed_in, signed_in], "the verification is in a session of its own"
    folder.write("authmeter.toml", "session_minutes = 30\n")
    assert ways() == [signed_in, lost]
    folder.tables(DAY)
    assert ways() == [signed_in, lost]
    assert folder.rows("SELECT day, by_server FROM session_books ORDER BY day") == [(BEFORE, False), (DAY, True)]


def test_nothing_found_is_said_and_no_error(call: Call, user: DataFolder) -> None:
    ended = call("trace", "--app", "shop", "--device", "Nobodys-Device", data=user.root)
    assert ended.code == 0
    assert "no record has this device" in ended.out
    assert "Nobodys" not in ended.out


def test_an_id_on_standard_input(call: Call, user: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{DEVICE}\n"))
    assert sessions(found(call, user, "--device", "-")) == MINE


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--app", "shop"), "No id is given."),
        (("--app", "shop", "--device", "x1y2z3", "--phone", PHONE), "2 ids are given."),
        (("--app", "shop", "--device", ""), "The id has 0 characters."),
        (("--app", "shop", "--device", "x1y2z3" * 30), "The id has 180 characters."),
        (("--app", "shop", "--device", "x\udcff1y2z3"), "The id is not UTF-8."),
        (("--app", "shop", "--phone", "166", "x1y2z3"), "words of the command belong to no option"),
        (("--app", "shp", "--device", "x1y2z3"), "Similar names: shop"),
        (("--app", "shop", "--device", "x1y2z3", "--from", "2026-02-30"), "is not a day"),
        (("--app", "shop", "--device", "x1y2z3", "--from", DAY, "--to", BEFORE), "ends (2026-03-09) before it begins"),
        (("--app", "shop", "--device", "x1y2z3", "--to", "2025-01-01"), "stored from 2026-03-09 to 2026-03-10"),
        (("--app", "shop", "--device", "x1y2z3", "--to", "0001-01-05"), "stored from 2026-03-09 to 2026-03-10"),
    ],
)
def test_wrong_use_ends_with_2_and_without_the_id(
    call: Call, user: DataFolder, arguments: tuple[object, ...], said: str
) -> None:
    ended = call("trace", *arguments, data=user.root)
    assert ended.code == 2
    assert said in " ".join(ended.err.split())
    assert "x1y2z3" not in ended.err + ended.out
    assert PHONE not in ended.err + ended.out


def test_another_hash_key_is_refused(call: Call, user: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHMETER_HASH_KEY", "another key, which nothing was hashed with")
    ended = call("trace", "--app", "shop", "--device", DEVICE, data=user.root)
    assert ended.code == 2
    assert "differs from the key" in ended.err


def test_a_constant_attempt_id_lists_some_subjects_and_counts_the_rest(call: Call, own_user: DataFolder) -> None:
    rows = [
        record(f"same{day:%d}-{n}", day, device_id=f"d{day:%d}-{n:03}", attempt_id="constant-id")
        for day, users in ((BEFORE, 60), (DAY, 120))
        for n in range(users)
    ]
    own_user.land("same.ndjson", rows)
    own_user.ingest(days_before(DAY, -1))
    printed = found(call, own_user, "--attempt", "constant-id")
    assert (len(printed["subjects"]), printed["subjects_left_out"]) == (100, 80)
    assert printed["apart"] == []


def test_a_session_of_many_records_lists_the_first_and_counts_the_rest(
    call: Call, own_user: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If `attempt_id` is a constant in a log without devices, one session contains all users."""
    pages = [at(f"15:00:{n:02}", f"page {n}", stage="page", attempt_id="constant-id") for n in range(8)]
    prefetches = [at(f"14:00:{n:02}", f"prefetch {n}", stage="prefetch", attempt_id="constant-id") for n in range(7)]
    named = at("15:00:09", "named", stage="click", attempt_id="constant-id", device_id="Constant-Device")
    own_user.land("many.ndjson", [*pages, *prefetches, named, at("15:00:10", "signed in", attempt_id="constant-id")])
    own_user.land("copy.ndjson", [pages[0]])
    own_user.ingest(days_before(DAY, -1))
    (whole,) = found(call, own_user, "--attempt", "constant-id")["subjects"][0]["sessions"]
    assert (len(whole["records"]), whole["records_left_out"]) == (11, 0)

    monkeypatch.setattr("pipelines.tracing.trace.MOST_RECORDS", 4)
    printed = found(call, own_user, "--attempt", "constant-id")
    (subject,) = printed["subjects"]
    (session,) = subject["sessions"]
    assert ids(session["records"]) == ["page 0", "page 0", "page 1", "page 2"]
    assert session == whole | {"records": whole["records"][:4], "records_left_out": 7}
    assert subject["device_hash"] == keyed_hash("Constant-Device").hex[:16]
    assert (ids(printed["apart"]), printed["apart_left_out"]) == ([f"prefetch {n}" for n in range(4)], 3)
    lines = call("trace", "--app", "shop", "--attempt", "constant-id", data=own_user.root).out.splitlines()
    assert lines[0].endswith(": 1 subject, 1 session, 18 records")
    assert [line for line in lines if "…" in line] == [
        "    … and 7 more records of this session", "    … and 3 more records in no session",
    ]  # fmt: skip
    assert lines[-1] == (
        "an id that never changes belongs to many users; for one of them use --event ID, --device ID or --phone "
        "NUMBER, for fewer days --from and --to"
    )

    # A requested record is printed, wherever it is in its session; the advice is for another id.
    (session,) = found(call, own_user, "--event", "page 6")["subjects"][0]["sessions"]
    assert ids(session["records"]) == ["page 0", "page 0", "page 1", "***"]
    lines = call("trace", "--app", "shop", "--event", "page 6", data=own_user.root).out.splitlines()
    assert lines[-1].endswith("for one of them use --device ID or --phone NUMBER, for fewer days --from and --to")


@pytest.mark.parametrize(
    ("option", "text", "way"), [("--device", MARKED_DEVICE, ()), ("--phone", MARKED_PHONE, ("--json",))]
)
def test_the_id_is_in_no_output_and_in_nothing_that_is_stored(
    call: Call, own: DataFolder, option: str, text: str, way: tuple[str, ...]
) -> None:
    before = tree(own.root)
    ended = call("trace", "--app", "shop", option, text, *way, data=own.root)
    assert ended.code == 0, ended
    said = ended.out + ended.err
    assert ('"subjects": [' if way else "counted") in said
    assert text not in said
    assert tree(own.root) == before, "a trace writes nothing: no history, no record of Dagster"
    stored = b"".join(
        content + (str(pq.read_table(own.root / path).to_pylist()).encode() if path.endswith(".parquet") else b"")
        for path, content in before.items()
        if not path.startswith("landing/")
    )
    assert text.encode() not in stored


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep the arguments elsewhere")
def test_the_id_leaves_the_title_of_the_process(published: DataFolder) -> None:
    command = [sys.executable, "-m", "pipelines", "trace", "--app", "shop", "--device", MARKED_DEVICE]
    with subprocess.Popen([*command, "--data", str(published.root)], cwd=PROJECT, stdout=subprocess.PIPE) as running:
        titles = set()
        while running.poll() is None:
            titles.add(Path(f"/proc/{running.pid}/cmdline").read_bytes())
            time.sleep(0.01)
    assert running.returncode == 0
    assert any(b"--device\0**" in title for title in titles)


def test_the_example_of_the_pages_is_what_a_trace_prints(call: Call, folder: DataFolder) -> None:
    page = (PROJECT / "docs" / "operator.md").read_text("utf-8")
    (command, expected), *_ = re.findall(
        r"```sh\n\.venv/bin/authmeter (trace .*)\n```.*?```text\n(.*?)```", page, re.DOTALL
    )
    (log,) = re.findall(r"```ndjson\n(.*?)```", (PROJECT / "docs" / "log-format.md").read_text("utf-8"), re.DOTALL)
    folder.land("auth.ndjson", log.encode())
    folder.land("again.ndjson", log.splitlines()[-1].encode())
    folder.tables(date(2026, 11, 23))
    ended = call(*command.split(), data=folder.root)
    assert ended.code == 0
    assert ended.out == expected
    assert folder.rows("SELECT retry, sessions FROM session_daily") == [(1, 1)]
    steps = folder.rows('SELECT page, click, authorize, "verify", page_signed_in FROM funnel_daily')
    assert steps == [(1, 1, 1, 1, 1)]
